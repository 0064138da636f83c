import { afterAll, beforeAll, expect, test } from 'vitest';
import { homeauthIn, plain } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { databaseOf } from '../fakes/objects.ts';
import type { Program } from '../fakes/program.ts';
import { theirContainer } from '../fakes/their-container.ts';
import { whoami } from '../fakes/whoami.ts';
import type { FakeWorld } from '../fakes/world.ts';

/** Any app, at the ports of both. */
const anything: Program = async (around) => {
  const running = await whoami(around);
  const port = running.ports.get(80) ?? 0;
  return { ...running, ports: new Map([80, 32400].map((inside) => [inside, port])) };
};
const program = (image: string) => (/grocy|plex/.test(image) ? anything : undefined);

let fake: FakeWorld;
const nothing = 'Everything is as it should be; nothing was changed.';

beforeAll(async () => {
  fake = await installed(['whoami'], { program });
  await theirs('grocy', 'lscr.io/linuxserver/grocy', ['caddy_caddynet']);
  await theirs('plex', 'plexinc/pms-docker', ['caddy_caddynet']);
});
afterAll(() => fake.close());

const run = (...given: Parameters<ReturnType<typeof homeauthIn>>) => homeauthIn(fake)(...given);
const read = async (path: string) => (await fake.files.read(at(path))) ?? '';

const theirs = (name: string, image: string, networks: readonly string[], project = name) =>
  theirContainer(fake, name, { image, networks, project });

test('an app that believes a header is refused where others reach it, with what to write', async () => {
  const before = await read('homeauth.yaml');
  const { failure } = await run('add-app', ['grocy'], { yes: true });
  expect(failure?.code).toBe('header-shared');
  expect(plain(failure?.problem)).toMatch(/Other containers reach grocy.*plex/);
  const fix = plain(failure?.fix);
  expect(fix).toContain('docker network create homeauth_grocy');
  expect(fix).toContain('and without caddy_caddynet');
  expect(fix).toContain('login: forward-auth');
  // homeauth's own Caddy joins by itself.
  expect(fix).not.toContain('compose file of caddy');
  expect(await read('homeauth.yaml')).toBe(before);
});

test('on a network of its own it is served, Caddy joins it there, and it is told who comes', async () => {
  await fake.docker.createNetwork('homeauth_grocy', { project: '', network: '' });
  await fake.docker.connect('grocy', 'homeauth_grocy', ['grocy']);
  await fake.docker.disconnect('grocy', 'caddy_caddynet');
  const { failure, code, out } = await run('add-app', ['grocy'], { yes: true });
  expect(failure).toBeUndefined();
  expect(code).toBe(0);
  expect(plain(out)).toContain('nobody but Caddy can tell grocy who somebody is');
  expect(plain(out)).toContain('forged identity headers do not reach it');
  expect(await read('homeauth.yaml')).toContain('login: header');
  expect((await fake.docker.container('caddy'))?.networks).toContain('homeauth_grocy');
  expect((await run('apply')).out).toBe(nothing);
  const page = plain((await run('app', ['grocy'])).out);
  expect(page).toContain('believes what Caddy tells it of them: X-authentik-username');
  expect(page).toContain('GROCY_REVERSE_PROXY_AUTH_HEADER X-authentik-username');
});

test('whoever joins that network later is named, and nothing is changed until they have left', async () => {
  await theirs('watcher', 'plexinc/pms-docker', ['homeauth_grocy']);
  const verified = await run('verify');
  expect(verified.code).toBe(4);
  expect(plain(verified.out)).toContain('could log in there as anybody: watcher');
  expect((await run('apply')).failure?.code).toBe('header-shared');
  await fake.docker.remove('watcher');
  // A helper of its own is on another network, without Caddy.
  await fake.docker.createNetwork('grocy_default', { project: 'grocy', network: 'default' });
  await fake.docker.connect('grocy', 'grocy_default', []);
  await theirs('grocy-db', 'plexinc/pms-docker', ['grocy_default'], 'grocy');
  expect((await run('verify')).code).toBe(0);
  await fake.docker.connect('grocy-db', 'caddy_caddynet', []);
  expect((await run('verify')).code).toBe(4);
  await fake.docker.remove('grocy-db');
});

