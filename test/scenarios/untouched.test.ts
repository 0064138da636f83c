import { afterEach, expect, test } from 'vitest';
import { homeauthIn, initFlags } from '../fakes/homeauth.ts';
import { type FakeWorld, fakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
afterEach(() => fake.close());

const root = '/srv/docker/authentik';

test.each([
  ['container-vars.env', 'PG_PASS=abc\nAUTHENTIK_SECRET_KEY=handmade\nAUTHENTIK_LDAP__X=1\n'],
  ['docker-compose.yml', 'services:\n  mine: {}\n'],
])('a hand-made %s is refused before anything beside it is changed', async (name, text) => {
  fake = fakeWorld();
  const files = fake.files;
  await files.makeDirectory(root, 0o755, { uid: 0, gid: 0 });
  await files.makeDirectory(`${root}/certs`, 0o777, { uid: 1001, gid: 1001 });
  files.put(`${root}/${name}`, text);
  const before = files.snapshot();

  const { code, failure } = await homeauthIn(fake)('init', [], initFlags);
  expect(failure).toMatchObject({ code: 'not-ours', problem: expect.stringContaining(name) });
  expect(code).toBe(2);
  expect(files.snapshot()).toEqual(before);
  expect(fake.docker.networks.size).toBe(0);
});

test('removing everything leaves what its owner has put beside it', async () => {
  fake = fakeWorld();
  const files = fake.files;
  const homeauth = homeauthIn(fake);
  expect((await homeauth('init', [], initFlags)).failure).toBeUndefined();
  const mine = '/srv/docker/caddy/etc/Caddyfile';
  const site = 'blog.example.com {\n\trespond "mine"\n}\n';
  files.put(mine, `${site}${await files.read(mine)}`);
  await fake.docker.exec('caddy', ['caddy', 'reload']);
  files.put('/srv/docker/caddy/site/index.html', 'mine');

  expect((await homeauth('uninstall', [], { confirm: 'home.example.com' })).code).toBe(0);
  expect(await files.read(mine)).toContain(site);
  expect(await files.read('/srv/docker/caddy/site/index.html')).toBe('mine');
  expect(await files.list(`${root}/db`)).toBeUndefined();
  expect(await files.stat(`${root}/container-vars.env`)).toBeUndefined();
});
