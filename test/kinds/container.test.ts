import { describe, expect, test } from 'vitest';
import { revisionOf } from '../../src/formats/revision.ts';
import { containerKind } from '../../src/kinds/container.ts';
import type { ContainerDefinition, ContainerSpec } from '../../src/model/container.ts';
import { Secret } from '../../src/model/secret.ts';
import type { ContainerDetails, Docker, NewContainer } from '../../src/world/docker/docker.ts';
import type { World } from '../../src/world/world.ts';
import { wordsOf } from '../words.ts';

const definition: ContainerDefinition = {
  project: { name: 'p', directory: '/d', file: '/d/docker-compose.yml' },
  service: 'app',
  image: 'i:1',
  mounts: [],
  networks: [
    { name: 'p_back', key: 'back', aliases: ['app.internal'] },
    { name: 'front', key: 'front' },
  ],
};
const want: ContainerSpec = { definition, secretEnvironment: { KEY: new Secret('hush') }, revision: 'one' };

const running: ContainerDetails['found'] = {
  state: 'running',
  health: 'healthy',
  exitCode: 0,
  restarts: 0,
  startedAt: '2026-01-01T00:00:00Z',
  networks: ['p_back', 'front'],
  aliases: { p_back: ['app', 'app.internal', '0123456789ab'] },
  upFor: 60_000,
};

const details = (found: Partial<ContainerDetails['found']> = {}, more: Partial<ContainerDetails> = {}) => ({
  name: 'app',
  image: 'i:1',
  workingDirectory: '/',
  command: 'server',
  argv: [],
  imageId: 'sha256:one',
  running: true,
  labels: {},
  networks: found.networks ?? running.networks,
  mounts: [],
  ports: [],
  environment: { KEY: 'hush' },
  revision: 'one',
  addresses: {},
  ...more,
  found: { ...running, ...found },
});

/** A Docker with one container, or none, that writes down what is done to it. */
function dockerWith(container: ContainerDetails | undefined, log: readonly string[] = []) {
  const done: string[] = [];
  const made: NewContainer[] = [];
  const docker: Partial<Docker> = {
    container: async () => container,
    logs: async (_, lines) => log.slice(-lines),
    composeHashes: async (file) => (file === '/d/docker-compose.yml' ? { app: 'hash' } : undefined),
    run: async (it) => {
      done.push(`run ${it.name}`);
      made.push(it);
    },
    start: async (name) => void done.push(`start ${name}`),
    connect: async (name, network, aliases) => void done.push(`connect ${name} ${network} as ${aliases}`),
    disconnect: async (name, network) => void done.push(`disconnect ${name} ${network}`),
    remove: async (name) => void done.push(`remove ${name}`),
  };
  return { world: { docker } as World, done, made };
}

/** Look, then do what is needed. */
async function mend(container: ContainerDetails | undefined, wanted: ContainerSpec | undefined = want) {
  const { world, done, made } = dockerWith(container);
  const seen = await containerKind.observe('app', world);
  const have = seen.is === 'present' ? seen.spec : undefined;
  const differs = have && wordsOf(containerKind)(want, have);
  await containerKind.apply?.('app', wanted, world, have);
  return { differs, done, made };
}

test('a digest alone is no reason to recreate it, where it was made by the name; another digest is', async () => {
  const [one, two] = ['1', '2'].map((n) => `sha256:${n.repeat(64)}`) as [string, string];
  const pinned: ContainerSpec = { ...want, definition: { ...definition, digest: one } };
  const judged = async (image: string) => {
    const seen = await containerKind.observe('app', dockerWith(details({}, { image })).world);
    return seen.is === 'present' ? wordsOf(containerKind)(pinned, seen.spec) : undefined;
  };
  expect(await judged('i:1')).toEqual([]);
  expect(await judged(`i:1@${one}`)).toEqual([]);
  expect(await judged(`i:1@${two}`)).toEqual([`image i:1@${two} → i:1@${one}`]);
  expect(await judged(`i:0@${one}`)).toEqual(['image i:0 → i:1']);
  expect(revisionOf(pinned.definition, {})).toBe(revisionOf(definition, {}));
});

