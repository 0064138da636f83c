import pMap from 'p-map';
import { asNothing } from '../../model/failure.ts';
import type { World } from '../../world/world.ts';
import { type Configuration, ownersSites } from './configuration.ts';
import type { Instance } from './instance.ts';

/** One way to a site of the owner's: a host, where it is asked for, and how it answered before. */
interface Asked {
  readonly host: string;
  readonly url: string;
  readonly via: { readonly host: string; readonly port: number };
  /** It answered the same each time. */
  readonly isSteady: boolean;
  /** It said nothing but that it refuses. */
  readonly isRefused: boolean;
  /** Answers that were seen, in short. */
  readonly answers: ReadonlySet<string>;
}

/** A site that does not answer as it did. */
export interface Lost {
  readonly host: string;
  readonly before: string;
  readonly after: string;
}

type Around = Pick<World, 'http' | 'clock' | 'random'>;

/** How often each is asked: of two servers on one port, the kernel gives each a share of the visitors. */
const times = { before: 3, after: 12 };
/** One answer may be of something else: an app that has a bad moment. */
const tolerated = 1;
/** What a site says that bans or limits whoever asks too often. */
const refusals: readonly (number | undefined)[] = [403, 429];

/** Asks all of them again. `isSame`: Caddy runs them as before, so a refusal is the site's own word. */
export type AskAgain = (isSame: boolean) => Promise<readonly Lost[]>;

/**
 * Asks every site of the owner's in a running configuration, each through the listener that serves it, and gives what
 * asks them all again. What did not answer before says nothing.
 */
export async function sitesAnswer(
  caddy: Pick<Instance, 'dial'>,
  running: Configuration,
  ours: ReadonlySet<string>,
  around: Around,
): Promise<AskAgain> {
  const ways = await waysTo(caddy, running, ours, around);
  const first = await pMap(ways, (way) => before(way, around), { concurrency: 8 });
  const silent = ways.filter((_, n) => first[n] === undefined);
  // A Caddy that has just begun takes a moment for its certificates.
  if (silent.length > 0) await around.clock.sleep(2_000);
  const late = await pMap(silent, (way) => before(way, around), { concurrency: 8 });
  const asked = [...first, ...late].filter((one) => one !== undefined);
  return async (isSame) =>
    (await pMap(asked, (one) => after(one, isSame, around), { concurrency: 8 })).filter((one) => one !== undefined);
}

type Way = Pick<Asked, 'host' | 'via'> & { readonly schemes: readonly string[] };

async function waysTo(
  caddy: Pick<Instance, 'dial'>,
  running: Configuration,
  ours: ReadonlySet<string>,
  { random }: Around,
): Promise<readonly Way[]> {
  const httpPort = running.apps?.http?.http_port ?? 80;
  // A certificate made because somebody asks would be one for a name that nobody wants.
  const makesAny = JSON.stringify(running.apps?.tls ?? {}).includes('"on_demand":true');
  const stranger = `${random.alphanumeric(10).reveal().toLowerCase()}`;
  const found = ownersSites(running, ours).flatMap(({ listen, hosts, isPlain }) =>
    (hosts.length > 0 ? hosts : [`${stranger}.invalid`]).flatMap((host) =>
      listen.map((address) => ({ host, address, isPlain, isAny: hosts.length === 0 || host.startsWith('*') })),
    ),
  );
  const ways = await Promise.all(
    found.map(async ({ host, address, isAny, isPlain }): Promise<Way[]> => {
      const [, at = '', port = ''] = /^(?:tcp[46]?\/)?(.*):(\d+)$/.exec(address) ?? [];
      const isHttp = isPlain || Number(port) === httpPort;
      // A variable of Caddy's own, a socket: nobody can ask there from here.
      if (/[{}]/.test(host) || port === '') return [];
      if (isAny && !isHttp && makesAny) return [];
      const via = await caddy.dial(at, Number(port));
      if (!via) return [];
      return [{ host: host.replace(/^\*/, stranger), via, schemes: isHttp ? ['http'] : ['https', 'http'] }];
    }),
  );
  return ways.flat();
}

async function before({ host, via, schemes }: Way, around: Around): Promise<Asked | undefined> {
  for (const scheme of schemes) {
    const url = `${scheme}://${host}/`;
    const seen: (Answer | undefined)[] = [];
    for (let n = 0; n < times.before; n++) seen.push(await ask(url, via, around));
    if (!seen.some((answer) => answer !== undefined && answer.status < 500)) continue;
    const isSteady = new Set(seen.map((answer) => inShort(answer, true))).size === 1;
    const isRefused = seen.every((answer) => refusals.includes(answer?.status));
    return { host, url, via, isSteady, isRefused, answers: new Set(seen.map((answer) => inShort(answer, isSteady))) };
  }
  return undefined;
}

async function after(
  { host, url, via, isSteady, isRefused, answers }: Asked,
  isSame: boolean,
  around: Around,
): Promise<Lost | undefined> {
  const others: string[] = [];
  for (let n = 0; n < times.after; n++) {
    const answer = await ask(url, via, around);
    const short = inShort(answer, isSteady);
    // One that refused may let in again.
    const isOwnWord = refusals.includes(answer?.status) || (isRefused && answer?.hasPage && answer.status < 500);
    if (!answers.has(short) && !(isSame && isOwnWord)) others.push(short);
    if (others.length > tolerated) return { host, before: [...answers].join(' or '), after: short };
    await around.clock.sleep(50);
  }
  return undefined;
}

interface Answer {
  readonly status: number;
  readonly to?: string;
  readonly hasPage: boolean;
}

/** Status, whether there is a page, and where it leads, unless that is another place each time. */
function inShort(answer: Answer | undefined, isSteady: boolean): string {
  if (!answer) return 'no answer';
  const { status, to, hasPage } = answer;
  const where = isSteady && to !== undefined ? [`to ${to}`] : [];
  return [status, ...where, ...(hasPage ? [] : ['without a page'])].join(' ');
}

async function ask(url: string, via: Asked['via'], { http }: Around): Promise<Answer | undefined> {
  const answer = await http.dial({ url, via, timeout: 5_000 }).catch(asNothing);
  // What Go's server says to plain HTTP where it speaks TLS.
  if (!answer || answer.body.includes('HTTP request to an HTTPS server')) return undefined;
  const to = answer.headers['location']?.replace(/[?#].*$/s, '');
  return { status: answer.status, ...(to !== undefined && { to }), hasPage: answer.body !== '' };
}
