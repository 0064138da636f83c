import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/** This host in the home LAN of the tests: the router there, and every device that it knows. */
export const lan = '192.168.0.4';

/** A home's router and a device in its LAN that calls itself many things. */
export interface Router {
  /** Names that it was asked for, in lower case. */
  readonly asked: readonly string[];
  /** Ports of the device that somebody connected to. */
  readonly met: readonly number[];
  close(): Promise<void>;
}

/** Answers for single names that it knows and for all below `domain`, as a router with a wildcard record does. */
export async function startRouter(known: readonly string[], domain: string, ports: readonly number[]): Promise<Router> {
  const asked: string[] = [];
  const met: number[] = [];
  const dns = createSocket('udp4', (query, from) => {
    const { name, end } = questionOf(query);
    asked.push(name);
    const found = known.includes(name) || name.endsWith(`.${domain}`);
    dns.send(answerTo(query, end, found), from.port, from.address);
  });
  await new Promise<void>((done) => dns.bind(53, lan, done));
  const servers = ports.map((port) =>
    createServer((socket) => {
      met.push(port);
      socket.on('error', () => undefined);
      const body = 'let in';
      const head = `HTTP/1.1 200 OK\r\nX-Authentik-Username: helen\r\nContent-Length: ${body.length}`;
      socket.end(`${head}\r\nConnection: close\r\n\r\n${body}`);
    }),
  );
  await Promise.all(servers.map((server, n) => new Promise<void>((done) => server.listen(ports[n], lan, done))));
  return {
    asked,
    met,
    async close() {
      dns.close();
      for (const server of servers) server.close();
    },
  };
}

function questionOf(query: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 5 };
}

/** An A record of the device for who asks for one, nothing for another type, and NXDOMAIN for a name unknown. */
function answerTo(query: Buffer, end: number, found: boolean): Buffer {
  const isA = query.readUInt16BE(end - 4) === 1;
  const head = Buffer.from(query.subarray(0, end));
  head.writeUInt16BE(found ? 0x8180 : 0x8183, 2);
  head.writeUInt16BE(found && isA ? 1 : 0, 6);
  head.writeUInt32BE(0, 8);
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, ...lan.split('.').map(Number)]);
  return found && isA ? Buffer.concat([head, record]) : head;
}