describe('what is wrong, and what is done about it', () => {
  test.each<[string, ContainerDetails, string[], string[]]>([
    ['another revision', details({}, { revision: 'old' }), ['definition changed'], ['remove app', 'run app']],
    ['made by others', details({}, { revision: undefined }), ['definition changed'], ['remove app', 'run app']],
    ['another image', details({}, { image: 'i:0' }), ['image i:0 → i:1'], ['remove app', 'run app']],
    ['a network too few', details({ networks: ['p_back'] }), ['not on front'], ['connect app front as app']],
    [
      'a name too few',
      details({ aliases: { p_back: ['app'] } }),
      ['not called app.internal on p_back'],
      ['disconnect app p_back', 'connect app p_back as app,app.internal'],
    ],
    [
      'a network with a name too few',
      details({ networks: ['front'], aliases: {} }),
      ['not on p_back'],
      ['connect app p_back as app,app.internal'],
    ],
    ['stopped', details({ state: 'exited' }), ['is stopped'], ['start app']],
    ['never started', details({ state: 'created' }), ['is stopped'], ['start app']],
    ['paused', details({ state: 'paused' }), ['is paused'], ['remove app', 'run app']],
    ['dead', details({ state: 'dead' }), ['is stopped'], ['remove app', 'run app']],
    [
      'half made',
      details({ state: 'created', networks: ['p_back'] }),
      ['not on front', 'is stopped'],
      ['connect app front as app', 'start app'],
    ],
  ])('%s', async (_, container, differs, done) => {
    expect(await mend(container)).toMatchObject({ differs, done });
  });

  test.each<[string, Partial<ContainerDetails['found']>]>([
    ['starting', { health: 'starting' }],
    ['unhealthy', { health: 'unhealthy' }],
    ['dying again and again', { state: 'restarting', restarts: 9, exitCode: 1 }],
    ['on more networks', { networks: ['p_back', 'front', 'mine'] }],
  ])('nothing where it is %s', async (_, found) => {
    expect((await mend(details(found))).differs).toEqual([]);
  });
});

test('another command is told, and that it restarts', async () => {
  const argv = (limit: number) => ['postgres', '-c', `max_connections=${limit}`];
  const { world } = dockerWith(details({}, { argv: argv(200), revision: 'old' }));
  const seen = await containerKind.observe('app', world);
  const raised = { ...want, definition: { ...definition, command: argv(400) } };
  expect(seen.is === 'present' && wordsOf(containerKind)(raised, seen.spec)).toEqual([
    'restarts, now as postgres -c max_connections=400',
  ]);
});

test('a new one gets its secrets, its own words over them, and the hash of Compose', async () => {
  const own = { ...want, definition: { ...definition, environment: { KEY: 'own', MORE: 'x' } } };
  const { made, done } = await mend(undefined, own);
  expect(done).toEqual(['run app']);
  expect(made[0]).toMatchObject({ environment: { KEY: 'own', MORE: 'x' }, revision: 'one', configHash: 'hash' });
  const elsewhere = { ...want, definition: { ...definition, project: { ...definition.project, file: '/other' } } };
  expect((await mend(undefined, elsewhere)).made[0]).not.toHaveProperty('configHash');
  expect((await mend(undefined)).made[0]?.environment['KEY']).toBeInstanceOf(Secret);
});

test('gone means gone, and so does giving back: what others made cannot be made again without its secrets', async () => {
  const { world, done } = dockerWith(details());
  await containerKind.apply?.('app', undefined, world, undefined);
  const before = await containerKind.observe('app', world);
  expect(JSON.stringify(before)).not.toContain('hush');
  await containerKind.giveBack?.('app', world);
  expect(done).toEqual(['remove app', 'remove app']);
});

test('one on its way out is not judged', async () => {
  const { world } = dockerWith(details({ state: 'removing' }));
  expect(await containerKind.observe('app', world)).toMatchObject({
    is: 'unknown',
    because: { code: 'removing', of: 'app' },
  });
  expect(await containerKind.observe('app', dockerWith(undefined).world)).toEqual({ is: 'absent' });
});

describe('ready', () => {
  const ready = async (found: Partial<ContainerDetails['found']>) => {
    const seen = await containerKind.observe('app', dockerWith(details(found), ['first', 'last']).world);
    return seen.is === 'present' ? containerKind.ready?.(seen.spec) : seen;
  };

  test.each<[string, Partial<ContainerDetails['found']>]>([
    ['healthy', { health: 'healthy', upFor: 10 }],
    ['healthy, though it died often before', { health: 'healthy', restarts: 7 }],
    ['without a health check and up for a while', { health: 'none', upFor: 5000 }],
  ])('%s', async (_, found) => expect(await ready(found)).toBeUndefined());

  test.each<[string, Partial<ContainerDetails['found']>]>([
    ['its health check fails', { health: 'unhealthy', upFor: 11 * 60_000 }],
    [
      'it died, the last time with exit code 2, and is being started again',
      { state: 'restarting', exitCode: 2, restarts: 2 },
    ],
    ['stopped', { state: 'exited', health: 'none' }],
  ])('waits: %s', async (waits, found) =>
    expect(await ready(found)).toMatchObject({ because: { says: waits }, line: 'last' }),
  );

  test.each<[string, Partial<ContainerDetails['found']>]>([
    ['starting', { health: 'starting' }],
    // While authentik migrates its database, Docker calls it unhealthy after 80 s.
    ['starting', { health: 'unhealthy', upFor: 3 * 60_000 }],
    ['just started', { health: 'none', upFor: 100 }],
  ])('waits, as is usual: %s', async (waits, found) =>
    expect(await ready(found)).toMatchObject({ because: { code: 'starting', says: waits }, line: 'last' }),
  );

  test.each<[string, Partial<ContainerDetails['found']>]>([
    ['it has died 3 times, the last time with exit code 1', { state: 'restarting', exitCode: 1, restarts: 3 }],
    ['it died, the last time with exit code 1', { state: 'exited', exitCode: 1 }],
    ['it ran out of memory', { state: 'restarting', exitCode: 137, outOfMemory: true }],
  ])('failed: %s', async (failed, found) =>
    expect(await ready(found)).toMatchObject({ because: { says: failed }, isLost: true }),
  );
});

