import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Failure } from '../../src/model/failure.ts';
import { type RealCaddy, realCaddy } from './real-caddy.ts';

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});

/** A site of the owner's in a real Caddy, before an app of theirs that answers the n-th request so. */
async function withApp(answer: (asked: number, server: Server) => number): Promise<RealCaddy> {
  let asked = 0;
  const app = createServer((_, response) => {
    response.writeHead(answer(asked++, app)).end('a page');
    response.socket?.end();
  });
  await new Promise<void>((done) => app.listen(0, '127.0.0.1', done));
  running.push({ stop: async () => void app.close() });
  const { port } = app.address() as AddressInfo;
  const caddy = await realCaddy((ports) => ({
    Caddyfile: `{
	admin localhost:${ports.admin}
	http_port ${ports.http}
	https_port ${ports.https}
	local_certs
	skip_install_trust
}
http://mine.example.com {
	reverse_proxy 127.0.0.1:${port}
}
http://other.example.com {
	respond "other"
}
`,
  }));
  running.push(caddy);
  return caddy;
}

test.each([
  ['bans who asks often', (asked: number) => (asked < 3 ? 200 : 403)],
  ['bans in the middle of it', (asked: number) => (asked < 8 ? 200 : 403)],
  ['limits how often it is asked', (asked: number) => (asked % 4 === 3 ? 429 : 200)],
  ['limits it, and lets in again', (asked: number) => (asked < 3 ? 429 : 200)],
])('a site that %s is no lost one', async (_, answer) => {
  const caddy = await withApp(answer);
  await caddy.put();
  expect(await caddy.caddyfile()).toContain('import ');
  await caddy.takeOut();
  expect(await caddy.caddyfile()).not.toContain('import ');
});

test('a site whose app stops in the meantime is named, and that it is not back', async () => {
  const caddy = await withApp((asked, app) => {
    if (asked === 5) app.close();
    return 200;
  });
  const before = await caddy.caddyfile();
  const failure = await caddy.put().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Failure);
  expect(failure).toMatchObject({ code: 'site-not-back', problem: expect.stringContaining('mine.example.com') });
  expect((failure as Failure).problem).not.toContain('other.example.com');
  expect(await caddy.caddyfile()).toBe(before);
});
