import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Program } from './program.ts';

/** As traefik/whoami: tells what it was asked, header by header. */
export const whoami: Program = async ({ container }) => {
  const server = createServer((request, response) => {
    const headers: string[] = [];
    for (let i = 0; i < request.rawHeaders.length; i += 2)
      headers.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`);
    response.setHeader('content-type', 'text/plain; charset=utf-8');
    response.end(`Hostname: ${container.name}\n${request.method} ${request.url} HTTP/1.1\n${headers.join('\n')}\n`);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    ports: new Map([[80, (server.address() as AddressInfo).port]]),
    health: () => 'none',
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
};
