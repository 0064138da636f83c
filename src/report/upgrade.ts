import { type Copy, sizeOf, type WayBack } from '../model/copy.ts';
import type { Issue } from '../model/failure.ts';
import type { Finding } from '../model/finding.ts';
import { endsOf, type Newer, type Step } from '../model/release-ladder.ts';
import type { Shown } from '../model/shown.ts';
import { bytes, lossWords } from './backups.ts';
import { failure, failureData } from './failure.ts';
import { proof } from './findings.ts';
import { below, prose, row, wrap } from './layout.ts';
import type { Style } from './style.ts';
import { duration, minute } from './time.ts';

interface Told {
  readonly from: string;
  readonly to: string;
  readonly stops: readonly Issue[];
  readonly steps: readonly {
    readonly release: string;
    readonly postgres?: Step['postgres'];
    readonly effects: readonly { readonly code: string; readonly says: Shown }[];
    readonly stops: readonly Issue[];
  }[];
}

/** `homeauth upgrade --dry-run` in words. */
export function upgrade({ from, to, steps, stops }: Told, style: Style): string {
  if (steps.length === 0)
    return prose([`authentik ${from} runs already.`, 'Is there a newer one?  homeauth upgrade --check'], style);
  const count = steps.length === 1 ? 'one step' : `${steps.length} steps`;
  const problems = [...stops, ...steps.flatMap((one) => one.stops)].length;
  const verdict =
    problems === 0
      ? `No problem was found: authentik can take ${steps.length === 1 ? 'this step' : 'these steps'}.`
      : `${problems === 1 ? 'One problem has' : `${problems} problems have`} to be solved first.`;
  return [
    ...wrap(
      style.text(`${from === to ? `authentik ${from} stays,` : `From authentik ${from} to ${to}`} in ${count}:`),
      style.room,
    ),
    '',
    ...steps.flatMap((one) => [
      ...row(style, { mark: style.mark(one.stops.length > 0 ? 'wrong' : 'wait'), text: style.text(nameOf(one)) }),
      ...one.effects.flatMap(({ says }) => below(wrap(style.text(says), style.room - style.indent), style.indent)),
      ...problemsOf(one.stops, style),
    ]),
    ...(stops.length > 0 ? ['', ...problemsOf(stops, { ...style, indent: 0 })] : []),
    '',
    ...wrap(verdict, style.room),
  ].join('\n');
}

const nameOf = ({ release, postgres }: Told['steps'][number]): string =>
  postgres ? `PostgreSQL ${postgres.from} → ${postgres.to}` : release;

const problemsOf = (stops: readonly Issue[], style: Style): string[] =>
  stops.flatMap((issue) =>
    below(failure(issue, { ...style, room: style.room - style.indent }).split('\n'), style.indent),
  );

/** The same for a script. */
export const upgradeData = ({ from, to, steps, stops }: Told) => ({
  from,
  to,
  steps: steps.map(({ release, postgres, effects, stops: problems }) => ({
    release,
    ...(postgres && { postgres }),
    effects: effects.map(({ code, says }) => ({ code, says })),
    problems: problems.map(failureData),
  })),
  problems: stops.map(failureData),
});

/** `homeauth upgrade --check` in words. */
export function newer({ runs, ofLine, newest, unknown }: Newer, style: Style): string {
  const offers = [...new Set([ofLine, newest])].filter((release) => release !== runs);
  const lines = [
    offers.length === 0 ? `authentik ${runs} runs, and there is none that is newer.` : `authentik ${runs} runs.`,
    ...offers.map((release) => `There is ${release}. What it means here:  homeauth upgrade --dry-run --to ${release}`),
    ...(unknown ? [`There is authentik ${unknown}, too. It needs a newer homeauth.`] : []),
  ];
  return prose(lines, style);
}

/** What is agreed to before the first step. */
export const consent = ({ upgrades }: { readonly upgrades: string }, hasRecipients: boolean): string[] => [
  'At each step authentik stops for some minutes: nobody can log in, and apps behind the login do not open. A step that fails, or that gets no further for 10 minutes, is taken back, with everything as it was before it.',
  `Before each step a copy is made in ${upgrades}. It is not encrypted, so that the way back needs no key; only root can read it, like the installation itself.`,
  ...(hasRecipients ? ['The recipients in homeauth.yaml are for copies that you make with homeauth backup.'] : []),
];

/** What was found under way. */
export function resumed(journal: Step & { readonly goes: string }): string {
  const { was, is } = endsOf(journal);
  return journal.goes === 'back'
    ? `The way back from ${is} to ${was} was interrupted. It goes on now.`
    : `The upgrade from ${was} to ${is} was interrupted. It goes on now.`;
}

/** One step that came to its end. */
export function step({ is, journal, took, copy }: EndedStep): string {
  const ends = endsOf(journal);
  return is === 'back'
    ? `${ends.was} runs again, with everything as it was before the step to ${ends.is}   ${duration(took)}`
    : `${ends.is} runs, and is proven   ${duration(took)}${copy ? `   Copy from before: ${copy.path}, ${bytes(sizeOf(copy.manifest))}` : ''}`;
}

interface EndedStep {
  readonly is: 'made' | 'back';
  readonly journal: Step;
  readonly took: number;
  readonly copy?: Copy;
}

/** What `--back` would do. */
export function wayBack({ isOpen, copy, loss, ...ends }: WayBack): string[] {
  const { was, is } = endsOf(ends);
  return [
    copy
      ? `It goes back from ${was} to ${is}, with everything as it was at ${minute(copy.manifest.made)}: ${copy.path}`
      : `It goes back from ${was} to ${is}. authentik has been stopped since, so nothing is lost.`,
    ...(loss ? lossWords(loss) : []),
    ...(loss && !isOpen ? ['A copy of the current state is made first.'] : []),
  ];
}

/** All that was asked for is done. */
export function finished({ version, findings, before, size = 0, place, kept }: Finished, style: Style): string {
  const lines = [
    ...(place === undefined
      ? []
      : [
          `The copies of this upgrade stay in ${place} (${bytes(size)}). Back to ${before}: homeauth upgrade --back`,
          `When all is well, delete them: rm -r ${place}`,
        ]),
    ...kept.flatMap((one) => [
      `The former database stays in ${one.path} (${bytes(one.size)}).`,
      `When all is well, delete it: rm -r ${one.path}`,
    ]),
  ];
  return [
    'Proof',
    proof(findings, style),
    '',
    style.marked('done', `authentik ${version} runs.`),
    ...(lines.length > 0 ? [prose(lines, style)] : []),
  ].join('\n');
}

interface Finished {
  readonly version: string;
  readonly findings: readonly Finding[];
  /** The release before the last step, and the size and the place of the copies that lead back. */
  readonly before?: string;
  readonly size?: number;
  readonly place?: string;
  /** Data directories of a former PostgreSQL, and their size in bytes. */
  readonly kept: readonly { readonly path: string; readonly size: number }[];
}
