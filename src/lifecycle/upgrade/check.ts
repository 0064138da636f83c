import type { Installation } from '../../installation/installation.ts';
import { insteadOf } from '../../model/failure.ts';
import { isOlder } from '../../model/release.ts';
import { ladder, lineOf, type Newer } from '../../model/release-ladder.ts';
import { runningRelease } from './plan-steps.ts';

/** Releases of a line come one after the other; a number may have been left out. */
const gap = 2;
/** No line had so many: whoever answers that all are there is no registry. */
const most = 30;
/** So many months ahead a line is looked for that is not known yet. */
const months = 6;

/**
 * Whether there is a newer release, by what the registry of authentik's image has. It is asked for single names, so
 * that nothing is fetched and no account is needed.
 * @throws Failure version-edited, and where the registry does not answer
 */
export async function lookForNewer(installation: Installation): Promise<Newer> {
  const runs = await runningRelease(installation);
  const { docker } = installation.world;
  const has = async (release: string): Promise<boolean> =>
    docker.inRegistry(`ghcr.io/goauthentik/server:${release}`).then(() => true, insteadOf('image-not-found', false));
  const newestOf = async (known: string): Promise<string> => {
    const [line, patch] = [lineOf(known), Number(known.slice(known.lastIndexOf('.') + 1))];
    let last = patch;
    for (let next = patch + 1; next <= Math.min(last + gap, patch + most); next++)
      if (await has(`${line}.${next}`)) last = next;
    return `${line}.${last}`;
  };
  const later = (a: string, b: string) => (isOlder(a, b) ? b : a);
  const known = ladder.find(({ line }) => line === lineOf(runs))?.last ?? runs;
  const ofLine = await newestOf(later(known, runs));
  const last = ladder.at(-1)!;
  const newest = last.line === lineOf(runs) ? ofLine : await newestOf(last.last);
  for (const line of linesAfter(last.line)) if (await has(`${line}.0`)) return { runs, ofLine, newest, unknown: line };
  return { runs, ofLine, newest };
}

function linesAfter(line: string): string[] {
  const [year = 0, month = 0] = line.split('.').map(Number);
  return Array.from({ length: months }, (_, n) => {
    const at = month + n;
    return `${year + Math.floor(at / 12)}.${(at % 12) + 1}`;
  });
}
