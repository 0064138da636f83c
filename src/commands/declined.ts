import { exitCodes, Failure } from '../model/failure.ts';

/** Somebody was asked whether to go ahead, and would not. */
export const declined = (): Failure =>
  new Failure({
    code: 'refused',
    problem: 'Nothing was changed.',
    fix: 'Run the command again when you like.',
    exit: exitCodes.refused,
  });
