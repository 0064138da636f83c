import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checksBy } from '../../src/doctor/checks.ts';
import { clockCheck, memoryCheck } from '../../src/doctor/machine.ts';
import { preflight } from '../../src/doctor/preflight.ts';
import { examine } from '../../src/doctor/run-checks.ts';
import type { Runtime } from '../../src/installation/command-runtime.ts';
import { type Installation, openInstallation } from '../../src/installation/installation.ts';
import { Failure } from '../../src/model/failure.ts';
import { findingsData } from '../../src/report/findings.ts';
import { packagedTemplates } from '../../src/world/templates.ts';
import type { World } from '../../src/world/world.ts';
import { catalogue } from '../fakes/catalogue.ts';
import { fakeTerminal } from '../fakes/terminal.ts';
import { type FakeWorld, fakeWorld } from '../fakes/world.ts';

const text = `domain: home.example.com
base-dir: /srv/docker
admin: { username: helen, name: Helen, email: helen@example.com }
authentik: { version: 2026.8.6 }
apps: [whoami]
`;

let fake: FakeWorld;
beforeEach(() => {
  fake = fakeWorld();
});
afterEach(() => fake.close());

type Over = { readonly [K in 'docker' | 'host' | 'files' | 'zfs']?: Partial<World[K]> };

function machine(over: Over = {}, env: Runtime['env'] = {}) {
  const { docker, host, files: disk, zfs } = fake.world;
  const world = {
    ...fake.world,
    docker: { ...docker, ...over.docker },
    host: { ...host, ...over.host },
    files: { ...disk, ...over.files },
    zfs: { ...zfs, ...over.zfs },
  };
  return openInstallation(text, '/srv/docker/authentik/homeauth.yaml', {
    world,
    terminal: fakeTerminal(),
    connect: fake.connect,
    templates: packagedTemplates,
    catalogue,
    pointer: '/etc/homeauth/location',
    cwd: '/',
    env,
    version: '0.1.0',
    problemsPage: '/docs/problems.md',
    signal: new AbortController().signal,
  });
}

const machineChecks = (installation: Installation) => examine(installation, checksBy('preflight'));

/** What is wrong: name, state, cause and fix of each. */
async function problems(over?: Over, env?: Runtime['env']) {
  const found = await machineChecks(machine(over, env));
  return findingsData(found.filter(({ status }) => status === 'fail' || status === 'warn')).checks;
}

const container = (name: string, more: object = {}) => ({
  name,
  image: 'nginx:1',
  command: 'nginx',
  running: true,
  labels: {},
  networks: [],
  mounts: [],
  ports: [],
  ...more,
});

const unreachable = async () => {
  const cause = Object.assign(new Error('connect ENOENT'), { code: 'ENOENT' });
  throw new Failure(
    {
      code: 'docker-unreachable',
      problem: 'Docker does not answer: there is no socket.',
      fix: 'systemctl start docker',
    },
    { cause },
  );
};

test('a machine that can carry it', async () => {
  const found = await machineChecks(machine());
  expect(found.filter(({ status }) => status !== 'ok')).toEqual([]);
  expect(found.map(({ id }) => id)).toEqual([
    'not-root',
    'docker-unreachable',
    'base-dir-unfit',
    'disk-full',
    'memory-low',
    'clock-wrong',
    'ipv6',
    'other-authentik',
    'name-taken',
    'port-taken',
    'port-taken',
  ]);
  expect(await preflight(machine())).toEqual([]);
});

