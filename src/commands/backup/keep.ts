import { checkKeep, type Keep, keepIn } from '../../config/keep.ts';
import type { Installation } from '../../installation/installation.ts';
import { Failure } from '../../model/failure.ts';

/** What is kept: as it was said, else as homeauth.yaml says. @throws Failure flag-invalid */
export function keepOf(given: string | undefined, { config }: Installation): Keep | undefined {
  if (given === undefined) return config.backup.keep;
  const refusal = checkKeep(given);
  if (!refusal) return keepIn(given);
  throw new Failure({
    code: 'flag-invalid',
    problem: `--keep ${given} ${refusal.problem}.`,
    fix: refusal.fix,
  });
}
