import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporary } from '../../temporary.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** An engine that says what the test wants it to, on a real socket. */
interface FakeEngine {
  readonly host: string;
  readonly socket: string;
  /** Method and address of every request but the first look at /version. */
  readonly requests: string[];
  /** The headers of the same requests. */
  readonly headers: IncomingMessage['headers'][];
}

/** Answers `GET /version` like a Docker of that API version, and leaves every other request to `answer`. */
export async function fakeEngine(
  answer: Answer,
  version: object = { Version: '28.5.1', ApiVersion: '1.51' },
): Promise<FakeEngine> {
  const socket = join(await temporary(), 'docker.sock');
  const requests: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/version')) return void response.end(JSON.stringify(version));
    requests.push(`${request.method} ${decodeURIComponent(request.url ?? '')}`);
    headers.push(request.headers);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { host: `unix://${socket}`, socket, requests, headers };
}

export const json = (response: ServerResponse, body: unknown, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};
