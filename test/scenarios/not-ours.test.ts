import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { homeauthIn, initFlags } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { databaseOf } from '../fakes/objects.ts';
import { stateOf } from '../fakes/state.ts';
import { theirContainer } from '../fakes/their-container.ts';
import { whoami } from '../fakes/whoami.ts';
import { type FakeWorld, fakeWorld } from '../fakes/world.ts';
import type { State } from '../standin/state.ts';

let fake: FakeWorld;
afterEach(() => fake.close());
const init = () => homeauthIn(fake)('init', [], initFlags);

/** A container that somebody else made. */
const foreign = (name: string, image = 'traefik/whoami:v1.11.0', project = 'theirs') =>
  theirContainer(fake, name, { image, project, networks: ['theirs'] });

describe('on a bare server', () => {
  beforeEach(() => {
    fake = fakeWorld();
  });

  test('a container authentik stops init before anything of it is touched', async () => {
    await foreign('authentik');
    const before = await stateOf(fake);
    const { failure, code } = await init();
    expect(failure).toMatchObject({
      code: 'name-taken',
      problem: 'There is a container authentik already, and homeauth did not make it.',
    });
    expect(failure?.fix).toContain('authentik');
    expect(code).toBe(2);
    expect(await stateOf(fake)).toEqual(before);
  });

  test('an authentik under another name stops init before anything is written, and is named', async () => {
    await fake.close();
    fake = fakeWorld({ program: (image) => (image.includes('goauthentik') ? whoami : undefined) });
    await foreign('sso-server-1', 'ghcr.io/goauthentik/server:2025.2.4');
    const before = await stateOf(fake);
    const { failure, code } = await init();
    expect([code, failure?.code]).toEqual([2, 'other-authentik']);
    expect(failure?.problem).toContain('sso-server-1 (ghcr.io/goauthentik/server:2025.2.4)');
    expect(failure?.why).toContain('/opt/theirs');
    expect(failure?.fix).toContain('cd /opt/theirs && docker compose stop');
    expect(await stateOf(fake)).toEqual(before);
  });

  test('a project of the name of ours in another directory stops init', async () => {
    await foreign('whoami-1', undefined, 'authentik');
    const { failure } = await init();
    expect([failure?.code, failure?.problem]).toEqual(['project-taken', expect.stringContaining('/opt/authentik')]);
  });

  test('a docker-compose.yml of somebody stays as it is', async () => {
    fake.files.put(at('docker-compose.yml'), 'services: {}\n');
    const { failure } = await init();
    expect(failure?.code).toBe('not-ours');
    expect(failure?.problem).toContain(at('docker-compose.yml'));
    expect(await fake.files.read(at('docker-compose.yml'))).toBe('services: {}\n');
    expect(fake.docker.boxes.size).toBe(0);
  });

  test('a network of that name with other labels stops init before anything is touched', async () => {
    await fake.docker.createNetwork('authentik_backend', { project: 'theirs', network: 'old' });
    const before = await stateOf(fake);
    const { failure } = await init();
    expect(failure?.code).toBe('network-taken');
    expect(failure?.fix).toContain('docker network rm authentik_backend');
    expect(await stateOf(fake)).toEqual(before);
  });

  test('a network that Compose would take for its own is used, and outlives uninstall', async () => {
    await fake.docker.createNetwork('authentik_backend', { project: 'authentik', network: 'backend' });
    expect((await init()).failure).toBeUndefined();
    expect((await homeauthIn(fake)('uninstall', [], { confirm: 'home.example.com' })).failure).toBeUndefined();
    expect([...fake.docker.networks.keys()]).toEqual(['authentik_backend']);
  });

  test('folders of another owner are given to the containers, and back at the end; what lies in them stays', async () => {
    const joe = { uid: 1001, gid: 1001 };
    for (const path of [at('data'), at('certs')]) await fake.files.makeDirectory(path, 0o755, joe);
    await fake.files.setAccess('/srv/docker/authentik', 0o1775, { uid: 0, gid: 1001 });
    fake.files.put(at('certs/mine.pem'), 'PEM');
    expect((await init()).failure).toBeUndefined();
    expect(await fake.files.stat(at('data'))).toMatchObject({ owner: { uid: 1000, gid: 1000 } });
    expect((await homeauthIn(fake)('uninstall', [], { confirm: 'home.example.com' })).failure).toBeUndefined();
    expect(await fake.files.read(at('certs/mine.pem'))).toBe('PEM');
    expect(await fake.files.stat(at('certs'))).toMatchObject({ owner: joe, mode: 0o755 });
    expect(await fake.files.stat('/srv/docker/authentik')).toMatchObject({
      owner: { uid: 0, gid: 1001 },
      mode: 0o1775,
    });
  });

  test('a base directory that was there keeps its owner and its neighbours', async () => {
    await fake.files.makeDirectory('/srv/docker', 0o1770, { uid: 0, gid: 1001 });
    fake.files.put('/srv/docker/other/compose.yaml', 'services: {}\n');
    expect((await init()).failure).toBeUndefined();
    expect(await fake.files.stat('/srv/docker')).toMatchObject({ mode: 0o1770, owner: { uid: 0, gid: 1001 } });
    await homeauthIn(fake)('uninstall', [], { confirm: 'home.example.com' });
    expect(await fake.files.read('/srv/docker/other/compose.yaml')).toBe('services: {}\n');
    expect(await fake.files.stat('/srv/docker')).toMatchObject({ mode: 0o1770 });
  });
});

