import type { Explanation } from '../engine/kind.ts';
import { saidIn, storyIn } from '../formats/log-line.ts';
import { type Cause, causesIn, outOfMemory } from '../model/cause.ts';
import type { Docker } from '../world/docker/docker.ts';

/**
 * How many lines are read, and how many of what they say are shown where no cause is known. One that was waited for ten
 * minutes has answered a request a second since it said what is wrong.
 */
const lines = 2000;
const shown = 10;

/** What is behind a container that is not well: a known cause, and the line that gives it away; else its last words. */
export async function explainContainer(name: string, docker: Docker): Promise<Explanation | undefined> {
  const [details, log] = await Promise.all([docker.container(name), docker.logs(name, lines)]);
  if (!details) return undefined;
  const story = storyIn(log);
  const telling = story.findLast((said) => causesIn(said).length > 0);
  const known = new Set<Cause>([
    ...(details.found.outOfMemory ? [outOfMemory] : []),
    ...(telling === undefined ? [] : causesIn(telling)),
  ]);
  if (known.size > 0) {
    return {
      details: [
        ...[...known].map(({ means }) => means),
        ...(telling === undefined ? [] : [`${name} says: ${telling}`]),
      ].join('\n'),
      fix: [...known].map(({ fix }) => fix),
    };
  }
  const last = story.slice(-shown);
  return {
    details: last.length > 0 ? `The last lines of ${name}:\n${last.join('\n')}` : `${name} has written nothing.`,
  };
}

/** Far enough back that the requests which ask whether it is up do not hide what it is doing. */
const recent = 100;

/** What a container said last. */
export async function lastWord(name: string, docker: Docker): Promise<string | undefined> {
  return (await docker.logs(name, recent)).map(saidIn).findLast((said) => said !== undefined);
}
