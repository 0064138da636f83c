import { saidIn } from '../formats/log-line.ts';
import { type Cause, causesIn, outOfMemory } from '../model/cause.ts';
import type { Docker } from '../world/docker/docker.ts';

const lines = 50;

/** A container's last lines, and what is known to be behind them. */
export async function explainContainer(name: string, docker: Docker): Promise<string | undefined> {
  const [details, log] = await Promise.all([docker.container(name), docker.logs(name, lines)]);
  if (!details) return undefined;
  const text = log.join('\n');
  const known = new Set<Cause>([...(details.found.outOfMemory ? [outOfMemory] : []), ...causesIn(text)]);
  const story = text === '' ? `${name} has written nothing.` : `The last lines of ${name}:\n${text}`;
  return [story, ...[...known].map(({ means, fix }) => `${means}\n${fix}`)].join('\n\n');
}

/** Far enough back that the requests which ask whether it is up do not hide what it is doing. */
const recent = 30;

/** What a container said last. */
export async function lastWord(name: string, docker: Docker): Promise<string | undefined> {
  return (await docker.logs(name, recent)).map(saidIn).findLast((said) => said !== undefined);
}