describe('the story of one that will not come up', () => {
  const explain = (log: readonly string[], found: Partial<ContainerDetails['found']> = {}) =>
    containerKind.explain?.('app', dockerWith(details(found), log).world);

  test('has the last things it said, and no more', async () => {
    const log = Array.from({ length: 60 }, (_, n) => `line ${n}.`);
    const story = `${(await explain(log))?.details}`;
    expect(story).toContain('line 50.\n');
    expect(story).not.toContain('line 49.');
    expect(story.endsWith('line 59.')).toBe(true);
  });

  test('tells a known cause, the line that gives it away and what helps, and not the traceback around it', async () => {
    const frames = Array.from({ length: 100 }, (_, n) => [
      `  File "/authentik/${n}.py", line 55, in inner`,
      '    raise',
    ]);
    const said = 'psycopg.OperationalError: connection failed: FATAL:  sorry, too many clients already';
    const log = ['all is well', 'Traceback (most recent call last):', ...frames.flat(), said, 'GET /', 'GET /'];
    expect(await explain(log)).toEqual({
      details: `The database has no connections left.\napp says: ${said}`,
      fix: ['docker restart authentik-postgresql   and then:  homeauth apply'],
    });
  });

  test.each([
    ['FATAL:  password authentication failed for user "authentik"', 'another password'],
    ['Secret key missing, check https://docs.goauthentik.io', 'AUTHENTIK_SECRET_KEY is empty'],
    ['Error: invalid IP address syntax', 'bare address'],
    ['listen tcp [::]:9000: socket: address family not supported by protocol', 'no IPv6'],
    ["PermissionError: [Errno 13] Permission denied: '/data/media'", 'user 1000'],
    ["mkdir: cannot create directory '/media/public': Permission denied", 'user 1000'],
    ['Major version skips are not allowed. Please upgrade one major version at a time.', 'not the one before'],
    ['Error: in 18+, these Docker images are configured to store database data in a', 'one folder further up'],
    ['FATAL:  database files are incompatible with server', 'another major version of PostgreSQL'],
    ['open sysctl net.ipv4.ip_unprivileged_port_start file: reopen fd 8: permission denied', 'LXC'],
    ['could not write: No space left on device', 'disk is full'],
    ['error setting rlimit type 7: operation not permitted', 'files open'],
    ['exec /usr/bin/dumb-init: exec format error', 'processor'],
    ['could not translate host name "authentik-postgresql" to address: Name or service not known', 'by its name'],
    ['FATAL:  sorry, too many clients already', 'no connections left'],
    ['fork: Cannot allocate memory', 'out of memory'],
  ])('knows %s', async (line, means) => {
    const story = await explain([line]);
    expect(story?.details).toContain(means);
    expect(`${story?.details}`.split('\n')).toHaveLength(2);
    expect(story?.fix).toBeDefined();
  });

  test('knows no cause where there is none', async () => {
    expect(await explain(['all is well'])).toEqual({ details: 'The last lines of app:\nall is well' });
    expect(await explain([])).toEqual({ details: 'app has written nothing.' });
  });

  test('memory is told once, log or not', async () => {
    const story = await explain(['Out of memory'], { outOfMemory: true });
    expect(`${story?.details}`.match(/ran out of memory/g)).toHaveLength(1);
    expect((await explain([], { outOfMemory: true }))?.details).toContain('ran out of memory');
    expect(await containerKind.explain?.('app', dockerWith(undefined).world)).toBeUndefined();
  });
});

describe('a database that does not take the password', () => {
  const said = 'connection failed: FATAL:  password authentication failed for user "authentik"';
  const readiness = (found: Partial<ContainerDetails['found']>) =>
    containerKind.ready?.({ ...want, found: { ...running, health: 'starting', lastLine: said, ...found } });

  test('is not waited for', () => {
    expect(readiness({ upFor: 12_000 })).toMatchObject({
      because: { says: `it cannot go on, and says: ${said}` },
      isLost: true,
    });
  });

  test('may have been an earlier one, just after a start', () => {
    expect(readiness({ upFor: 2000 })).toMatchObject({ because: { code: 'starting' }, line: said });
  });

  test('is told apart from one that is not up yet', () => {
    const lastLine = 'connection failed: Connection refused';
    expect(readiness({ upFor: 12_000, lastLine })).toMatchObject({ because: { code: 'starting' }, line: lastLine });
  });
});
