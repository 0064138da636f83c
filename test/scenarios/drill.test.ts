import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at } from '../fakes/installed.ts';
import { objectsIn } from '../fakes/objects.ts';
import { populated } from '../fakes/populated.ts';
import { cutAt, PowerCut } from '../fakes/power.ts';
import { Exit } from '../fakes/program.ts';
import { copyOf, type FakeOptions, type FakeWorld } from '../fakes/world.ts';

let first: FakeWorld;
let copy: { readonly name: string; readonly path: string };
let fake: FakeWorld;

beforeAll(async () => {
  first = await populated();
  const made = await homeauthIn(first)('backup', [], { plain: true }, { json: true });
  copy = JSON.parse(made.out).copy;
});
afterAll(() => first.close());
beforeEach(() => begin());
afterEach(() => fake.close());

async function begin(options: FakeOptions = {}): Promise<void> {
  await fake?.close();
  fake = await copyOf(first, options);
}

const isOfDrill = (name: string) => name.includes('drill');
const containers = () => [...fake.docker.boxes.keys()].toSorted();

/** Nothing of it is there any more, but the note. */
async function isGone(): Promise<void> {
  expect(containers().filter(isOfDrill)).toEqual([]);
  expect([...fake.docker.networks.keys()].filter(isOfDrill)).toEqual([]);
  expect(Object.keys(fake.files.snapshot()).filter((path) => path.startsWith(at('drill')))).toEqual([]);
}

interface Told {
  readonly code: number;
  readonly checks: readonly { readonly id: string; readonly status: string; readonly cause?: string }[];
}

async function drill(over: Parameters<typeof homeauthIn>[1] = {}): Promise<Told> {
  const run = homeauthIn(fake, over);
  const { out, code, failure } = await run('backup drill', [], {}, { json: true });
  if (failure) throw failure;
  return { ...JSON.parse(out), code };
}

const statuses = ({ checks }: Told) => checks.map(({ id, status }) => `${id} ${status}`);

