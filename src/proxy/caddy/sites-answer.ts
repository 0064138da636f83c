import pMap from 'p-map';
import { Failure } from '../../model/failure.ts';
import type { World } from '../../world/world.ts';
import { type Configuration, ownersSites } from './configuration.ts';

/** One way to a site of the owner's: a host, where it is asked for, and how it answered before. */
interface Asked {
  readonly host: string;
  readonly url: string;
  readonly via: { readonly host: string; readonly port: number };
  /** Answers that were seen, in short. */
  readonly answers: ReadonlySet<string>;
}

/** A site that does not answer as it did. */
export interface Lost {
  readonly host: string;
  readonly before: string;
  readonly after: string;
}

type Around = Pick<World, 'docker' | 'http' | 'clock' | 'random'>;

/** How often each is asked: of two servers on one port, the kernel gives each a share of the visitors. */
const times = { before: 3, after: 12 };
/** One answer may be of something else: an app that has a bad moment. */
const tolerated = 1;
const silence = 'no answer';

/**
 * Asks every site of the owner's in a running configuration, each through the listener that serves it, and gives what
 * asks them all again. What did not answer before says nothing.
 */
export async function sitesAnswer(
  container: string,
  running: Configuration,
  ours: ReadonlySet<string>,
  around: Around,
): Promise<() => Promise<readonly Lost[]>> {
  const ways = await waysTo(container, running, ours, around);
  const first = await pMap(ways, (way) => before(way, around), { concurrency: 8 });
  const silent = ways.filter((_, n) => first[n] === undefined);
  // A Caddy that has just begun takes a moment for its certificates.
  if (silent.length > 0) await around.clock.sleep(2_000);
  const late = await pMap(silent, (way) => before(way, around), { concurrency: 8 });
  const asked = [...first, ...late].filter((one) => one !== undefined);
  return async () =>
    (await pMap(asked, (one) => after(one, around), { concurrency: 8 })).filter((one) => one !== undefined);
}

type Way = Pick<Asked, 'host' | 'via'> & { readonly schemes: readonly string[] };

async function waysTo(
  container: string,
  running: Configuration,
  ours: ReadonlySet<string>,
  { docker, random }: Around,
): Promise<readonly Way[]> {
  const httpPort = running.apps?.http?.http_port ?? 80;
  // A certificate made because somebody asks would be one for a name that nobody wants.
  const makesAny = JSON.stringify(running.apps?.tls ?? {}).includes('"on_demand":true');
  const stranger = `${random.alphanumeric(10).reveal().toLowerCase()}`;
  const found = ownersSites(running, ours).flatMap(({ listen, hosts }) =>
    (hosts.length > 0 ? hosts : [`${stranger}.invalid`]).flatMap((host) =>
      listen.map((address) => ({ host, address, isAny: hosts.length === 0 || host.startsWith('*') })),
    ),
  );
  const ways = await Promise.all(
    found.map(async ({ host, address, isAny }): Promise<Way[]> => {
      const [, at = '', port = ''] = /^(?:tcp[46]?\/)?(.*):(\d+)$/.exec(address) ?? [];
      const isHttp = Number(port) === httpPort;
      // A variable of Caddy's own, a socket, this container's own loopback: nobody can ask there from here.
      if (/[{}]/.test(host) || port === '' || /^(127\.|localhost$|\[::1\])/.test(at)) return [];
      if (isAny && !isHttp && makesAny) return [];
      const isEvery = /^(|0\.0\.0\.0|\[::\])$/.test(at);
      const via = isEvery ? await docker.dialAddress(container, Number(port)) : { host: at, port: Number(port) };
      if (!via) return [];
      return [{ host: host.replace(/^\*/, stranger), via, schemes: isHttp ? ['http'] : ['https', 'http'] }];
    }),
  );
  return ways.flat();
}

async function before({ host, via, schemes }: Way, around: Around): Promise<Asked | undefined> {
  for (const scheme of schemes) {
    const url = `${scheme}://${host}/`;
    const answers = new Set<string>();
    for (let n = 0; n < times.before; n++) answers.add(await ask(url, via, around));
    if ([...answers].some((answer) => answer !== silence && !/^5/.test(answer))) return { host, url, via, answers };
  }
  return undefined;
}

async function after({ host, url, via, answers }: Asked, around: Around): Promise<Lost | undefined> {
  const others: string[] = [];
  for (let n = 0; n < times.after; n++) {
    const answer = await ask(url, via, around);
    if (!answers.has(answer)) others.push(answer);
    if (others.length > tolerated) return { host, before: [...answers].join(' or '), after: others.at(-1) ?? silence };
    await around.clock.sleep(50);
  }
  return undefined;
}

/** Status, where it leads, and whether there is a page: what does not change from one visit to the next. */
async function ask(url: string, via: Asked['via'], { http }: Around): Promise<string> {
  const answer = await http.dial({ url, via, timeout: 5_000 }).catch((error: unknown) => {
    if (error instanceof Failure) return undefined;
    throw error;
  });
  // What Go's server says to plain HTTP where it speaks TLS.
  if (!answer || answer.body.includes('HTTP request to an HTTPS server')) return silence;
  const to = answer.headers['location']?.replace(/[?#].*$/s, '');
  return [
    answer.status,
    ...(to === undefined ? [] : [`to ${to}`]),
    ...(answer.body === '' ? ['without a page'] : []),
  ].join(' ');
}
