// Started by dial-within.ts in the network of another process, whose id is its argument: one request on stdin, what came of
// it on stdout.
import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { text } from 'node:stream/consumers';
import { Failure } from '../model/failure.ts';
import type { Told } from './dial-within.ts';
import { ownHttp } from './http.ts';
import { noAnswer } from './http-failures.ts';
import type { HttpRequest } from './world.ts';

const etc = (name: string): Promise<string> =>
  readFile(`/proc/${process.argv[2]}/root/etc/${name}`, 'utf8').catch(() => '');

/** Lines of words, without comments. */
const wordsIn = (file: string): string[][] =>
  file.split('\n').map((line) => line.replace(/#.*/, '').trim().split(/\s+/));

/** As a program in there would find it: in its hosts file, else from its name servers. */
async function addressOf(name: string): Promise<string> {
  if (isIP(name) !== 0) return name;
  const known = wordsIn(await etc('hosts')).find(([, ...names]) => names.includes(name))?.[0];
  if (known !== undefined) return known;
  const resolver = new Resolver({ timeout: 3000, tries: 2 });
  const servers = wordsIn(await etc('resolv.conf')).flatMap(([word, server = '']) =>
    word === 'nameserver' && isIP(server) !== 0 ? [server] : [],
  );
  if (servers.length > 0) resolver.setServers(servers);
  const [first] = await resolver.resolve4(name).catch(() => resolver.resolve6(name).catch(() => []));
  if (first === undefined) throw Object.assign(new Error(`${name} has no address`), { code: 'ENOTFOUND' });
  return first;
}

async function dial(request: HttpRequest): Promise<Told> {
  const { hostname, port, protocol } = new URL(request.url);
  try {
    const host = await addressOf(hostname.replace(/^\[|\]$/g, '')).catch((error: unknown) => {
      throw noAnswer(request, false, error);
    });
    const via = { host, port: Number(port) || (protocol === 'https:' ? 443 : 80) };
    return { answer: { ...(await ownHttp.dial({ ...request, via })), address: host } };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { code, problem, fix, because } = error;
    return { failure: { code, problem, fix, ...(because && { because }) } };
  }
}

process.stdout.write(JSON.stringify(await dial(JSON.parse(await text(process.stdin)) as HttpRequest)));