test('whoever comes near it by another way is told, too', async () => {
  const lan = { project: '', network: '', driver: 'macvlan' };
  await fake.docker.createNetwork('lan', lan);
  await fake.docker.connect('grocy', 'lan', []);
  expect(plain((await run('verify')).out)).toContain('Other machines may reach grocy on the network lan');
  expect((await run('apply')).failure?.code).toBe('header-shared');
  await fake.docker.disconnect('grocy', 'lan');
  await fake.docker.removeNetwork('lan');
  const open = { project: '', network: '', driver: 'bridge', gatewayMode: 'routed' };
  await fake.docker.createNetwork('open', open);
  await fake.docker.connect('grocy', 'open', []);
  expect(plain((await run('verify')).out)).toContain('the driver of that network is bridge with gateway_mode routed');
  expect((await run('apply')).failure?.code).toBe('header-shared');
  await fake.docker.disconnect('grocy', 'open');
  await fake.docker.removeNetwork('open');
});

test('a site of the owner’s that leads to it without a login is told, and nothing is changed until it is gone', async () => {
  const caddyfile = '/srv/docker/caddy/etc/Caddyfile';
  const before = (await fake.files.read(caddyfile)) ?? '';
  const reload = () => fake.docker.exec('caddy', ['caddy', 'reload']);
  const address = (await fake.docker.container('grocy'))?.addresses['homeauth_grocy'] ?? '';
  for (const dial of ['grocy:80', ...(address ? [`${address}:80`] : [])]) {
    await fake.files.write(caddyfile, `old.home.example.com {\n\treverse_proxy ${dial}\n}\n${before}`, 0o644);
    await reload();
    const verified = await run('verify');
    expect(verified.code).toBe(4);
    expect(plain(verified.out)).toContain('old.home.example.com in your Caddyfile leads to grocy without a login');
    const { failure } = await run('apply');
    expect(failure?.code).toBe('header-passed');
    expect(plain(failure?.fix)).toContain('Remove that site from your Caddyfile');
  }
  const login = 'forward_auth authentik:9000 {\n\t\turi /outpost.goauthentik.io/auth/caddy\n\t}';
  await fake.files.write(
    caddyfile,
    `old.home.example.com {\n\t${login}\n\treverse_proxy grocy:80\n}\n${before}`,
    0o644,
  );
  await reload();
  expect((await run('apply')).failure).toBeUndefined();
  await fake.files.write(caddyfile, before, 0o644);
  await reload();
  expect((await run('verify')).code).toBe(0);
});

test('while its container is made anew nothing is refused, but at another address it is', async () => {
  await fake.docker.remove('grocy');
  expect((await run('plan')).failure).toBeUndefined();
  const yaml = await read('homeauth.yaml');
  expect(yaml).toContain('upstream: grocy:80');
  await fake.files.write(at('homeauth.yaml'), yaml.replace('upstream: grocy:80', 'upstream: nas:80'), 0o644);
  expect((await run('apply')).failure?.code).toBe('header-unseen');
  await fake.files.write(at('homeauth.yaml'), yaml, 0o644);
  await theirs('grocy', 'lscr.io/linuxserver/grocy', ['homeauth_grocy', 'grocy_default']);
  expect((await run('apply')).out).toBe(nothing);
});

test('one that was behind the login at an address, or at a name that no container has, cannot come to believe', async () => {
  const without = await read('homeauth.yaml');
  for (const upstream of ['192.168.1.5:80', 'nas:80']) {
    await fake.files.write(at('homeauth.yaml'), `${without}  - name: wiki\n    upstream: ${upstream}\n`, 0o644);
    await run('apply');
    const yaml = await read('homeauth.yaml');
    await fake.files.write(at('homeauth.yaml'), `${yaml}    login: header\n`, 0o644);
    expect((await run('apply')).failure?.code).toBe('header-unseen');
    expect(plain((await run('verify', ['wiki'])).out)).toContain('homeauth cannot see who else reaches it');
  }
  await fake.files.write(at('homeauth.yaml'), without, 0o644);
  await run('apply');
});

