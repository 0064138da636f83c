import { join } from 'node:path/posix';
import type { Installation } from '../../installation/installation.ts';
import type { Journal } from '../../installation/upgrading.ts';
import { exitCodes, Failure, type Issue } from '../../model/failure.ts';
import { type Finding, issueOf } from '../../model/finding.ts';
import { isOlder } from '../../model/release.ts';
import { endsOf } from '../../model/release-ladder.ts';
import { textOf } from '../../model/shown.ts';
import { nextContainer } from './database-move.ts';
import { newlyFailed } from './proofs.ts';

/** Where what the containers wrote is kept. */
const logOf = ({ layout }: Installation, { to, postgres }: Journal): string =>
  join(layout.upgrades, `failed-${postgres ? `postgresql-${postgres.to}` : to}.log`);

/** What the containers said goes with them: it is kept, readable by root. */
export async function keepLogs(before: Installation, journal: Journal): Promise<void> {
  const { docker, files } = before.world;
  const parts: string[] = [];
  for (const name of ['authentik', 'authentik-worker', nextContainer]) {
    const lines = (await docker.container(name)) ? await docker.logs(name, 2000) : [];
    if (lines.length > 0) parts.push(`${name}:`, ...lines);
  }
  if (parts.length > 0 && (await files.stat(before.layout.upgrades)))
    await files.write(logOf(before, journal), `${parts.join('\n')}\n`, 0o600);
}

/** A step that was made leaves nothing of runs that failed: of its own, or to a release that is past by now. */
export async function dropLogs(before: Installation, journal: Journal): Promise<void> {
  const { world, layout } = before;
  for (const name of (await world.files.list(layout.upgrades)) ?? []) {
    const path = join(layout.upgrades, name);
    const [, release] = /^failed-(\d[\d.]*)\.log$/.exec(name) ?? [];
    const isPast = release !== undefined && !isOlder(journal.to, release);
    if (isPast || path === logOf(before, journal)) await world.files.remove(path);
  }
}

/** What is said of a step that failed and was taken back. */
export function wentBack(
  journal: Journal,
  because: Issue,
  before: Installation,
  findings: readonly Finding[],
): Failure {
  const { resumed, copy, had } = journal;
  const { was, is } = endsOf(journal);
  // An app that does not answer any more is no reason not to be back.
  const doubts = newlyFailed(findings, had).map((found) => textOf(issueOf(found)?.problem ?? found.title));
  return new Failure({
    code: 'upgrade-failed',
    problem: `The step to ${is} failed. ${was} runs again, with everything as it was before.${resumed ? ' What people changed after the interruption is lost.' : ' Nothing is lost.'}`,
    why: [
      textOf(because.problem),
      // Others say of themselves how they would go on.
      ...(because.code === 'upgrade-proof' && because.why ? [textOf(because.why)] : []),
      ...doubts.map((doubt) => `Not as before: ${doubt}`),
    ],
    ...(because.details && { details: because.details }),
    fix: [
      textOf(because.fix),
      ...(copy === undefined ? [] : [`What the containers wrote: ${logOf(before, journal)}`]),
      'To try the step again: homeauth upgrade',
    ],
    exit: exitCodes.wrong,
  });
}

/** What is said where the way back failed, too. */
export function stuck(journal: Journal, error: Failure): Failure {
  const { copy, because } = journal;
  const { problem, why, details, fix } = error;
  return new Failure({
    code: 'upgrade-stuck',
    problem: `The way back to ${endsOf(journal).was} did not come to its end: ${textOf(problem)}`,
    why: [
      'authentik may be stopped until it does. Nothing else was touched.',
      ...(why ? [textOf(why)] : []),
      ...(because ? [`It goes back because of this: ${textOf(because.problem)}`] : []),
    ],
    ...(details && { details }),
    fix: [
      textOf(fix),
      'Then go on with the way back: homeauth upgrade',
      ...(copy === undefined ? [] : [`Or restore the copy that was made before: homeauth restore ${copy}`]),
    ],
    exit: exitCodes.halfway,
  });
}

/** What is said where somebody stopped it. */
export function stopped(journal: Journal): Failure {
  const { was, is } = endsOf(journal);
  return new Failure({
    code: 'interrupted',
    problem: `Stopped, as you asked, in the step from ${was} to ${is}.`,
    why: 'authentik may be stopped, and nothing else may change this installation until the step has come to its end.',
    fix:
      journal.goes === 'back'
        ? `Go on with the way back to ${was}: homeauth upgrade`
        : ['Go on: homeauth upgrade', `Back to ${was}: homeauth upgrade --back`],
    exit: exitCodes.interrupted,
  });
}
