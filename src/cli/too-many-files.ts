import type { ExitCode } from '../model/failure.ts';

/** This process may open no further file: nothing more can be loaded, not even world/out-of-handles.ts, which says the same. */
export const isTooManyFiles = (error: unknown): boolean =>
  ['EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException | undefined)?.code ?? '');

/** Says so with what is there already. */
export function tooManyFiles(json: boolean): ExitCode {
  const code = 'too-many-files';
  const problem = 'homeauth cannot be loaded: too many files are open at once.';
  const fix = 'Raise the limit for this shell, then run the command again:  ulimit -n 4096';
  process.stderr.write(`${problem}\n${fix}\n`);
  const data = { schema: 'homeauth.homeauth/1', ok: false, error: { code, problem, fix } };
  if (json) process.stdout.write(`${JSON.stringify(data)}\n`);
  return 2;
}
