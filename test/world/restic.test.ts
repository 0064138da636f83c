import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import type { Repository } from '../../src/world/restic.ts';
import { resticCommand } from '../../src/world/restic.ts';
import { restBackend } from './rest-backend.ts';

// The real restic: Debian's, by test/machine/packages.
const restic = resticCommand();
let folder: string;
let backend: Awaited<ReturnType<typeof restBackend>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeauth-restic-'));
  backend = await restBackend();
});
afterAll(async () => {
  await backend.close();
  await rm(folder, { recursive: true });
});

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error as { code: string; problem: string; details?: string; fix: string },
  );
const secrets = (all: Record<string, string>) =>
  Object.fromEntries(Object.entries(all).map(([name, value]) => [name, new Secret(value)]));

async function madeCopy(name: string, content: Buffer): Promise<string> {
  const directory = join(folder, name);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'manifest.json'), '{}\n');
  await writeFile(join(directory, 'database.dump'), content);
  return directory;
}
describe.each(['local', 'rest'] as const)('a %s repository', (sort) => {
  let repository: Repository;
  beforeAll(() => {
    const address = sort === 'local' ? join(folder, 'repository') : undefined;
    const where = sort === 'local' ? {} : { RESTIC_REPOSITORY: backend.withLogin };
    repository = { address, environment: secrets({ RESTIC_PASSWORD: 'kettle lantern', ...where }) };
  });

  test('is made when it is asked for, and not before', async () => {
    expect(await failureOf(restic.snapshots(repository))).toMatchObject({ code: 'restic-no-repository' });
    await restic.init(repository);
    expect(await restic.snapshots(repository)).toEqual([]);
    expect(await failureOf(restic.init(repository))).toMatchObject({ code: 'restic-failed' });
  });

  test('takes a directory, lists it, gives it back, and stores what it has already once', async () => {
    const content = randomBytes(16_000_000);
    await restic.save(repository, await madeCopy('first', content), ['homeauth', 'one']);
    const [first] = await restic.snapshots(repository);
    expect(first?.tags).toEqual(['homeauth', 'one']);
    const id = first?.id ?? '';
    expect(await restic.files(repository, id)).toEqual({ 'manifest.json': 3, 'database.dump': 16_000_000 });
    expect(await restic.read(repository, id, 'manifest.json')).toBe('{}\n');
    const before = await sizeOf(sort);
    expect(before).toBeGreaterThan(16_000_000);
    // Most of it is the same, moved by some bytes: what a night changes in a dump.
    const changed = Buffer.concat([Buffer.from('-- another night\n'), content]);
    await restic.save(repository, await madeCopy('second', changed), ['homeauth', 'two']);
    expect((await sizeOf(sort)) - before).toBeLessThan(10_000_000);

    const second = (await restic.snapshots(repository)).find(({ tags }) => tags.includes('two'));
    const target = join(folder, `fetched-${sort}`);
    await mkdir(target);
    await restic.fetch(repository, second?.id ?? '', target);
    expect((await readFile(join(target, 'database.dump'))).equals(changed)).toBe(true);
    expect(await readdir(target)).toEqual(['database.dump', 'manifest.json']);

    await restic.forget(repository, [id]);
    await restic.prune(repository);
    expect((await restic.snapshots(repository)).map(({ tags }) => tags[1])).toEqual(['two']);
  });

  test('another password does not open it, and none is told from a wrong one', async () => {
    const wrong = {
      ...repository,
      environment: { ...repository.environment, ...secrets({ RESTIC_PASSWORD: 'guess' }) },
    };
    expect(await failureOf(restic.snapshots(wrong))).toMatchObject({
      code: 'restic-password',
      problem: 'The password does not open the repository.',
    });
    const { RESTIC_PASSWORD: _, ...rest } = repository.environment;
    expect(await failureOf(restic.snapshots({ ...repository, environment: rest }))).toMatchObject({
      code: 'restic-password',
      problem: 'There is no password for the repository.',
    });
    const file = secrets({ RESTIC_PASSWORD_FILE: join(folder, 'none') });
    expect(await failureOf(restic.snapshots({ ...repository, environment: { ...rest, ...file } }))).toMatchObject({
      code: 'restic-password',
    });
  });

  test('nothing is removed while another restic is at work', async () => {
    const env = Object.fromEntries(Object.entries(repository.environment).map(([name, one]) => [name, one.reveal()]));
    const where = repository.address === undefined ? {} : { RESTIC_REPOSITORY: repository.address };
    const other = spawn('restic', ['backup', '--stdin'], {
      env: { ...process.env, ...env, ...where },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const ended = new Promise((done) => other.on('exit', done));
    while ((await locksOf(sort)) === 0) await new Promise((done) => setTimeout(done, 20));
    const [snapshot] = await restic.snapshots(repository);
    const failure = await failureOf(restic.forget(repository, [snapshot?.id ?? '']));
    expect(failure).toMatchObject({ code: 'restic-locked', fix: expect.stringContaining('restic unlock') });
    // One that was killed leaves its lock; what the message names takes it away.
    other.kill('SIGKILL');
    await ended;
    expect(await locksOf(sort)).toBe(1);
    const unlock = spawn('restic', ['unlock'], { env: { ...process.env, ...env, ...where }, stdio: 'ignore' });
    expect(await new Promise((done) => unlock.on('exit', done))).toBe(0);
    await restic.forget(repository, [snapshot?.id ?? '']);
    expect(await restic.snapshots(repository)).toEqual([]);
  });

  const locksOf = async (of: string): Promise<number> =>
    of === 'local'
      ? (await readdir(join(folder, 'repository/locks'))).length
      : [...backend.files.keys()].filter((path) => path.startsWith('/home/locks/')).length;

  async function sizeOf(of: string): Promise<number> {
    if (of === 'rest') return [...backend.files.values()].reduce((sum, { length }) => sum + length, 0);
    const all = await readdir(join(folder, 'repository'), { recursive: true });
    const stats = await Promise.all(all.map((path) => stat(join(folder, 'repository', path))));
    return stats.reduce((sum, one) => sum + (one.isFile() ? one.size : 0), 0);
  }
});

describe('what goes wrong has a name', () => {
  const password = secrets({ RESTIC_PASSWORD: 'kettle lantern' });

  test('nobody answers, or the name of the server is unknown', async () => {
    for (const address of ['rest:http://127.0.0.1:1/', 'rest:http://nowhere.invalid/'])
      expect(await failureOf(restic.snapshots({ address, environment: password }))).toMatchObject({
        code: 'restic-unreachable',
      });
  });

  test('nobody answers a look, which ends', async () => {
    const command = join(folder, 'restic');
    await writeFile(command, '#!/bin/sh\nexec sleep 1000\n');
    await chmod(command, 0o755);
    const silent = resticCommand(command, 200);
    const repository = { address: 'rest:http://nas/', environment: password };
    for (const look of [
      () => silent.snapshots(repository),
      () => silent.files(repository, '48e04a31'),
      () => silent.read(repository, '48e04a31', 'manifest.json'),
    ])
      expect(await failureOf(look())).toMatchObject({ code: 'restic-unreachable' });
  });

  /** restic, with looks at whether it still moves whenever the test wants one. */
  const watched = (command?: string) => {
    let look = async () => {};
    const watch = (one: () => Promise<void>) => {
      look = one;
      return () => {};
    };
    return { restic: resticCommand(command, undefined, watch), look: () => look() };
  };

  test.each([
    ['what sends a copy', 'exec cat'],
    ['what a script around restic sends', 'cat'],
  ])('%s may take as long as it takes, while it moves something', async (what, cat) => {
    const [command, pipe] = [join(folder, 'restic'), join(folder, `pipe of ${what}`)];
    await writeFile(command, `#!/bin/sh\n${cat} '${pipe}'\nexit $?\n`);
    await chmod(command, 0o755);
    await promisify(execFile)('mkfifo', [pipe]);
    const { restic: slow, look } = watched(command);
    const ended = failureOf(slow.save({ address: 'rest:http://nas/', environment: password }, folder, []));
    const into = await open(pipe, 'w');
    for (let n = 0; n < 3; n++) {
      // More than a pipe holds: it was read when this is written.
      await into.write(Buffer.alloc(300_000));
      await look();
    }
    await into.close();
    expect(await ended).toBeUndefined();
  });

  test('a server that takes a part of a copy and says nothing more is not waited for', async () => {
    const repository = {
      address: undefined,
      environment: { ...password, ...secrets({ RESTIC_REPOSITORY: backend.withLogin }) },
    };
    backend.files.clear();
    await restic.init(repository);
    const silence = backend.silentAt(/\/data\//);
    const { restic: stuck, look } = watched();
    let hasEnded = false;
    const ended = failureOf(stuck.save(repository, await madeCopy('stuck', randomBytes(1_000_000)), ['homeauth']));
    void ended.then(() => {
      hasEnded = true;
    });
    await silence;
    // More than two: other connections may still send for a moment.
    while (!hasEnded) await look();
    expect(await ended).toMatchObject({ code: 'restic-unreachable' });
  });

  test('the server refuses the login, or to remove anything', async () => {
    const plain = { address: backend.address, environment: password };
    const failure = await failureOf(restic.snapshots(plain));
    expect(failure).toMatchObject({ code: 'restic-refused' });
    // Where nothing may be removed (append-only) restic says so after a minute of trying again.
    const says = 'Remove(<snapshot/48e04a3129>) returned error: blob not removed, server response: 403 Forbidden (403)';
    expect(await failureOf((await printing(says)).forget(plain, ['48e04a31']))).toMatchObject({
      code: 'restic-refused',
      fix: expect.stringContaining('backup.keep'),
    });
  });

  test('the disk of the repository is full', async () => {
    const address = join(folder, 'small');
    const full = await printing('Fatal: unable to save snapshot: write /mnt/x/data/af/af39: no space left on device');
    expect(await failureOf(full.save({ address, environment: password }, folder, []))).toMatchObject({
      code: 'restic-full',
      details: expect.stringContaining('no space left'),
    });
  });

  test('the disk of this server is full, on which the files of a copy come', async () => {
    const says =
      'ignoring error for /database.dump: write /srv/docker/x: no space left on device\nFatal: There were 1 errors';
    const full = await printing(says);
    const repository = { address: join(folder, 'small'), environment: password };
    expect(await failureOf(full.fetch(repository, '48e04a31', folder))).toMatchObject({ code: 'disk-full' });
  });

  test('what lies in the repository was changed', async () => {
    const repository = { address: join(folder, 'rotten'), environment: password };
    await restic.init(repository);
    await restic.save(repository, await madeCopy('fourth', randomBytes(1_000_000)), ['homeauth']);
    const data = join(folder, 'rotten/data');
    const packs = await Promise.all(
      (await readdir(data, { recursive: true }))
        .filter((path) => path.length > 10)
        .map(async (path) => ({ path: join(data, path), size: (await stat(join(data, path))).size })),
    );
    const { path = '' } = packs.toSorted((a, b) => b.size - a.size)[0] ?? {};
    await chmod(path, 0o600);
    const pack = await open(path, 'r+');
    await pack.write(Buffer.alloc(100, 1), 0, 100, 1000);
    await pack.close();
    const [snapshot] = await restic.snapshots(repository);
    const target = join(folder, 'rotten-fetched');
    await mkdir(target);
    expect(await failureOf(restic.fetch(repository, snapshot?.id ?? '', target))).toMatchObject({
      code: 'restic-damaged',
    });
  });

  test('restic is not there, or too old', async () => {
    const repository = { address: join(folder, 'x'), environment: password };
    const missing = resticCommand(join(folder, 'no-restic'));
    expect(await failureOf(missing.snapshots(repository))).toMatchObject({
      code: 'restic-missing',
      fix: expect.stringContaining('apt install restic'),
    });
    for (const says of ['Fatal: config cannot be loaded: unsupported repository version', 'unknown flag: --no-lock'])
      expect(await failureOf((await printing(says)).snapshots(repository))).toMatchObject({ code: 'restic-old' });
  });

  test('no secret is among its arguments, in its output, or in an error', async () => {
    const odd = await printing('Fatal: I saw kettle lantern at rest:http://home:hidden@nas:8000/');
    const environment = { ...password, ...secrets({ RESTIC_REPOSITORY: 'rest:http://home:hidden@nas:8000/' }) };
    const failure = await failureOf(odd.save({ address: undefined, environment }, folder, ['homeauth']));
    expect(failure?.details).toBe('Fatal: I saw ••• at •••');
    expect(await readFile(join(folder, 'log'), 'utf8')).not.toMatch(/kettle|hidden/);
  });

  async function printing(says: string) {
    const command = join(folder, 'restic');
    await writeFile(command, `#!/bin/sh\necho "$*" >>${folder}/log\nprintf '%s\\n' '${says}' >&2\nexit 1\n`);
    await chmod(command, 0o755);
    return resticCommand(command);
  }
});
