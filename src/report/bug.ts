import { indented } from './failure.ts';
import { wrap } from './layout.ts';
import type { Style } from './style.ts';

export interface BugReport {
  /** Shows where in the code it happened. */
  readonly debug: boolean;
  /** Address of the page that takes reports. */
  readonly issues: string;
}

/** Anything that is thrown and is not a Failure: our mistake, and the only error without a fix for the user. */
export function bug(error: unknown, { debug, issues }: BugReport, style: Style): string {
  const stack = debug && error instanceof Error ? error.stack : undefined;
  const more = debug ? '' : ', and what it prints with --debug';
  return [
    ...wrap(style.text(`homeauth has a bug: ${message(error)}`), style.room).map(style.colour.red),
    ...wrap('It is not your doing. What was done until then stays.', style.room),
    ...(stack ? indented(style.quote(stack)).map(style.colour.dim) : []),
    ...wrap(`Report it with the command you ran, the output of homeauth --version${more}:`, style.room),
    issues,
  ].join('\n');
}

/** The same for a script. */
export const bugData = (error: unknown, issues: string): Readonly<Record<string, string>> => ({
  code: 'bug',
  problem: `homeauth has a bug: ${message(error)}`,
  fix: `Report it: ${issues}`,
});

function message(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