describe('Docker', () => {
  test.each<[string, string[], RegExp]>([
    ['debian', [], /apt-get install docker\.io/],
    ['linuxmint', ['ubuntu', 'debian'], /apt-get install docker\.io/],
    ['fedora', [], /dnf install moby-engine/],
    ['rocky', ['rhel', 'centos', 'fedora'], /docs\.docker\.com/],
    ['endeavouros', ['arch'], /pacman -S docker/],
    ['alpine', [], /apk add docker/],
    ['slackware', [], /docs\.docker\.com/],
  ])('missing on %s %j', async (id, like, fix) => {
    const host = { distribution: async () => ({ id, like, name: id }) };
    const [found] = await problems({ docker: { engine: unreachable }, host });
    expect(found).toMatchObject({ id: 'docker-missing', status: 'fail', fix: expect.stringMatching(fix) });
  });

  test.each([
    ['/etc/synoinfo.conf', /Container Manager/],
    ['/etc/unraid-version', /Settings > Docker/],
    ['/usr/bin/midclt', /choose a pool/],
  ])('missing on a NAS with %s', async (mark, fix) => {
    fake.files.put(mark, '');
    const [found] = await problems({ docker: { engine: unreachable } });
    expect(found).toMatchObject({ id: 'docker-missing', fix: expect.stringMatching(fix) });
  });

  test.each<[string, () => void, Runtime['env']]>([
    ['is there and does not run', () => fake.files.put('/usr/bin/dockerd', ''), {}],
    ['is elsewhere', () => {}, { DOCKER_HOST: 'unix:///run/other.sock' }],
  ])('that %s is not called missing', async (_, put, env) => {
    put();
    expect((await problems({ docker: { engine: unreachable } }, env))[0]?.id).toBe('docker-unreachable');
  });

  test('without it, what needs it is skipped for that one reason, and the rest is looked at', async () => {
    const found = await machineChecks(machine({ docker: { engine: unreachable }, host: { uid: 1000 } }));
    const skipped = { because: { code: 'failed', says: 'There is no Docker on this machine' } };
    expect(found.filter(({ status }) => status === 'skip')).toMatchObject([
      { id: 'other-authentik', ...skipped },
      { id: 'name-taken', ...skipped },
      { id: 'port-taken', ...skipped },
    ]);
    expect(found.flatMap((one) => (one.status === 'fail' ? [one.issue.code] : []))).toEqual([
      'not-root',
      'docker-missing',
    ]);
  });

  test.each(['podman', 'rootless'] as const)('%s is said to be unsupported yet', async (flavour) => {
    const engine = async () => ({ ...(await fake.docker.engine()), flavour });
    const [found] = await problems({ docker: { engine } });
    expect(found).toMatchObject({ id: `docker-${flavour}`, cause: expect.stringMatching(/does not support yet/) });
  });
});

describe('room', () => {
  const disk = (free: (path: string) => number) => ({
    files: {
      filesystem: async (path: string) => ({
        realPath: path,
        type: 'ext4',
        source: path.startsWith('/var') ? '/dev/b' : '/dev/a',
        target: path.startsWith('/var') ? '/var' : '/',
        free: free(path),
        readOnly: false,
      }),
    },
    docker: { engine: async () => ({ ...(await fake.docker.engine()), dataRoot: '/var/lib/docker' }) },
  });

  test('too little for the data', async () => {
    const found = await problems(disk((path) => (path.startsWith('/var') ? 9e9 : 3.9e9)));
    expect(found).toMatchObject([{ id: 'disk-full', status: 'fail', cause: expect.stringMatching(/^\/ has 3\.9 GB/) }]);
  });

  test('too little where Docker keeps images', async () => {
    const found = await problems(disk((path) => (path.startsWith('/var') ? 2e9 : 9e9)));
    expect(found).toMatchObject([{ id: 'disk-full', status: 'fail', cause: expect.stringMatching(/^\/var has 2\.0/) }]);
  });

  test('with an installation on it, less will do, and too little is a warning', async () => {
    fake.files.put('/srv/docker/authentik/.homeauth/token.env', 'x', 0o600);
    expect(await problems(disk(() => 2e9))).toEqual([]);
    expect(await problems(disk(() => 0.5e9))).toMatchObject([{ status: 'warn' }, { status: 'warn' }]);
  });

  test('a read-only disk', async () => {
    const { filesystem } = fake.files;
    const readOnly = { filesystem: async (path: string) => ({ ...(await filesystem(path)), readOnly: true }) };
    expect((await problems({ files: readOnly })).map(({ id }) => id)).toEqual(['read-only']);
  });
});

