// Answers as traefik/whoami does: who was asked, by whom, and with which headers.
import { createServer } from 'node:http';
import { hostname, networkInterfaces } from 'node:os';

const canonical = (name) => name.replace(/(^|-)([a-z])/g, (_, dash, letter) => dash + letter.toUpperCase());

createServer((request, response) => {
  const addresses = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
  const headers = [];
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const name = canonical(request.rawHeaders[at].toLowerCase());
    if (name !== 'Host') headers.push(`${name}: ${request.rawHeaders[at + 1]}`);
  }
  const lines = [
    `Hostname: ${hostname()}`,
    ...addresses.map(({ address }) => `IP: ${address}`),
    `RemoteAddr: ${request.socket.remoteAddress?.replace('::ffff:', '')}:${request.socket.remotePort}`,
    `${request.method} ${request.url} HTTP/${request.httpVersion}`,
    `Host: ${request.headers.host}`,
    ...headers.sort(),
  ];
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(`${lines.join('\n')}\n\n`);
}).listen(80);
