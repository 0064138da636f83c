import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fromRaw, valuesOf, without } from './caddy/headers.ts';
import { serve } from './caddy/route.ts';
import { type Answer, read } from './caddy/upstream.ts';
import { configurationOf, type Site, sitesOf, trustsProxies } from './caddyfile.ts';
import { Exit, type Program, sourceOf } from './program.ts';

const inside = '/etc/caddy';

/**
 * Caddy on the loopback, in plain HTTP that claims to be HTTPS. It carries out what its Caddyfile says, line by line, as
 * the real one does: what our text forgets is forgotten here, too.
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
  let turn = 0;
  const load = (text: string) => {
    running = sitesOf(text, imported);
    believesVisitors = trustsProxies(text);
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
  const answering = (isPlain: boolean) => async (request: IncomingMessage, response: ServerResponse) => {
    const { method = 'GET', url = '/', rawHeaders } = request;
    const headers = fromRaw(rawHeaders);
    const [host = ''] = valuesOf(headers, 'Host');
    // Of several listeners on one port the kernel gives each a share of the connections.
    const listeners = [...new Set(running.map(({ bind }) => bind))];
    const bind = listeners[turn++ % listeners.length];
    const called = host.replace(/:\d+$/, '').toLowerCase();
    // A site for https is sent on to from plain HTTP.
    if (isPlain && running.some((one) => !one.isPlain && one.host === called)) {
      response.writeHead(308, { Location: `https://${called}${url}` }).end();
      return;
    }
    const site = running.find((one) => one.isPlain === isPlain && one.bind === bind && one.host === called);
    try {
      // Names with an underscore are dropped at the door, since 2.11.4.
      const visit = {
        method,
        target: url,
        host,
        scheme: isPlain ? 'http' : 'https',
        from: request.socket.remoteAddress ?? '',
        headers: without(headers, '*_*'),
        body: await read(request),
      };
      const answer = site && (await serve(site.body, visit, { dial: around.dial, believesVisitors }));
      pass(response, answer ?? { status: 200, headers: [], body: Buffer.alloc(0) });
    } catch (error) {
      around.log(String(error));
      response.writeHead(502).end();
    }
  };
  const servers = [true, false].map((isPlain) => createServer(answering(isPlain)));
  const [http, https] = (await Promise.all(servers.map(listening))) as [number, number];
  return {
    ports: new Map([
      [80, http],
      [443, https],
    ]),
    health: () => 'none',
    read: (path) => (path.endsWith('/caddy/autosave.json') ? configurationOf(running) : files.get(path)),
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
    async stop() {
      await Promise.all(servers.map(closed));
    },
  };
};

function pass(response: ServerResponse, { status, headers, body }: Answer): void {
  const kept = headers.filter(([name]) => !/^(connection|transfer-encoding|content-length|keep-alive)$/i.test(name));
  response.writeHead(status, kept.flat()).end(body);
}

const listening = (server: Server): Promise<number> =>
  new Promise((done) => server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port)));

const closed = (server: Server): Promise<void> =>
  new Promise((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });
