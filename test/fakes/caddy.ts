import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { configurationOf, type Site, sitesOf } from './caddyfile.ts';
import { type Around, Exit, type Program, sourceOf } from './program.ts';

const inside = '/etc/caddy';

/**
 * Caddy on the loopback, in plain HTTP that claims to be HTTPS: the sites of its Caddyfile, and for those behind the
 * snippet the same order as there: forged headers off, the outpost's own path, the login, and only then the app.
 */
export const caddy: Program = async (around) => {
  const source = sourceOf(around, inside);
  if (source === undefined) throw new Exit(1, 'Error: no config file to load');
  const outside = (path: string) => `${source}${path.slice(inside.length)}`;
  let files = new Map<string, string>();
  const refresh = async () => {
    const names = (await around.files.list(source)) ?? [];
    const texts = await Promise.all(
      names.map(
        async (name) => [`${inside}/${name}`, (await around.files.read(outside(`${inside}/${name}`))) ?? ''] as const,
      ),
    );
    files = new Map(texts);
  };
  const imported = (path: string) => files.get(path.startsWith('/') ? path : `${inside}/${path}`);
  let running: Site[] = [];
  let believesVisitors = false;
  const load = (text: string) => {
    running = sitesOf(text, imported);
    const isNamedAnew = [text, ...files.values()].some((each) => /^[^\S\n]*header_up X-Forwarded-Host /m.test(each));
    believesVisitors = /^[^\S\n]*trusted_proxies /m.test(text) && !isNamedAnew;
    return '';
  };
  const says = (stdout: string) => ({ code: 0, stdout, stderr: '' });
  const tries = (work: () => string) => {
    try {
      return says(work());
    } catch (error) {
      return { code: 1, stdout: '', stderr: `Error: ${(error as Error).message}\n` };
    }
  };

  await refresh();
  try {
    load(files.get(`${inside}/Caddyfile`) ?? '');
  } catch (error) {
    throw new Exit(1, `Error: ${(error as Error).message}`);
  }
  const server = createServer((request, response) => {
    const host = (request.headers.host ?? '').split(':')[0];
    const site = running.find((candidate) => candidate.host === host);
    serve(site, request, response, around, believesVisitors).catch(() => response.writeHead(502).end());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    ports: new Map([
      [80, port],
      [443, port],
    ]),
    health: () => 'none',
    read: (path) => (path.endsWith('/caddy/autosave.json') ? configurationOf(running) : undefined),
    async exec([program, ...args], stdin) {
      await refresh();
      if (program === 'cat') return says(files.get(args[0] ?? '') ?? '');
      if (program === 'wget') return says(configurationOf(running));
      const text = args.includes('-') ? stdin : (files.get(`${inside}/Caddyfile`) ?? '');
      if (args[0] === 'version') return says('v2.11.7 h1:loopback\n');
      if (args[0] === 'list-modules') return says('dns.providers.cloudflare\n');
      if (args[0] === 'adapt') return tries(() => configurationOf(sitesOf(text, imported)));
      if (args[0] === 'validate') return tries(() => `${sitesOf(text, imported).length} sites\nValid configuration\n`);
      if (args[0] === 'reload') return tries(() => load(text));
      return { code: 127, stdout: '', stderr: `${program}: not found\n` };
    },
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
};

async function serve(
  site: Site | undefined,
  request: IncomingMessage,
  response: ServerResponse,
  { dial }: Around,
  believesVisitors: boolean,
): Promise<void> {
  if (!site) return void response.writeHead(200).end();
  if (site.respond !== undefined) return void response.end(site.respond);
  const body = await read(request);
  const upstream = (name: string) => {
    const [host = '', port = '80'] = name.split(':');
    const at = dial(host, Number(port));
    if (!at) throw new Error(`dial tcp: lookup ${host}: no such host`);
    return at;
  };
  const claimed = believesVisitors ? request.headers['x-forwarded-host'] : undefined;
  const host = String(claimed ?? site.host);
  const forwarded = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': host, 'X-Forwarded-For': '192.0.2.7' };
  let headers: Record<string, string> = { ...plain(request), ...forwarded };
  if (site.guarded) {
    headers = Object.fromEntries(
      Object.entries(headers).filter(([name]) => !/authentik/i.test(name) && !name.includes('_')),
    );
    const outpost = upstream('authentik:9000');
    if (request.url?.startsWith('/outpost.goauthentik.io/'))
      return pass(response, await fetchRaw(outpost, request.method, request.url, headers, body));
    const asked = { ...headers, 'X-Forwarded-Method': request.method ?? 'GET', 'X-Forwarded-Uri': request.url ?? '/' };
    const verdict = await fetchRaw(outpost, 'GET', '/outpost.goauthentik.io/auth/caddy', asked, '');
    if (verdict.status < 200 || verdict.status > 299) return pass(response, verdict);
    for (let i = 0; i < verdict.rawHeaders.length; i += 2) {
      const name = verdict.rawHeaders[i] ?? '';
      if (/^x-authentik-/i.test(name)) headers[name] = verdict.rawHeaders[i + 1] ?? '';
    }
  }
  pass(response, await fetchRaw(upstream(site.upstream ?? ''), request.method, request.url, headers, body));
}

interface Raw {
  readonly status: number;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

function fetchRaw(
  at: { host: string; port: number },
  method: string | undefined,
  path: string | undefined,
  headers: Record<string, string>,
  body: Buffer | string,
): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const out = ask({ ...at, method, path, headers }, async (answer) => {
      resolve({ status: answer.statusCode ?? 502, rawHeaders: answer.rawHeaders, body: await read(answer) });
    });
    out.on('error', reject).end(body);
  });
}

async function read(stream: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

const plain = (request: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));

function pass(response: ServerResponse, { status, rawHeaders, body }: Raw): void {
  const headers: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (!/^(connection|transfer-encoding|content-length|keep-alive)$/i.test(rawHeaders[i] ?? ''))
      headers.push(rawHeaders[i]!, rawHeaders[i + 1]!);
  }
  response.writeHead(status, headers).end(body);
}
