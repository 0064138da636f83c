import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Failure } from '../../src/model/failure.ts';
import { textOf } from '../../src/model/shown.ts';
import { type Flags, homeauthIn, initFlags } from '../fakes/homeauth.ts';
import { at, changeConfig } from '../fakes/installed.ts';
import { fakeTerminal } from '../fakes/terminal.ts';
import { theirContainer } from '../fakes/their-container.ts';
import { type FakeWorld, fakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
beforeEach(() => {
  fake = fakeWorld();
});
afterEach(() => fake.close());

const owners = 'auth.home.example.com {\n\trespond "mine"\n}\n';

/** A Caddy of the owner's, with these sites. */
async function caddy(name: string, text: string): Promise<void> {
  fake.files.put(`/srv/${name}/Caddyfile`, text);
  await fake.docker.createNetwork('caddy_caddynet', { project: 'caddy', network: 'caddynet' });
  await theirContainer(fake, name, {
    image: 'caddy:2.11.7',
    mounts: [{ source: `/srv/${name}`, target: '/etc/caddy' }],
  });
}

type Scene = readonly [name: string, arrange: () => Promise<unknown>, flags: Flags, code: string, flag: string];

describe('before the first init, ways out name flags and not a file that is not there', () => {
  const listens = (process: string) => async () =>
    Object.assign(fake.world.host, { listener: async () => ({ process }) });
  const none = async () => {};
  const scenes: readonly Scene[] = [
    ['another server on the ports', listens('nginx'), {}, 'port-taken', '--proxy manual'],
    [
      'several Caddys',
      () => Promise.all([caddy('one', ''), caddy('two', '')]),
      {},
      'caddy-ambiguous',
      '--caddy-container',
    ],
    ['a Caddy that is not there', none, { caddyContainer: 'cady' }, 'caddy-not-found', '--caddy-container'],
    ['a site at the login page', () => caddy('front', owners), {}, 'host-taken', '--auth-host login.home.example.com'],
    ['a release of old', none, { authentikVersion: '2025.10.3' }, 'release-unsupported', '--authentik-version'],
  ];

  test.each(scenes)('%s', async (_, arrange, more, code, flag) => {
    await arrange();
    const { failure } = await homeauthIn(fake)('init', [], { ...initFlags, ...more });
    expect(failure?.code).toBe(code);
    const told = [failure?.problem, failure?.details, failure?.fix].map((one) => textOf(one ?? '')).join('\n');
    expect(told).toContain(flag);
    expect(told).not.toContain('homeauth.yaml');
    expect(await fake.files.stat(at('homeauth.yaml'))).toBeUndefined();
  });

  test('the login page is where --auth-host says, and the owner keeps their site', async () => {
    await caddy('front', owners);
    const { failure } = await homeauthIn(fake)('init', [], { ...initFlags, authHost: 'login.home.example.com' });
    expect(failure).toBeUndefined();
    expect(await fake.files.read('/srv/front/Caddyfile')).toContain(owners);
  });

  test('a login page outside of the domain is refused as a flag', async () => {
    const { failure } = await homeauthIn(fake)('init', [], { ...initFlags, authHost: 'login.example.org' });
    expect([failure?.code, failure?.fix]).toEqual(['flag-invalid', 'Correct it: --auth-host <name>']);
    expect(failure?.problem).toContain('outside home.example.com');
  });
});

test('where there is a homeauth.yaml, that is what they name', async () => {
  const homeauth = homeauthIn(fake);
  expect((await homeauth('init', [], initFlags)).failure).toBeUndefined();
  await changeConfig(fake.files, (text) => `${text}caddy-container: cady\n`);
  const { failure } = await homeauth('apply');
  expect([failure?.code, failure?.fix]).toEqual([
    'caddy-not-found',
    'Name one that is there: caddy-container: caddy in homeauth.yaml',
  ]);
});

test('without a Docker nobody is asked for anything', async () => {
  fake.docker.engine = async () => {
    throw new Failure({ code: 'docker-unreachable', problem: 'Docker does not answer.', fix: 'Start it.' });
  };
  const terminal = fakeTerminal(['home.example.com']);
  const { failure } = await homeauthIn(fake)('init', [], {}, terminal);
  expect(failure?.code).toBe('docker-unreachable');
  expect(terminal.left).toEqual(['home.example.com']);
});

describe('what no answer changes is looked at before anything is asked', () => {
  const full = (...paths: string[]) => {
    const { filesystem } = fake.files;
    fake.files.filesystem = async (path) => {
      const is = paths.find((one) => path.startsWith(one));
      return { ...(await filesystem(path)), ...(is && { target: is, source: is, free: 1e9 }) };
    };
  };
  const init = async (...answers: string[]) => {
    const terminal = fakeTerminal(answers);
    const { failure, err } = await homeauthIn(fake)('init', [], {}, terminal);
    return { code: failure?.code, fix: textOf(failure?.fix ?? ''), asked: answers.length - terminal.left.length, err };
  };

  test("a full disk under Docker's images", async () => {
    full('/var/lib/docker');
    const engine = await fake.docker.engine();
    fake.docker.engine = async () => ({ ...engine, dataRoot: '/var/lib/docker' });
    expect(await init('home.example.com')).toMatchObject({ code: 'disk-full', asked: 0 });
  });

  test('a port that another server has, with the flag that goes round it', async () => {
    Object.assign(fake.world.host, { listener: async () => ({ process: 'nginx' }) });
    const { code, fix, asked } = await init('home.example.com');
    expect([code, asked]).toEqual(['port-taken', 0]);
    expect(fix).toContain('--proxy manual');
  });

  test('another user than root', async () => {
    Object.assign(fake.world.host, { uid: 1000 });
    expect(await init('home.example.com')).toMatchObject({ code: 'not-root', asked: 0 });
  });

  test('a full disk under the directory that is offered is told where another one can be named', async () => {
    full('/srv/docker');
    const { err } = await init('home.example.com', '', '/mnt/tank');
    expect(err).toMatch(/> \/srv\/docker has 1\.0 GB left/);
    expect(err).not.toMatch(/> .*\/mnt\/tank/);
  });
});

test('a new password is asked for by the name of the account', async () => {
  const answers = ['home.example.com', '', 'Helen', '', 'helen@example.com', 'off'];
  const { err } = await homeauthIn(fake)('init', [], { tls: 'internal' }, answers);
  expect(err).not.toMatch(/^\? Password/m);
  const typed = await homeauthIn(fake)('init', [], { tls: 'internal' }, [...answers, 'a b c']);
  expect(typed.err).toContain('? New password of helen');
});

describe('what is typed at add-app is told as it was typed', () => {
  test.each([
    ['My App', {}, 'the name "My App" has capital letters.'],
    ['wiki', { upstream: 'wiki' }, '--upstream "wiki" has no port.'],
    ['wiki', { upstream: 'wiki:80', host: 'a b' }, /^--host "a b" /],
  ])('%s %o', async (name, flags, problem) => {
    await homeauthIn(fake)('init', [], initFlags);
    const { failure } = await homeauthIn(fake)('add-app', [name], flags);
    expect(failure?.code).toBe('flag-invalid');
    expect(failure?.problem).toEqual(typeof problem === 'string' ? problem : expect.stringMatching(problem));
  });
});

test('localhost without a port is told what to write at once', async () => {
  await homeauthIn(fake)('init', [], initFlags);
  const { failure } = await homeauthIn(fake)('add-app', ['wiki'], { upstream: 'localhost' });
  expect(textOf(failure?.fix ?? '')).toMatch(/in a container .*wiki:80.* on this server itself, 127\.0\.0\.1:8081/);
});