describe('in an authentik that people use', () => {
  beforeEach(async () => {
    fake = await installed();
  });
  const inDatabase = async (edit: (state: State) => void) => {
    const store = [...fake.docker.databases.values()][0]?.store;
    await store?.change((state) => {
      if (!state) throw new Error('there is no database');
      edit(state);
      return { state, result: undefined };
    });
  };
  const addWiki = () => homeauthIn(fake)('add-app', ['wiki'], { upstream: 'wiki:80' });
  const made = async () => {
    const { providers, applications, users } = await databaseOf(fake);
    return { providers, applications, users };
  };
  const likeHome = (state: State, name: string, host: string) => {
    const [home] = state.providers;
    if (!home) throw new Error('no provider');
    const pk = ++state.serial.provider;
    state.providers.push({ ...home, pk, name, mode: 'forward_single', external_host: host, cookie_domain: '' });
    return pk;
  };

  test('a provider for the same host by another name is not doubled', async () => {
    await inDatabase((state) => likeHome(state, 'Our wiki', 'https://wiki.home.example.com'));
    const before = await made();
    const { failure } = await addWiki();
    expect(failure?.code).toMatch(/^(not-ours|host-has-provider)$/);
    expect(`${failure?.problem} ${failure?.why}`).toContain('Our wiki');
    expect(failure?.fix).toContain('Applications > Providers');
    expect(await made()).toEqual(before);
  });

  test('a provider of the same name is not taken', async () => {
    await inDatabase((state) => likeHome(state, 'wiki', 'https://wiki.elsewhere.org'));
    const before = await made();
    const { failure } = await addWiki();
    expect(failure?.code).toBe('not-ours');
    expect(failure?.fix).toContain('another name');
    expect(await made()).toEqual(before);
  });

  test('an application of the same slug is not taken', async () => {
    await inDatabase((state) => {
      const [home] = state.applications;
      if (!home) throw new Error('no application');
      state.applications.push({ ...home, pk: 'a'.repeat(32), slug: 'wiki', name: 'Encyclopaedia', provider: null });
    });
    const before = (await made()).applications;
    const { failure } = await addWiki();
    expect(failure?.code).toBe('not-ours');
    expect(failure?.problem).toContain('application wiki');
    expect(failure?.fix).toContain('another name');
    expect((await made()).applications).toEqual(before);
  });

  test('a container of the name of a preset is not replaced', async () => {
    await foreign('whoami');
    const { failure } = await homeauthIn(fake)('add-app', ['whoami']);
    expect(failure?.code).toBe('not-ours');
    expect(failure?.fix).toMatch(/whoami/);
    expect(fake.docker.boxes.get('whoami')?.made.revision).toBe('theirs');
  });

  test.each<[string, (state: State) => void, string]>([
    ['a user helen', (state) => Object.assign(named(state, 'helen'), { attributes: {} }), 'user-not-ours'],
    ['a user Helen', (state) => Object.assign(named(state, 'helen'), { username: 'Helen' }), 'user-name-taken'],
    [
      'her address at another user',
      (state) => Object.assign(named(state, 'helen'), { username: 'joe' }),
      'email-taken',
    ],
  ])('%s whom homeauth did not make is not changed', async (_, edit, code) => {
    await inDatabase(edit);
    // As after an uninstall that kept the data, and a by-hand installation taken over.
    const ledger = at('.homeauth/ledger.json');
    const { version, made: lines } = JSON.parse((await fake.files.read(ledger)) ?? '');
    const others = lines.filter(({ id }: { id: string }) => id !== 'user:helen');
    await fake.files.write(ledger, JSON.stringify({ version, made: others }), 0o600);
    const before = (await made()).users;
    const { failure } = await homeauthIn(fake)('init', [], {
      ...initFlags,
      adminPasswordFile: at('.homeauth/admin-password'),
    });
    expect(failure?.code).toMatch(new RegExp(`^(${code}|not-ours)$`));
    expect(failure?.fix).not.toBe('');
    expect((await made()).users).toEqual(before);
  });
  const named = (state: State, name: string) => {
    const user = state.users.find(({ username }) => username === name);
    if (!user) throw new Error(`no ${name}`);
    return user;
  };

  test('a ready-made Caddyfile that serves the host already is left alone', async () => {
    const caddyfile = '/srv/docker/caddy/etc/Caddyfile';
    const mine = `wiki.home.example.com {\n\trespond "mine"\n}\n${await fake.files.read(caddyfile)}`;
    fake.files.put(caddyfile, mine);
    const before = fake.files.snapshot();
    const objects = await made();
    const { failure, code } = await addWiki();
    expect(failure?.problem).toContain('wiki.home.example.com');
    // Caddy was asked first: nothing was made for an app that it would not serve.
    expect(code).toBe(2);
    expect(fake.files.snapshot()).toEqual(before);
    expect(await made()).toEqual(objects);
  });
});
