import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A server for repositories of restic, by the protocol that its documentation describes ("REST backend"): files by
 * their sort and name, a list of each sort in version 2, ranges, a name and a password.
 */
export async function restBackend(login = 'home:correct horse') {
  const files = new Map<string, Buffer>();
  let silent: { readonly at: RegExp; readonly begins: () => void } | undefined;
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    // Whoever sent it was ended in the midst of it.
    if (!body) return;
    const expected = `Basic ${Buffer.from(login).toString('base64')}`;
    if (request.headers.authorization === expected) serve(request, response, body);
    else response.writeHead(401).end();
  });

  function serve({ method = 'GET', url = '/', headers }: IncomingMessage, response: ServerResponse, body: Buffer) {
    const { pathname, searchParams } = new URL(url, 'http://backend');
    if (method === 'POST' && searchParams.get('create') === 'true') return response.writeHead(200).end();
    if (pathname.endsWith('/')) {
      const all = [...files].filter(([path]) => path.startsWith(pathname));
      const list = all.map(([path, { length: size }]) => ({ name: path.slice(pathname.length), size }));
      return response.writeHead(200, { 'content-type': 'application/vnd.x.restic.rest.v2' }).end(JSON.stringify(list));
    }
    if (method === 'POST') {
      if (silent?.at.test(pathname)) return silent.begins();
      // No file is ever replaced.
      if (files.has(pathname)) return response.writeHead(403).end();
      files.set(pathname, body);
      return response.writeHead(200).end();
    }
    const content = files.get(pathname);
    if (!content) return response.writeHead(404).end();
    if (method === 'DELETE') {
      files.delete(pathname);
      return response.writeHead(200).end();
    }
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
    const part = from === undefined ? content : content.subarray(Number(from), to ? Number(to) + 1 : undefined);
    response.writeHead(from === undefined ? 200 : 206, { 'content-length': part.length });
    return response.end(method === 'HEAD' ? undefined : part);
  }

  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const [name, password = ''] = login.split(':');
  return {
    address: `rest:http://127.0.0.1:${port}/home/`,
    /** With the login in it, as restic 0.14 takes it. */
    withLogin: `rest:http://${name}:${encodeURIComponent(password)}@127.0.0.1:${port}/home/`,
    files,
    /** From now on what is sent to such a path gets no answer; done when something was. */
    silentAt: (at: RegExp) =>
      new Promise<void>((begins) => {
        silent = { at, begins };
      }),
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}

/** @returns nothing where the connection is lost before its end */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  try {
    for await (const part of request) parts.push(Buffer.from(part));
  } catch {
    return undefined;
  }
  return Buffer.concat(parts);
}
