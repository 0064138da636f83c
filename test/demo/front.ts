import {
  request as ask,
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Front {
  /** Where a browser on this machine finds a host of the domain: `http://whoami.home.localhost:40123/`. */
  address(host: string): string;
  close(): Promise<void>;
}

interface Target {
  readonly host: string;
  readonly port: number;
}

/**
 * A way for a browser into a Caddy on the loopback that claims to speak HTTPS: the same hosts in plain HTTP, on a port
 * of their own. Browsers take every name below localhost for their own machine, so nothing has to be set up.
 */
export async function openFront(domain: string, caddy: () => Promise<Target | undefined>): Promise<Front> {
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.writeHead(502).end(String(error)));
  });
  await new Promise<void>((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const names = `((?:[a-z0-9-]+\\.)*${domain.replaceAll('.', '\\.')})`;
  const outward = (text: string) => text.replace(new RegExp(`https://${names}(?![\\w.:-])`, 'g'), `http://$1:${port}`);
  const inward = (text: string) => text.replace(new RegExp(`http://${names}:${port}(?!\\d)`, 'g'), 'https://$1');

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = await caddy();
    if (!target) throw new Error('Caddy does not run.');
    const headers: OutgoingHttpHeaders = { ...request.headers, host: request.headers.host?.replace(/:\d+$/, '') };
    for (const name of ['origin', 'referer']) {
      const value = request.headers[name];
      if (typeof value === 'string') headers[name] = inward(value);
    }
    // What comes back has to be legible here.
    delete headers['accept-encoding'];
    const { method, url: path } = request;
    const answer = await new Promise<IncomingMessage>((done, fail) => {
      request.pipe(ask({ ...target, method, path, headers }, done).on('error', fail));
    });
    pass(answer, response, await bytes(answer), outward);
  }

  return {
    address: (host) => `http://${host}:${port}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function pass(
  answer: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  outward: (text: string) => string,
): void {
  const headers: OutgoingHttpHeaders = { ...answer.headers };
  for (const name of ['connection', 'keep-alive', 'transfer-encoding', 'content-length']) delete headers[name];
  if (answer.headers.location !== undefined) headers['location'] = outward(answer.headers.location);
  const cookies = answer.headers['set-cookie'];
  if (cookies) headers['set-cookie'] = cookies.map(withoutSecure);
  const legible = /html|json/.test(answer.headers['content-type'] ?? '');
  response.writeHead(answer.statusCode ?? 502, headers).end(legible ? outward(body.toString()) : body);
}

/** A browser keeps neither `Secure` nor `SameSite=None`, which needs it, over plain HTTP. */
const withoutSecure = (cookie: string): string =>
  cookie.replace(/;\s*Secure(?=;|$)/gi, '').replace(/;\s*SameSite=None(?=;|$)/gi, '; SameSite=Lax');

async function bytes(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}
