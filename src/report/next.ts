import type { Style } from './style.ts';
import { width } from './text.ts';
import { elapsed } from './time.ts';

export interface Closing {
  /** `Ready:`, `Open` or `Not verified yet:`: what stands in front of the address. */
  readonly heading: string;
  readonly url: string;
  /** How long all of it took, in ms. */
  readonly took?: number;
  /** Commands that are likely to come next. */
  readonly next?: readonly { readonly command: string; readonly what: string }[];
}

/** The last lines of a command that went well: where to go, and what to run next. */
export function closing({ heading, url, took, next = [] }: Closing, style: Style): string {
  const lead = Math.max(width(heading), next.length > 0 ? width('Next:') : 0) + 1;
  const time = took === undefined ? undefined : elapsed(took);
  const first = `${style.colour.bold(heading)}${' '.repeat(lead - width(heading))}${style.text(url)}`;
  const gap = style.room - width(first) - width(time ?? '');
  const longest = Math.max(0, ...next.map(({ command }) => width(command)));
  const commands = next.flatMap(({ command, what }, n) => {
    const front = n === 0 ? `${style.colour.bold('Next:')}${' '.repeat(lead - 5)}` : ' '.repeat(lead);
    const beside = lead + longest + 4 + width(what) <= style.room;
    const line = `${front}${command}${' '.repeat(longest - width(command) + 4)}`;
    return beside
      ? [line + style.colour.dim(what)]
      : [front + command, `${' '.repeat(lead + 2)}${style.colour.dim(what)}`];
  });
  return [time && gap >= 2 ? first + ' '.repeat(gap) + style.colour.dim(time) : first, ...commands].join('\n');
}
