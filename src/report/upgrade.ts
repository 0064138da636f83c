import type { Issue } from '../model/failure.ts';
import type { Shown } from '../model/shown.ts';
import { failure, failureData } from './failure.ts';
import { below, prose, row, wrap } from './layout.ts';
import type { Style } from './style.ts';

interface Told {
  readonly from: string;
  readonly to: string;
  readonly stops: readonly Issue[];
  readonly rungs: readonly {
    readonly release: string;
    readonly effects: readonly { readonly code: string; readonly says: Shown }[];
    readonly stops: readonly Issue[];
  }[];
}

/** `homeauth upgrade --dry-run` in words. */
export function upgrade({ from, to, rungs, stops }: Told, style: Style): string {
  if (rungs.length === 0) return style.text(`authentik ${from} runs already.`);
  const steps = rungs.length === 1 ? 'one step' : `${rungs.length} steps`;
  const problems = [...stops, ...rungs.flatMap((rung) => rung.stops)].length;
  const verdict =
    problems === 0
      ? 'Nothing stands in the way of these steps.'
      : `${problems === 1 ? 'One problem has' : `${problems} problems have`} to be solved first.`;
  return [
    ...wrap(style.text(`From authentik ${from} to ${to} in ${steps}:`), style.room),
    '',
    ...rungs.flatMap((rung) => [
      ...row(style, { mark: style.mark(rung.stops.length > 0 ? 'wrong' : 'wait'), text: style.text(rung.release) }),
      ...rung.effects.flatMap(({ says }) => below(wrap(style.text(says), style.room - style.indent), style.indent)),
      ...problemsOf(rung.stops, style),
    ]),
    ...(stops.length > 0 ? ['', ...problemsOf(stops, { ...style, indent: 0 })] : []),
    '',
    ...wrap(verdict, style.room),
  ].join('\n');
}

const problemsOf = (stops: readonly Issue[], style: Style): string[] =>
  stops.flatMap((issue) =>
    below(failure(issue, { ...style, room: style.room - style.indent }).split('\n'), style.indent),
  );

/** The same for a script. */
export const upgradeData = ({ from, to, rungs, stops }: Told) => ({
  from,
  to,
  rungs: rungs.map(({ release, effects, stops: problems }) => ({
    release,
    effects: effects.map(({ code, says }) => ({ code, says })),
    problems: problems.map(failureData),
  })),
  problems: stops.map(failureData),
});

/** `homeauth upgrade --check` in words. */
export function newer(
  { runs, ofLine, newest, unknown }: { runs: string; ofLine: string; newest: string; unknown?: string },
  style: Style,
): string {
  const offers = [...new Set([ofLine, newest])].filter((release) => release !== runs);
  const lines = [
    offers.length === 0 ? `authentik ${runs} runs, and there is none that is newer.` : `authentik ${runs} runs.`,
    ...offers.map((release) => `There is ${release}. What it means here:  homeauth upgrade --dry-run --to ${release}`),
    ...(unknown ? [`There is authentik ${unknown}, too. It needs a newer homeauth.`] : []),
  ];
  return prose(lines, style);
}