describe('memory', () => {
  const look = (total: number, available: number, begun = false) =>
    memoryCheck({ host: { ...fake.world.host, memory: () => ({ total, available }) } }, begun)[0];

  test.each([
    [1e9, 0.9e9, false, 'warn'],
    [2.05e9, 1.2e9, true, 'ok'],
    [4e9, 1.5e9, false, 'warn'],
    [4e9, 1.5e9, true, 'ok'],
    [4e9, 0.2e9, true, 'warn'],
    [8e9, 6e9, false, 'ok'],
  ])('%d bytes, %d free, begun: %s', (total, available, begun, status) => {
    expect(look(total, available, begun)?.status).toBe(status);
  });
});

test('a clock that starts in the past', () => {
  expect(clockCheck(new Date('1970-01-02'), { id: 'clock-wrong', title: '' })[0]).toMatchObject({
    id: 'clock-wrong',
    status: 'fail',
    issue: { problem: expect.stringMatching(/1970-01-02/) },
  });
  expect(clockCheck(new Date('2026-11-24'), { id: 'clock-wrong', title: '' })[0]?.status).toBe('ok');
});

test('what is only told', async () => {
  fake.files.put('/run/systemd/container', 'lxc\n');
  const found = await machineChecks(machine({ host: { hasIpv6: async () => false } }));
  expect(found.filter(({ id }) => id === 'lxc' || id === 'ipv6')).toEqual([
    { id: 'ipv6', status: 'ok', title: expect.stringMatching(/no IPv6/) },
    { id: 'lxc', status: 'ok', title: expect.stringMatching(/containerd 1\.7\.29/) },
  ]);
});

describe('names', () => {
  test('of containers that somebody else made', async () => {
    const labels = { 'com.docker.compose.project': 'sso' };
    const containers = async () => [
      container('authentik', { image: 'ghcr.io/goauthentik/server:2025.2.1', labels }),
      container('whoami', { running: false }),
      container('wiki'),
    ];
    expect(await problems({ docker: { containers } })).toMatchObject([
      { id: 'other-authentik', status: 'fail', fix: expect.stringMatching(/docker stop authentik$/) },
      {
        id: 'name-taken',
        status: 'fail',
        cause: expect.stringMatching(/server:2025\.2\.1 and belongs to the Compose project sso/),
        fix: expect.stringMatching(/docker stop authentik && docker rename authentik authentik-old$/),
      },
      { id: 'name-taken', fix: expect.stringMatching(/: {2}docker rename whoami whoami-old$/) },
    ]);
  });

  test('that are ours', async () => {
    const made = ['container:authentik', 'network:authentik_backend', 'network:authentik_proxy'].map((id) => ({ id }));
    fake.files.put('/srv/docker/authentik/.homeauth/ledger.json', JSON.stringify({ version: 1, made }));
    const docker = {
      containers: async () => [container('authentik')],
      network: async () => ({ project: 'x', network: 'y' }),
    };
    expect(await problems({ docker })).toEqual([]);
  });

  test('of a network that somebody else made', async () => {
    const network = (project: string) => async (name: string) => ({ project, network: name.replace('authentik_', '') });
    expect((await problems({ docker: { network: network('') } })).map((found) => [found.id, found.cause])).toEqual([
      ['network-taken', expect.stringMatching(/authentik_backend.*would reach the database/)],
      ['network-taken', expect.stringMatching(/authentik_proxy.*as if it were Caddy/)],
    ]);
    expect(await problems({ docker: { network: network('authentik') } })).toEqual([]);
  });
});