/** Writes a file of the copy anew, as one who also corrects its checksum. */
async function forge(file: string, change: (text: string) => string): Promise<void> {
  const { createHash } = await import('node:crypto');
  const text = change((await fake.files.read(`${copy.path}/${file}`)) ?? '');
  await fake.files.overwrite(`${copy.path}/${file}`, text);
  if (file === 'manifest.json') return;
  const digest = { size: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') };
  await forge('manifest.json', (manifest) => {
    const data = JSON.parse(manifest);
    return JSON.stringify({ ...data, files: { ...data.files, [file]: digest } });
  });
}

test('restores the copy beside, proves that people get in, and leaves nothing but a note', async () => {
  const before = { files: fake.files.snapshot(), containers: containers(), objects: await objectsIn(fake) };
  const told = await drill();
  expect(told.code).toBe(0);
  expect(statuses(told)).toEqual(
    ['copy', 'database', 'server', 'token', 'counts', 'login'].map((proof) => `drill-${proof} ok`),
  );
  await isGone();
  expect(containers()).toEqual(before.containers);
  expect(await objectsIn(fake)).toEqual(before.objects);
  const { [at('.homeauth/drill.json')]: note, ...after } = fake.files.snapshot();
  expect(JSON.stringify(note)).toContain(copy.name);
  const ledger = at('.homeauth/ledger.json');
  expect({ ...after, [ledger]: '' }).toEqual({ ...before.files, [ledger]: '' });
  expect(await homeauthIn(fake)('plan', [], { exitCode: true })).toMatchObject({ code: 0 });
  const { out } = await homeauthIn(fake)('backup drill');
  expect(out).toMatch(/can be restored: proven in/);
});

test('what it starts is on a network without a way out, without mail, worker or Caddy', async () => {
  const made: string[] = [];
  const { run, createNetwork } = fake.docker;
  Object.assign(fake.docker, {
    run: async (...given: Parameters<typeof run>) => {
      const [{ name, definition, environment, passing }] = given;
      made.push(name);
      expect(passing).toBe(true);
      expect(definition.networks.map((one) => one.name)).toEqual(['homeauth-drill']);
      expect(definition.publish).toBeUndefined();
      expect(definition.mounts.map(({ source }) => source).filter((path) => !path.startsWith(at('drill/')))).toEqual(
        [],
      );
      expect(Object.keys(environment).filter((key) => /EMAIL|BOOTSTRAP/.test(key))).toEqual([]);
      return run(...given);
    },
    createNetwork: async (...given: Parameters<typeof createNetwork>) => {
      expect(given).toEqual(['homeauth-drill', { project: 'homeauth-drill', network: 'drill', internal: true }]);
      return createNetwork(...given);
    },
  });
  expect((await drill()).code).toBe(0);
  expect(made).toEqual(['homeauth-drill-authentik-postgresql', 'homeauth-drill-authentik']);
});

describe('names the first proof that failed, exit 4', () => {
  const failsAt = async (proof: string, code = proof) => {
    const told = await drill();
    expect(told.code).toBe(4);
    const [wrong, ...more] = told.checks.filter(({ status }) => status === 'fail');
    expect(wrong?.id).toBe(code);
    expect(more).toEqual([]);
    const at = told.checks.indexOf(wrong!);
    expect(new Set(told.checks.slice(0, at).map(({ status }) => status))).toEqual(new Set(at > 0 ? ['ok'] : []));
    expect(new Set(told.checks.slice(at + 1).map(({ status }) => status))).toEqual(
      new Set(proof === 'drill-login' ? [] : ['skip']),
    );
    await isGone();
    const { out } = await homeauthIn(fake)('doctor');
    expect(out).toContain(`failed: ${code}`);
    return wrong;
  };

  test('a damaged file', async () => {
    await fake.files.overwrite(`${copy.path}/files.tar`, 'x');
    await failsAt('drill-copy');
  });

  test('a dump that holds nothing', async () => {
    await forge('database.dump', () => '');
    await failsAt('drill-copy');
  });

  test('a dump of an empty database', async () => {
    await forge('database.dump', () => 'PGDMP\nnull\nPGEND');
    await failsAt('drill-token');
  });

  test('a dump that the database refuses', async () => {
    const { exec } = fake.docker;
    Object.assign(fake.docker, {
      exec: async (...given: Parameters<typeof exec>) =>
        given[1].some((word) => word.includes('--single-transaction'))
          ? { code: 1, stdout: '', stderr: 'pg_restore: error: could not execute query' }
          : exec(...given),
    });
    await failsAt('drill-database');
  });

  test('a wrong count', async () => {
    await forge('manifest.json', (text) => {
      const manifest = JSON.parse(text);
      return JSON.stringify({ ...manifest, counts: { ...manifest.counts, users: manifest.counts.users + 1 } });
    });
    expect((await failsAt('drill-counts'))?.cause).toMatch(/\d of \d users/);
  });

  test('a token that the database does not know', async () => {
    await forge('files.tar', (text) => text.replace(/HOMEAUTH_TOKEN=\w{10}/, 'HOMEAUTH_TOKEN=abcdefghij'));
    await failsAt('drill-token');
  });

  test('a login that fails', async () => {
    await begin({
      standin: {
        fault: ({ path }) =>
          path.includes('/flows/executor/')
            ? { kind: 'answer', commit: false, status: 500, body: { detail: 'broken' } }
            : undefined,
      },
    });
    await failsAt('drill-login');
  });

  test('a server that never gets ready', async () => {
    await begin({
      fate: (program) => async (around) => {
        const running = await program(around);
        return around.container.name === 'homeauth-drill-authentik' ? { ...running, ports: new Map() } : running;
      },
    });
    expect((await failsAt('drill-server'))?.cause).toContain('did not answer within 10 min');
  });

  test('a server that ends', async () => {
    await begin({
      fate: (program) => async (around) => {
        if (around.container.name === 'homeauth-drill-authentik') throw new Exit(1, 'relation does not exist');
        return program(around);
      },
    });
    expect((await failsAt('drill-server'))?.cause).toContain('authentik ended');
  });
});

describe('refuses before anything is started', () => {
  test.each([
    [
      'where the disk has no room',
      'disk-full',
      () => ({
        files: {
          ...fake.files,
          filesystem: async (path: string) => ({ ...(await first.files.filesystem(path)), free: 500e6 }),
        },
      }),
    ],
    [
      'where memory has no room',
      'memory-low',
      () => ({ host: { ...fake.world.host, memory: () => ({ total: 2e9, available: 0.5e9 }) } }),
    ],
  ])('%s', async (_, code, over) => {
    const before = fake.files.snapshot();
    await expect(drill({ world: { ...fake.world, ...over() } })).rejects.toMatchObject({ code });
    expect(fake.files.snapshot()).toEqual(before);
    expect(containers().filter(isOfDrill)).toEqual([]);
  });
});

test('Ctrl-C ends it, and nothing is left', async () => {
  const controller = new AbortController();
  const { run } = fake.docker;
  Object.assign(fake.docker, {
    run: async (...given: Parameters<typeof run>) => {
      await run(...given);
      controller.abort();
    },
  });
  await expect(drill({ signal: controller.signal })).rejects.toMatchObject({
    code: 'interrupted',
    exit: 130,
    fix: expect.stringContaining('starts anew'),
  });
  await isGone();
  expect(await fake.files.stat(at('.homeauth/drill.json'))).toBeUndefined();
});

test('what a killed one left is named by doctor, and goes with the next command that changes something', async () => {
  const rehearsal = await copyOf(fake);
  const whole = cutAt(rehearsal);
  await homeauthIn(rehearsal, whole.over)('backup drill');
  await rehearsal.close();
  expect(whole.effects.length).toBeGreaterThan(10);
  // All of them are what `npm run crash` is for.
  for (const n of [...whole.effects.keys()].filter((one) => one % 3 === 0)) {
    await begin();
    const cut = homeauthIn(fake, cutAt(fake, n + 1, n % 2 ? 'before' : 'after').over)('backup drill');
    await expect(cut, whole.effects[n]).rejects.toThrow(PowerCut);
    const isLeft = (await fake.files.stat(at('drill'))) !== undefined;
    const { out } = await homeauthIn(fake)('doctor');
    expect(out.includes('drill-left'), whole.effects[n]).toBe(isLeft);
    const next = n % 2 === 0 ? await homeauthIn(fake)('backup drill') : await homeauthIn(fake)('apply');
    expect(next, whole.effects[n]).toMatchObject({ code: 0 });
    await isGone();
    expect(await homeauthIn(fake)('plan', [], { exitCode: true })).toMatchObject({ code: 0 });
  }
});

test('a container of that name that is not ours stays', async () => {
  const { createNetwork } = fake.docker;
  await createNetwork('homeauth-drill', { project: 'mine', network: 'x' });
  fake.files.put(at('drill/left'), 'x');
  expect(await homeauthIn(fake)('apply')).toMatchObject({ code: 0 });
  expect(fake.docker.networks.get('homeauth-drill')).toMatchObject({ project: 'mine' });
});

describe('doctor', () => {
  const due = async () => {
    const { out } = await homeauthIn(fake)('doctor', [], {}, { json: true });
    const { checks } = JSON.parse(out) as Told;
    return checks.filter(({ id }) => id.startsWith('drill')).map(({ id, status }) => `${id} ${status}`);
  };

  test('is quiet until there is a copy', async () => {
    await fake.files.removeTree('/srv/docker/backups');
    expect(await due()).toEqual([]);
  });

  test('tells that there was never one, and is content after one, for 90 days', async () => {
    expect(await due()).toEqual(['drill-due warn']);
    await drill();
    expect(await due()).toEqual(['drill-due ok']);
    const note = JSON.parse((await fake.files.read(at('.homeauth/drill.json'))) ?? '');
    const made = new Date(Date.now() - 91 * 86_400_000).toISOString();
    await fake.files.overwrite(at('.homeauth/drill.json'), JSON.stringify({ ...note, made }));
    expect(await due()).toEqual(['drill-due warn']);
  });
});
