import type { Issue } from '../model/failure.ts';

/** This process may open no further file, and no connection either; whatever it asked for was not even begun. */
export const isOutOfHandles = (error: unknown): boolean =>
  ['EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException | undefined)?.code ?? '');

export const outOfHandles = (what: string): Issue => ({
  code: 'too-many-files',
  problem: `${what}: too many files are open at once.`,
  fix: 'Raise the limit for this shell, then run the command again:  ulimit -n 4096',
});
