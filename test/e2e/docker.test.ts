import { chown, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { composeText } from '../../src/desired/compose-file.ts';
import { converge } from '../../src/engine/converge.ts';
import type { Kinds } from '../../src/engine/kind.ts';
import type { Ledger } from '../../src/engine/ledger.ts';
import type { Progress } from '../../src/engine/run.ts';
import { revisionOf } from '../../src/formats/revision.ts';
import { compileTemplate } from '../../src/formats/template.ts';
import { containerKind } from '../../src/kinds/container.ts';
import { imageKind } from '../../src/kinds/image.ts';
import { networkKind } from '../../src/kinds/network.ts';
import type { ContainerDefinition } from '../../src/model/container.ts';
import type { Failure } from '../../src/model/failure.ts';
import type { Resource } from '../../src/model/resource.ts';
import { Secret } from '../../src/model/secret.ts';
import { quotationOf, textOf } from '../../src/model/shown.ts';
import { connectDocker } from '../../src/world/docker/connect.ts';
import type { World } from '../../src/world/world.ts';
import { type Engine, freshEngine } from '../machine/engine.ts';
import { type Recorder, recorder } from '../world/docker/recorder.ts';

const image = 'homeauth-test/base';
const backend = { name: 'dkt_backend', key: 'backend' };
const shared = { name: 'dkt_shared', key: 'shared' };
const password = "it's $HOME's \\ #1";

let engine: Engine;
let line: Recorder;
let world: World;
let directory: string;
let seen: Progress[];
let known: Ledger = [];
const ledger = {
  read: async () => known,
  close: async () => undefined,
  save: async (next: Ledger) => {
    known = next;
  },
};

beforeAll(async () => {
  engine = await freshEngine();
  directory = await mkdtemp(join(tmpdir(), 'dkt-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

beforeEach(async () => {
  line = await recorder(engine.host);
  const docker = connectDocker({ ...process.env, DOCKER_HOST: line.host });
  const clock = { now: () => performance.now(), sleep: (ms: number) => new Promise<void>((r) => setTimeout(r, ms)) };
  world = { docker, clock } as unknown as World;
  seen = [];
  known = [];
});
afterEach(async () => {
  await line.close();
  await engine.remove({ prefix: 'dkt' });
});

/** Ends at once when it is asked to, which the first process of a container does not by itself. */
const stays = (begin: string) => ['sh', '-c', `${begin}; trap 'exit 0' TERM; sleep 1000 & wait`];

const base = () => ({
  project: { name: 'dkt', directory, file: join(directory, 'docker-compose.yml') },
  image,
  mounts: [],
  networks: [backend],
});

function stack(): Record<string, ContainerDefinition> {
  const healthcheck = { startPeriod: 30, interval: 1, timeout: 5, retries: 3 };
  return {
    'dkt-database': {
      ...base(),
      service: 'dkt-database',
      command: stays('echo database begins; touch /ready'),
      healthcheck: { ...healthcheck, test: ['CMD', 'test', '-e', '/ready'] },
      mounts: [{ source: directory, target: '/mounted', readOnly: true }],
      shmSize: 128 * 1024 * 1024,
    },
    'dkt-app': {
      ...base(),
      service: 'dkt-app',
      command: stays('busybox httpd -p 8000 -h /etc; echo app begins'),
      healthcheck: { ...healthcheck, test: ['CMD', 'test', '-d', '/etc'] },
      envFiles: [join(directory, 'vars.env')],
      environment: { PLAIN: 'a b' },
      dependsOn: ['dkt-database'],
      expose: [8000],
      publish: [{ port: 18000, protocol: 'tcp' }],
      networks: [backend, shared],
    },
  };
}

const secretsOf = (definition: ContainerDefinition) => (definition.envFiles ? { PASSWORD: new Secret(password) } : {});

const containersOf = (definitions: Record<string, ContainerDefinition>): Resource[] =>
  Object.entries(definitions).map(([key, definition]) => {
    const secretEnvironment = secretsOf(definition);
    const revision = revisionOf(definition, secretEnvironment);
    return { kind: 'container', key, spec: { definition, secretEnvironment, revision } };
  });

const networks: Resource[] = [
  { kind: 'network', key: backend.name, spec: { project: 'dkt', network: 'backend' } },
  { kind: 'network', key: shared.name, spec: { project: 'other', network: 'shared' } },
];

async function writeFiles(definitions: Record<string, ContainerDefinition>): Promise<void> {
  const template = await readFile(join(import.meta.dirname, '../../templates/docker-compose.yml.hbs'), 'utf8');
  const services = Object.entries(definitions).map(([name, definition]) => ({
    name,
    definition,
    revision: revisionOf(definition, secretsOf(definition)),
  }));
  await writeFile(join(directory, 'docker-compose.yml'), composeText(compileTemplate(template), services, ['backend']));
  await writeFile(join(directory, 'vars.env'), `PASSWORD="it's \\$HOME's \\\\ #1"\n`);
}

const run = (...stages: Resource[][]) =>
  converge({
    kinds: { container: containerKind, network: networkKind, image: imageKind } as unknown as Kinds,
    world,
    ledger,
    stages: stages.map((want) => ({ title: 'stage', want: () => want })),
    survey: async () => undefined,
    mayTake: () => false,
    progress: (event) => seen.push(event),
    signal: new AbortController().signal,
  });

const ids = async () =>
  (await engine.docker(['ps', '--all', '--no-trunc', '--format', '{{.ID}} {{.Names}}'])).split('\n').sort();
const compose = (...args: string[]) => engine.compose(args, { cwd: directory });

test('what we run is a Compose project: ps, logs, up and down know it', async () => {
  const definitions = stack();
  await writeFiles(definitions);
  await run(networks, containersOf(definitions));

  const { found, environment, mounts, ports } = (await world.docker.container('dkt-app'))!;
  expect(found.networks.toSorted()).toEqual([backend.name, shared.name]);
  expect(environment).toMatchObject({ PASSWORD: password, PLAIN: 'a b' });
  expect(ports).toContainEqual({ address: '0.0.0.0', port: 18000, inside: 18000 });
  expect(mounts).toEqual([]);
  expect((await world.docker.container('dkt-database'))?.mounts).toEqual([
    { source: directory, target: '/mounted', readOnly: true },
  ]);

  const services = (await compose('ps', '--format', '{{.Service}} {{.Name}} {{.State}}')).split('\n').sort();
  expect(services).toEqual(['dkt-app dkt-app running', 'dkt-database dkt-database running']);
  expect(await compose('logs', '--no-color')).toMatch(
    /database begins[\s\S]*app begins|app begins[\s\S]*database begins/,
  );

  const before = await ids();
  await compose('up', '--detach');
  expect(await ids()).toEqual(before);

  await compose('down');
  expect(await world.docker.containers()).toEqual([]);
  expect(await world.docker.network(backend.name)).toBeUndefined();
  expect(await world.docker.network(shared.name)).toMatchObject({ project: 'other' });
});

test('what Compose runs from our file is right for us, and a changed image or value is not', async () => {
  const definitions = stack();
  await writeFiles(definitions);
  await run(networks);
  await compose('up', '--detach', '--wait');
  const before = await ids();
  known = [];
  line.requests.length = 0;
  expect(await run(containersOf(definitions))).toEqual([]);
  expect(await ids()).toEqual(before);
  expect(line.requests.filter((request) => !request.startsWith('GET'))).toEqual([]);

  const app = { ...definitions['dkt-app']!, environment: { PLAIN: 'other' } };
  known = [{ id: 'container:dkt-app' }, { id: 'container:dkt-database' }, { id: 'network:dkt_shared' }];
  const changed = containersOf({ ...definitions, 'dkt-app': app });
  expect(await run(networks, changed)).toMatchObject([
    { op: 'update', id: 'container:dkt-app', because: [{ says: 'definition changed' }] },
  ]);
  expect((await world.docker.container('dkt-app'))?.environment['PLAIN']).toBe('other');
  await compose('down');
});

test('a second apply sends nothing but GET, and one after a stop or a lost network mends that alone', async () => {
  const definitions = stack();
  await writeFiles(definitions);
  const want = [networks, containersOf(definitions)];
  await run(...want);
  const before = await ids();

  line.requests.length = 0;
  expect(await run(...want)).toEqual([]);
  expect(line.requests.length).toBeGreaterThan(3);
  expect(line.requests.filter((request) => !request.startsWith('GET '))).toEqual([]);

  await engine.docker(['stop', 'dkt-app']);
  await engine.docker(['network', 'disconnect', shared.name, 'dkt-app']);
  expect(await run(...want)).toMatchObject([
    { op: 'update', id: 'container:dkt-app', because: [{ says: `not on ${shared.name}` }, { says: 'is stopped' }] },
  ]);
  expect(await ids()).toEqual(before);
});

test('waits for health by the events of the engine', async () => {
  const command = stays('echo database begins; sleep 2; touch /ready');
  const database = { 'dkt-database': { ...stack()['dkt-database']!, command } };
  await writeFiles(database);
  await run(networks, containersOf(database));
  const waits = seen.filter((event) => event.is === 'waiting');
  expect(waits.flatMap(({ because }) => because.map(({ code }) => code))).toContain('starting');
  expect(waits.map(({ line }) => line)).toContain('database begins');

  const began = performance.now();
  setTimeout(() => void engine.docker(['kill', 'dkt-database']), 300);
  await world.docker.change(['dkt-database'], 20_000);
  expect(performance.now() - began).toBeLessThan(10_000);
});

test('a container that dies at once tells its story', async () => {
  const command = ['sh', '-c', 'echo beginning; echo "FATAL: password authentication failed for user x" >&2; exit 7'];
  const dying = { 'dkt-dying': { ...base(), service: 'dkt-dying', command } };
  await writeFiles(dying);
  const failure = (await run(networks, containersOf(dying)).catch((error: unknown) => error)) as Failure;
  expect({ ...failure, details: quotationOf(failure.details ?? ''), fix: textOf(failure.fix) }).toMatchObject({
    code: 'still-wrong',
    problem: expect.stringMatching(
      /container dkt-dying is not right: it has died \d+ times, the last time with exit code 7/,
    ),
    details: expect.stringMatching(
      /made with another password.*\ndkt-dying says: FATAL: password authentication failed/,
    ),
    fix: expect.stringContaining('Put the old container-vars.env back'),
  });
});

test('one that cannot start says why, and starts on the next run', async () => {
  const definitions = { 'dkt-app': stack()['dkt-app']! };
  await writeFiles(definitions);
  await engine.docker(['run', '--detach', '--name', 'dkt-thief', '--publish', '18000:1', image, 'sleep', '1000']);
  const want = [networks, containersOf(definitions)];
  await expect(run(...want)).rejects.toMatchObject({
    code: 'port-taken',
    problem: expect.stringContaining('port 18000'),
  });
  const [before] = (await ids()).filter((row) => row.endsWith('dkt-app'));
  await engine.docker(['rm', '--force', 'dkt-thief']);
  await run(...want);
  expect(await ids()).toEqual([before]);

  const nowhere = { ...stack()['dkt-app']!, mounts: [{ source: join(directory, 'nowhere'), target: '/x' }] };
  await expect(run(networks, containersOf({ 'dkt-app': nowhere }))).rejects.toMatchObject({ code: 'mount-missing' });
});

test('an image that cannot be fetched is a named failure', async () => {
  const reference = 'ghcr.io/goauthentik/server:1.2.3';
  const failure = await run([{ kind: 'image', key: reference, spec: { reference } }]).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'registry-unreachable', problem: expect.stringContaining(reference) });
  line.requests.length = 0;
  expect(await run([{ kind: 'image', key: image, spec: { reference: image } }])).toEqual([]);
  expect(line.requests.filter((request) => !request.startsWith('GET '))).toEqual([]);
});

test('runs programs inside, reads files, and tells where a port can be dialled', async () => {
  const definitions = { 'dkt-app': stack()['dkt-app']! };
  await writeFiles(definitions);
  await run(networks, containersOf(definitions));
  const docker = connectDocker({ ...process.env, DOCKER_HOST: engine.host });

  const script = 'cat; echo to stderr >&2; pwd; exit 3';
  const answer = await docker.exec('dkt-app', ['sh', '-c', script], { stdin: 'typed\n', cwd: '/etc' });
  expect(answer).toEqual({ code: 3, stdout: 'typed\n/etc\n', stderr: 'to stderr\n' });
  const big = 'ü'.repeat(2_000_000);
  expect((await docker.exec('dkt-app', ['cat'], { stdin: big })).stdout === big).toBe(true);
  expect((await docker.exec('dkt-app', ['true'], { stdin: big })).code).toBe(0);
  const handed = { user: '991:992', environment: { HANDED: new Secret('hush') } };
  const said = await docker.exec(
    'dkt-app',
    ['sh', '-c', 'id -u; tr "\\0" " " </proc/self/cmdline; echo "$HANDED"'],
    handed,
  );
  expect(said.stdout).toMatch(/^991\n.*cmdline.*hush\n$/s);
  expect(said.stdout.replace(/hush\n$/, '')).not.toContain('hush');
  expect((await docker.exec('dkt-app', ['no-such-program'])).code).toBeGreaterThan(0);
  await expect(docker.exec('dkt-nobody', ['true'])).rejects.toMatchObject({ code: 'container-not-running' });

  await docker.exec('dkt-app', ['sh', '-c', 'echo kept >/file; ln -s ../file /etc/link']);
  await engine.docker(['stop', 'dkt-app']);
  expect(await docker.readFile('dkt-app', '/etc/link')).toBe('kept\n');
  expect(await docker.readFile('dkt-app', '/etc')).toBeUndefined();
  expect(await docker.readFile('dkt-app', '/nowhere')).toBeUndefined();
  expect(await docker.readFile('dkt-nobody', '/file')).toBeUndefined();

  await docker.start('dkt-app');
  const data = join(directory, 'data');
  await mkdir(data);
  await writeFile(join(data, 'own'), 'old\n', { mode: 0o640 });
  await chown(join(data, 'own'), 991, 992);
  await symlink('own', join(data, 'link'));
  await writeFile(join(data, 'all'), 'all\n', { mode: 0o644 });
  await engine.docker(['cp', '--archive', data, 'dkt-app:/data']);
  const long = 'new\n'.repeat(1000);
  await docker.writeFile('dkt-app', '/data/own', new Secret(long));
  expect(await docker.readFile('dkt-app', '/data/own')).toBe(long);
  expect((await docker.exec('dkt-app', ['stat', '-c', '%u:%g %a', '/data/own'])).stdout).toBe('991:992 640\n');
  const refused = (path: string) => docker.writeFile('dkt-app', path, new Secret('x')).catch(({ code }) => code);
  expect(await refused('/data/all')).toBe('file-readable');
  expect(await refused('/data/link')).toBe('file-not-there');
  expect(await refused('/data/none')).toBe('file-not-there');
  const image = (await docker.container('dkt-app'))?.image ?? '';
  await engine.docker(['create', '--name', 'dkt-read', '--volume', `${data}:/data:ro`, image, 'true']);
  await expect(docker.assertWritable('dkt-read', '/data/own')).rejects.toMatchObject({ code: 'file-read-only' });
  await engine.docker(['rm', 'dkt-read']);
  await expect(docker.assertWritable('dkt-app', '/data/link')).rejects.toMatchObject({ code: 'file-not-there' });
  expect(await docker.assertWritable('dkt-app', '/data/own')).toBeUndefined();
  const before = (await docker.container('dkt-app'))?.pid;
  await docker.restart('dkt-app');
  expect((await docker.container('dkt-app'))?.pid).not.toBe(before);
  const address = (await docker.dialAddress('dkt-app', 8000, shared.name))!;
  expect(address.host).not.toBe((await docker.dialAddress('dkt-app', 8000, backend.name))?.host);
  await expect.poll(() => connects(address)).toBe(true);
  expect(await docker.dialAddress('dkt-nobody', 8000)).toBeUndefined();
});

const connects = ({ host, port }: { host: string; port: number }) =>
  new Promise<boolean>((resolve) => {
    const socket = createConnection(port, host, () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.unref();
  });

test('a network in use is not removed, and a foreign one is left as it is', async () => {
  const definitions = { 'dkt-app': stack()['dkt-app']! };
  await writeFiles(definitions);
  await engine.docker(['network', 'create', shared.name]);
  await run(networks, containersOf(definitions));
  await networkKind.apply!(shared.name, undefined, world, undefined);
  expect(await networkKind.observe(shared.name, world)).toMatchObject({ is: 'present' });
  await containerKind.apply!('dkt-app', undefined, world, undefined);
  await networkKind.apply!(shared.name, undefined, world, undefined);
  expect(await networkKind.observe(shared.name, world)).toEqual({ is: 'absent' });
});
