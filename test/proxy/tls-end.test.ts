import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ownHttp } from '../../src/world/http.ts';
import { binary, type RealCaddy, realCaddy } from './real-caddy.ts';

/** The tunnel's address, a stranger's, and the one that homeauth itself asks from. */
const [tunnel, stranger, here] = ['127.0.0.2', '127.0.0.3', '127.0.0.1'];
const auth = 'auth.home.example.com';
const wiki = 'wiki.home.example.com';

describe.skipIf(!existsSync(binary))('a real Caddy behind a tunnel', () => {
  let caddy: RealCaddy;
  let own: string;
  beforeAll(async () => {
    // As in public: certificates are nobody's business here, and one site has them all.
    caddy = await realCaddy(
      ({ http, https, admin }) => ({
        Caddyfile: `{\n\tadmin localhost:${admin}\n\thttp_port ${http}\n\thttps_port ${https}\n\tauto_https off\n}\nhttp://mine.example.com:${http} {\n\trespond "mine"\n}\n`,
      }),
      { config: { tls: 'external', tlsFrom: [tunnel] } },
    );
    own = await caddy.caddyfile();
    await caddy.put();
  });
  afterAll(() => caddy.stop());
  const asTunnel = { 'X-Forwarded-Proto': 'https' };

  test('who comes through it is asked for a login, and authentik is told that it is https', async () => {
    const answer = await caddy.ask(wiki, tunnel, { ...asTunnel, 'X-Forwarded-For': '198.51.100.9' });
    expect([answer.status, answer.headers['location']]).toEqual([302, expect.stringContaining('https%3A%2F%2Fwiki')]);
    expect(caddy.asked.authentik.at(-1)).toMatchObject({
      'x-forwarded-proto': 'https',
      'x-forwarded-host': wiki,
      'x-forwarded-for': '198.51.100.9',
    });
    expect(await caddy.ask(auth, tunnel, asTunnel)).toMatchObject({ status: 200, body: 'authentik /' });
    expect(caddy.asked.authentik.at(-1)).toMatchObject({ 'x-forwarded-proto': 'https', 'x-forwarded-host': auth });
    // Some ends of TLS say nothing of it, and none of them is asked over anything else.
    expect((await caddy.ask(auth, tunnel)).status).toBe(200);
  });

  test('a visitor can name neither another host nor another address', async () => {
    const forged = { 'X-Forwarded-Host': 'other.home.example.com', 'X-Forwarded-For': '10.0.0.1, 198.51.100.9' };
    await caddy.ask(wiki, tunnel, { ...asTunnel, ...forged });
    expect(caddy.asked.authentik.at(-1)).toMatchObject({ 'x-forwarded-host': wiki, 'x-forwarded-for': '198.51.100.9' });
    await caddy.ask(wiki, tunnel, { ...asTunnel, ...forged, Cookie: 'session=helen' });
    const seen = caddy.asked.app.at(-1);
    expect(seen).toMatchObject({
      'x-forwarded-host': wiki,
      'x-forwarded-for': '198.51.100.9',
      'x-forwarded-proto': 'https',
    });
    expect(seen).toMatchObject({ 'x-authentik-username': 'helen' });
    await caddy.ask(wiki, tunnel, asTunnel);
    expect(caddy.asked.authentik.at(-1)).toMatchObject({ 'x-forwarded-for': tunnel });
  });

  test('whoever speaks plain HTTP to it from elsewhere meets neither the login page nor the app', async () => {
    const before = caddy.asked.authentik.length;
    for (const headers of [{}, asTunnel, { ...asTunnel, 'X-Forwarded-For': tunnel, 'X-Homeauth-Proof': 'r0' }]) {
      for (const host of [auth, wiki]) {
        const answer = await caddy.ask(host, stranger, headers);
        expect([answer.status, answer.headers['set-cookie']]).toEqual([421, undefined]);
      }
    }
    expect(caddy.asked.authentik.length).toBe(before);
  });

  test('who came to the tunnel without TLS is sent to https', async () => {
    const answer = await caddy.ask(wiki, tunnel, { 'X-Forwarded-Proto': 'http' }, '/page?a=1');
    expect([answer.status, answer.headers['location']]).toEqual([308, `https://${wiki}/page?a=1`]);
  });

  test('homeauth asks as the tunnel would, and the owner has their sites as before', async () => {
    const { via } = await caddy.put();
    const answer = await ownHttp.dial({ url: `https://${wiki}/`, ...(via && { via }) });
    expect([answer.status, answer.headers['location']]).toEqual([302, expect.stringContaining('https%3A%2F%2Fwiki')]);
    const headers = { Cookie: 'session=helen' };
    await ownHttp.dial({ url: `https://${wiki}/`, headers, ...(via && { via }) });
    expect(caddy.asked.app.at(-1)).not.toHaveProperty('x-homeauth-proof');
    expect(await caddy.ask('mine.example.com', here)).toMatchObject({ status: 200, body: 'mine' });
    await caddy.takeOut();
    expect(await caddy.caddyfile()).toBe(own);
    expect((await caddy.ask(auth, tunnel, asTunnel)).body).toBe('');
  });
});