test('one that homeauth starts moves to a network of its own, and back', async () => {
  const yaml = await read('homeauth.yaml');
  await fake.files.write(at('homeauth.yaml'), yaml.replace('- whoami', '- name: whoami\n    login: header'), 0o644);
  const { failure, code } = await run('apply');
  expect(failure).toBeUndefined();
  expect(code).toBe(0);
  expect((await fake.docker.container('whoami'))?.networks).toEqual(['homeauth_whoami']);
  expect((await run('apply')).out).toBe(nothing);
  await fake.files.write(at('homeauth.yaml'), yaml, 0o644);
  expect((await run('apply')).code).toBe(0);
  expect((await fake.docker.container('whoami'))?.networks).toEqual(['caddy_caddynet']);
  expect(await fake.docker.network('homeauth_whoami')).toBeUndefined();
  expect((await run('apply')).out).toBe(nothing);
});

test('one that is no container cannot be judged, so it is refused', async () => {
  const { failure } = await run('add-app', ['dozzle'], { upstream: '192.168.7.9:8080', yes: true });
  expect(failure?.code).toBe('header-unseen');
});

test('an app that is better left alone is served without a login where its owner says so', async () => {
  const { failure } = await run('add-app', ['plex'], { yes: true });
  expect(failure?.code).toBe('login-not-possible');
  expect(plain(failure?.fix)).toContain('homeauth add-app plex --login none');
  const made = await run('add-app', ['plex'], { login: 'none' }, ['y']);
  expect(made.failure).toBeUndefined();
  expect(made.code).toBe(0);
  expect(plain(made.out)).toContain('no login of authentik is before it');
  const { applications, providers } = await databaseOf(fake);
  expect(applications.map(({ slug }) => slug)).not.toContain('plex');
  expect(providers.map(({ name }) => name)).not.toContain('plex');
  expect((await run('apply')).out).toBe(nothing);
  expect(plain((await run('status')).out)).toMatch(
    /plex https:\/\/plex.home.example.com everybody: authentik has no part/,
  );
  expect(plain((await run('explain', ['helen', 'plex'])).out)).toMatch(/may open plex .*login: none/);
  expect(plain((await run('app', ['plex'])).out)).toContain('authentik has no part in it');
  expect((await run('doctor')).out).toMatch(/password-file[^!]*\n1 of \d+ checks needs attention/);
});

test('it changes to forward auth and back, and leaves', async () => {
  const yaml = await read('homeauth.yaml');
  await fake.files.write(at('homeauth.yaml'), yaml.replace(/\n +login: none/, ''), 0o644);
  expect(plain((await run('plan')).out)).toContain('plex.home.example.com is behind the login');
  expect((await run('apply')).code).toBe(0);
  await fake.files.write(at('homeauth.yaml'), yaml, 0o644);
  expect(plain((await run('plan')).out)).toContain('plex.home.example.com is open to everybody');
  expect((await run('apply')).code).toBe(0);
  const removed = await run('remove-app', ['plex'], { yes: true });
  expect(removed.code).toBe(0);
  expect(plain(removed.out)).toContain('plex.home.example.com is gone from Caddy. ');
  expect((await run('remove-app', ['grocy'], { yes: true })).code).toBe(0);
  expect(await fake.docker.network('homeauth_grocy')).toBeDefined();
  expect((await run('apply')).out).toBe(nothing);
});

test('a terminal is asked before an app is left open', async () => {
  const { failure, err } = await run('add-app', ['plex'], {}, ['n']);
  expect(failure?.code).toBe('refused');
  expect(plain(err)).toContain('everybody can open it?');
});
