import { type ExitCode, exitCodes } from '../model/failure.ts';
import { wrap } from './layout.ts';
import type { Style } from './style.ts';

/** What each exit status means, for `homeauth help exit-codes`. */
export const exitCodeMeanings: readonly { readonly code: ExitCode; readonly means: string }[] = [
  { code: exitCodes.fine, means: 'Success, or there was nothing to do.' },
  { code: exitCodes.bug, means: 'homeauth has a bug. The message says where to report it.' },
  {
    code: exitCodes.couldNotStart,
    means: 'Could not start: a flag, homeauth.yaml, Docker, or a lock.',
  },
  { code: exitCodes.refused, means: 'You declined.' },
  { code: exitCodes.wrong, means: 'Finished, but something is wrong: doctor, verify, and plan with --exit-code.' },
  { code: exitCodes.halfway, means: 'Stopped half-way. Run the same command again to continue.' },
  { code: exitCodes.interrupted, means: 'Interrupted, by Ctrl-C for example.' },
];

export function exitCodesHelp(style: Style): string {
  return exitCodeMeanings
    .flatMap(({ code, means }) => wrap(means, style.room - 7).map((line, n) => [n === 0 ? code : '', line] as const))
    .map(([code, line]) => `${String(code).padStart(5)}  ${line}`)
    .join('\n');
}