describe('ports', () => {
  const holds = (process: string, held: readonly number[] = [80, 443]) => ({
    host: { listener: async (port: number) => (held.includes(port) ? { process, addresses: ['0.0.0.0'] } : undefined) },
  });

  test.each([
    ['nginx', [80], [/^Port 80 is held by nginx/]],
    ['apache2', [80, 443], [/^Port 80 is held by Apache/, /^Port 443 is held by Apache/]],
  ])('held by %s: %j', async (process, held, causes) => {
    const found = await problems(holds(process, held));
    expect(found.map(({ id }) => id)).toEqual(causes.map(() => 'port-taken'));
    expect(found.map(({ cause }) => cause)).toEqual(causes.map((cause) => expect.stringMatching(cause)));
    expect(found.every(({ fix }) => /proxy: manual/.test(`${fix}`))).toBe(true);
  });

  test("held by a NAS' own page", async () => {
    fake.files.put('/etc/unraid-version', '');
    const [found] = await problems(holds('nginx', [443]));
    expect(found).toMatchObject({
      cause: expect.stringMatching(/the page of Unraid itself \(nginx\)/),
      fix: expect.stringMatching(/Management Access/),
    });
  });

  test('held by a container, named with its image', async () => {
    const ports = [{ address: '0.0.0.0', port: 80, inside: 80 }];
    const containers = async () => [container('npm', { image: 'jc21/nginx-proxy-manager:2', ports })];
    const [found] = await problems({ docker: { containers } });
    expect(found).toMatchObject({
      cause: expect.stringMatching(/the container npm \(jc21\/nginx-proxy-manager:2\)/),
      fix: expect.stringMatching(/docker stop npm/),
    });
  });

  test('are with our own Caddy, even a paused one', async () => {
    const made = [{ id: 'container:caddy' }];
    fake.files.put('/srv/docker/authentik/.homeauth/ledger.json', JSON.stringify({ version: 1, made }));
    const ports = [{ address: '0.0.0.0', port: 443, inside: 443 }];
    const containers = async () => [container('caddy', { running: false, ports })];
    expect(await problems({ docker: { containers }, ...holds('docker-proxy') })).toEqual([]);
  });

  test('held by a Caddy outside of Docker', async () => {
    expect((await problems(holds('caddy')))[0]).toMatchObject({ id: 'caddy-outside-docker' });
  });

  test('are none of our business with a Caddy that is there, even one that cannot be used', async () => {
    const containers = async () => [container('caddy', { image: 'caddy:2', running: false })];
    const found = await problems({ docker: { containers }, ...holds('nginx') });
    expect(found.map(({ id }) => id)).toEqual(['caddy-stopped']);
  });
});

test('preflight says the first thing that is wrong, and lists the others', async () => {
  const over = {
    host: {
      uid: 1000,
      listener: async () => ({ process: 'nginx', addresses: ['0.0.0.0'] }),
      memory: () => ({ total: 1e9, available: 1e9 }),
    },
  };
  const error = await preflight(machine(over)).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Failure);
  const failure = error as Failure;
  expect(failure).toMatchObject({
    code: 'not-root',
    problem: 'homeauth must run as root.',
    why: expect.stringMatching(/^It makes folders/),
    fix: 'Run it again with sudo.',
    exit: 2,
  });
  expect(failure.details).toMatch(/^Also wrong:\n\nPort 80 is held by nginx.*\nStop nginx/);
  expect(failure.details).toContain('Port 443');
  expect(failure.details).not.toContain('memory');
});

test('preflight hands on what stops nothing', async () => {
  const warnings = await preflight(machine({ host: { memory: () => ({ total: 1e9, available: 1e9 }) } }));
  expect(warnings.map(({ id, status }) => [id, status])).toEqual([['memory-low', 'warn']]);
});

test('of several that are wrong the most basic one comes first, always in the same order', async () => {
  for (let n = 0; n < 5; n++) {
    const late = new Promise<never>((_, reject) => setTimeout(() => unreachable().catch(reject), n));
    const everything = machine({
      docker: { engine: () => late },
      host: { uid: 1000 },
      files: { stat: async () => ({ type: 'file', mode: 0o644, owner: { uid: 0, gid: 0 }, size: 1 }) },
    });
    const refusal = await preflight(everything).catch((error: unknown) => error as Failure);
    expect(refusal).toMatchObject({ code: 'not-root', problem: 'homeauth must run as root.' });
    const order = ['Also wrong:', 'Docker', ' is a file'].map((part) =>
      String((refusal as Failure).details).indexOf(part),
    );
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order).not.toContain(-1);
  }
});
