import { afterEach, expect, test } from 'vitest';
import { textOf } from '../../src/model/shown.ts';
import { homeauthIn } from '../fakes/homeauth.ts';
import { withHostCaddy } from '../fakes/host-caddy.ts';
import { at, installed } from '../fakes/installed.ts';
import type { FakeWorld } from '../fakes/world.ts';

const own = 'mine.home.example.com {\n\trespond "mine"\n}\n';
const file = at('homeauth.yaml');
const worlds: FakeWorld[] = [];
afterEach(() => Promise.all(worlds.splice(0).map((one) => one.close())));

test('from the Caddy that homeauth set up to one on this server, and back, by homeauth.yaml', async () => {
  const before = await installed(['whoami']);
  const fake = await withHostCaddy(before, own);
  worlds.push(fake);
  const homeauth = homeauthIn(fake);
  const has = async (text: string) => fake.files.write(file, text, 0o644);
  const first = (await fake.files.read(file)) ?? '';

  // What homeauth starts has no address that a Caddy outside of Docker could keep.
  await has(`${first}proxy: host-caddy\n`);
  const refused = await homeauth('apply', [], { yes: true });
  expect(refused.failure?.code).toBe('config-invalid');
  expect(refused.failure?.problem).toContain('apps: "whoami" has no upstream');
  expect(await fake.files.read('/etc/caddy/Caddyfile')).toBe(own);
  await has(first);
  expect((await homeauth('remove-app', ['whoami'], { yes: true })).code).toBe(0);

  const caddys = (await fake.files.read(file)) ?? '';
  await has(`${caddys}proxy: host-caddy\n`);
  const there = await homeauth('apply', [], { yes: true });
  expect(there.failure).toBeUndefined();
  expect(there.code).toBe(0);
  expect(await fake.files.read('/etc/caddy/homeauth.caddy')).toContain('reverse_proxy http://127.0.0.1:910');
  expect([...fake.docker.boxes.keys()]).not.toContain('caddy');
  expect([...fake.docker.networks.keys()]).toEqual(['authentik_backend']);
  expect((await homeauth('plan')).out).toMatch(/^Nothing to change/);

  // While that one has the port, homeauth's own cannot come.
  await has(caddys);
  const taken = await homeauth('apply', [], { yes: true });
  expect(taken.failure?.code).toBe('caddy-outside-docker');
  expect(textOf(taken.failure!.fix)).toContain('systemctl disable --now caddy');
  const { listener, programs, run } = before.world.host;
  Object.assign(fake.world.host, { listener, programs, run });
  const back = await homeauth('apply', [], { yes: true });
  expect(back.failure).toBeUndefined();
  expect(back.code).toBe(0);
  expect(await fake.files.read('/etc/caddy/Caddyfile')).toBe(own);
  expect(await fake.files.read('/etc/caddy/homeauth.caddy')).toBeUndefined();
  expect([...fake.docker.boxes.keys()]).toContain('caddy');
  expect((await homeauth('plan')).out).toMatch(/^Nothing to change/);

  expect((await homeauth('uninstall', [], { deleteData: true })).failure).toBeUndefined();
  expect([...fake.docker.boxes.keys(), ...fake.docker.networks.keys()]).toEqual([]);
});
