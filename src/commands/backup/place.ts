import { join } from 'node:path/posix';
import { checkKeep, type Keep, keepIn } from '../../config/keep.ts';
import type { Installation } from '../../installation/installation.ts';
import { Failure } from '../../model/failure.ts';

/** Where copies lie: as it was said, else as homeauth.yaml says. */
export function placeOf(given: string | undefined, { config, surroundings }: Installation): string {
  if (given === undefined) return config.backup.to;
  const path = given.startsWith('/') ? given : join(surroundings.cwd, given);
  return join(path, '.').replace(/(.)\/+$/, '$1');
}

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
