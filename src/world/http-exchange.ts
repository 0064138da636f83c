import { type IncomingHttpHeaders, type IncomingMessage, request as overHttp1 } from 'node:http';
import { connect as overHttp2 } from 'node:http2';
import type { Socket } from 'node:net';
import type { Vigil } from './signs-of-life.ts';
import type { HttpAnswer, HttpRequest } from './world.ts';

/** As much of a body as is read, in bytes: a page that says who somebody is fits well; a download need not. */
const enough = 1024 * 1024;

/** One request and its answer on a connection that stands, in the version that its ends agreed on. */
export function exchange(socket: Socket, request: HttpRequest, vigil: Vigil): Promise<HttpAnswer> {
  const isHttp2 = 'alpnProtocol' in socket && socket.alpnProtocol === 'h2';
  return isHttp2 ? byHttp2(socket, request, vigil) : byHttp1(socket, request, vigil);
}

function byHttp1(
  socket: Socket,
  { url, method = 'GET', headers = {}, body, via, binary }: HttpRequest,
  vigil: Vigil,
): Promise<HttpAnswer> {
  const { host, pathname, search } = new URL(url);
  const path = `${pathname}${search}`;
  return new Promise((resolve, reject) => {
    const createConnection = () => socket;
    const all = { host, ...via?.afterTls, ...headers };
    const going = overHttp1({ createConnection, method, path, headers: all, signal: vigil.signal });
    going.on('error', reject);
    going.on('response', (answer: IncomingMessage) =>
      readBody(answer, vigil, binary).then(
        (text) => resolve(answerOf(answer.statusCode ?? 0, answer.headers, text)),
        reject,
      ),
    );
    going.end(body);
  });
}

function byHttp2(
  socket: Socket,
  { url, method = 'GET', headers = {}, body, binary }: HttpRequest,
  vigil: Vigil,
): Promise<HttpAnswer> {
  const { origin, host, pathname, search } = new URL(url);
  const { host: authority = host, ...rest } = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return new Promise((resolve, reject) => {
    const session = overHttp2(origin, { createConnection: () => socket });
    session.on('error', reject);
    const pseudo = { ':method': method, ':path': `${pathname}${search}`, ':authority': authority };
    const going = session.request({ ...pseudo, ...rest }, { signal: vigil.signal });
    going.on('error', reject);
    going.on('response', ({ ':status': status = 0, ...given }) =>
      readBody(going, vigil, binary).then((text) => resolve(answerOf(status, given, text)), reject),
    );
    going.end(body);
  });
}

async function readBody(body: AsyncIterable<Uint8Array>, { heard }: Vigil, binary?: true): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    heard();
    parts.push(part);
    size += part.length;
    if (size >= enough) break;
  }
  return Buffer.concat(parts)
    .subarray(0, enough)
    .toString(binary ? 'latin1' : 'utf8');
}

function answerOf(
  status: number,
  { 'set-cookie': cookies = [], ...headers }: IncomingHttpHeaders,
  body: string,
): HttpAnswer {
  const entries = Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')] as const);
  return { status, headers: Object.fromEntries(entries), cookies: [cookies].flat(), body };
}
