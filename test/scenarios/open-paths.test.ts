import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { homeauthIn } from '../fakes/homeauth.ts';
import { changeConfig, installed } from '../fakes/installed.ts';
import { inDatabase } from '../fakes/people.ts';
import type { FakeWorld } from '../fakes/world.ts';
import { openTargets, shutTargets } from '../open-targets.ts';
import { push } from '../standin/outpost/served.ts';

const host = 'wiki.home.example.com';
let fake: FakeWorld;
let homeauth: ReturnType<typeof homeauthIn>;

const edited = async (change: (text: string) => string) => {
  await changeConfig(fake.files, (text) => change(text));
};

beforeAll(async () => {
  fake = await installed(['whoami']);
  homeauth = homeauthIn(fake);
  await homeauth('add-app', ['wiki'], { upstream: 'whoami:80' });
  await edited((text) => `${text.trimEnd()}\n    open-paths: [/health, '/share/*']\n`);
});
afterAll(() => fake.close());

/** A stranger asks, in these very letters. */
async function asks(target: string, headers = {}): Promise<{ status: number; body: string }> {
  const via = await fake.docker.dialAddress('caddy', 443);
  return new Promise((resolve, reject) => {
    const out = request({ ...via, path: target, headers: { host, ...headers } }, async (answer) => {
      let body = '';
      for await (const part of answer) body += part;
      resolve({ status: answer.statusCode ?? 0, body });
    });
    out.on('error', reject).end();
  });
}

test('plan says what opens, apply opens it, and nothing beside it', async () => {
  const planned = (await homeauth('plan')).out.replace(/\s+/g, ' ');
  expect(planned).toContain(`${host}/health opens without a login`);
  expect(planned).toContain(`Open to everybody, without a login: ${host}/health, ${host}/share/*`);
  expect((await asks('/share/x')).status).toBe(302);

  const applied = await homeauth('apply');
  expect(applied.failure).toBeUndefined();
  for (const target of openTargets)
    expect([target, await asks(target)]).toEqual([target, { status: 200, body: expect.stringContaining('Hostname:') }]);
  for (const target of shutTargets) expect([target, (await asks(target)).status]).toEqual([target, 302]);
});

test('nobody says there who they are', async () => {
  const { body } = await asks('/share/x', { 'X-Authentik-Username': 'forged', 'Remote-User': 'forged' });
  expect(body).toContain('Hostname:');
  expect(body).not.toContain('forged');
});

test('verify tries to get beside them', async () => {
  const { code, out } = await homeauth('verify');
  expect(code).toBe(0);
  expect(out).toContain('wiki: nothing but /health, /share/* is open without a login');
});

test('explain tells of them', async () => {
  const { out } = await homeauth('explain', ['helen', 'wiki']);
  expect(out).toContain('Everybody may open, without a login: /health, /share/*');
});

test('doctor names a provider that has a list of its own', async () => {
  expect((await homeauth('doctor')).out).not.toContain('has unauthenticated paths of its own');
  await inDatabase(fake, (state) => {
    for (const provider of state.providers.filter(({ name }) => name === 'wiki')) {
      provider.skip_path_regex = '^/api\n^/feed';
    }
    push(state);
  });
  const { code, out } = await homeauth('doctor');
  expect(code).toBe(4);
  const words = out.replace(/\s+/g, ' ');
  expect(words).toContain('The provider "wiki" in authentik has unauthenticated paths of its own');
  expect(words).toContain('They are ^/api, ^/feed.');
  expect(words).toContain('empty Unauthenticated Paths in authentik: Applications > Providers > wiki > Edit.');
  expect((await asks('/api')).status).toBe(403);
});

test('what is taken out is behind the login again', async () => {
  await edited((text) => text.replace("/health, '/share/*'", '/health'));
  expect((await homeauth('plan')).out).toContain(`${host}/share/* is behind the login`);
  expect((await homeauth('apply')).failure).toBeUndefined();
  expect((await asks('/share/x')).status).toBe(302);
  expect((await asks('/health')).status).toBe(200);
});
