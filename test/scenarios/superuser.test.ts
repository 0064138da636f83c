import { afterEach, expect, test } from 'vitest';
import { textOf } from '../../src/model/shown.ts';
import { gated } from '../fakes/gate.ts';
import { homeauthIn, initFlags } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import type { Program } from '../fakes/program.ts';
import { copyOf, type FakeWorld, fakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
afterEach(() => fake.close());

const envFiles = ['container-vars.env', 'postgresql-vars.env'].map(at);
const said = (path: string) => fake.files.read(path);
/** Whose database it is, and who gets in over the network. */
const database = () => {
  const [{ superuser, passwords } = expect.unreachable()] = fake.docker.databases.values();
  return { superuser, remote: [...passwords.keys()] };
};

test("in a new installation authentik's role is not the superuser, who has no password", async () => {
  fake = await installed();
  expect(database()).toEqual({ superuser: 'postgres', remote: ['authentik'] });
  for (const path of envFiles) expect(await said(path)).toContain('POSTGRES_USER=postgres\n');
  expect(await said(at('container-vars.env'))).toContain('AUTHENTIK_POSTGRESQL__USER=authentik\n');
});

test('an emptied database that is started by hand has the role, too', async () => {
  fake = await installed();
  const names = ['authentik-worker', 'authentik', 'authentik-postgresql'];
  // As docker-compose.yml has them; authentik is let in by its own password alone.
  const definitions = names.map((name) => fake.docker.boxes.get(name)?.made ?? expect.unreachable());
  for (const name of names) await fake.docker.remove(name);
  await fake.files.remove(at('db/PG_VERSION'));
  fake.docker.databases.clear();
  for (const made of definitions.toReversed()) await fake.docker.run(made);
  expect(database()).toEqual({ superuser: 'postgres', remote: ['authentik'] });
  expect((await fake.docker.container('authentik'))?.running).toBe(true);
});

/** PostgreSQL's image, stopped between making the directory and what it runs there once. */
const cutOff =
  (program: Program): Program =>
  (around) => {
    const { definition } = around.container;
    const mounts = definition.mounts.filter(({ target }) => !target.startsWith('/docker-entrypoint-initdb.d/'));
    return program({ ...around, container: { ...around.container, definition: { ...definition, mounts } } });
  };

test('a new installation that was cut off before the role was made gets it from the next run', async () => {
  fake = fakeWorld({ fate: cutOff });
  expect((await homeauthIn(fake)('init', [], initFlags)).failure?.code).toBe('still-wrong');
  expect(database()).toEqual({ superuser: 'postgres', remote: ['postgres'] });
  const mended = await copyOf(fake);
  await fake.close();
  fake = mended;
  expect((await homeauthIn(fake)('init', [], initFlags)).failure).toBeUndefined();
  expect(database()).toEqual({ superuser: 'postgres', remote: ['authentik'] });
});

test('where the role cannot be made, init says so, and shows no password', async () => {
  fake = fakeWorld({ fate: cutOff });
  const broken = gated(fake, async (call, work) => {
    const isTold = call.changes && call.method === 'exec' && call.name.endsWith('authentik-postgresql');
    return isTold ? { code: 3, stdout: '', stderr: JSON.stringify(call.args) } : work();
  });
  const { failure } = await homeauthIn(fake, broken)('init', [], initFlags);
  expect([failure?.code, textOf(failure?.fix ?? '')]).toEqual([
    'still-wrong',
    expect.stringContaining('authentik-postgresql'),
  ]);
  const [, password = ''] = /^POSTGRES_PASSWORD=(.+)$/m.exec((await said(at('container-vars.env'))) ?? '') ?? [];
  expect(password).not.toBe('');
  expect(JSON.stringify(failure)).not.toContain(password);
});

test('one whose database was made with authentik as its superuser keeps it', async () => {
  fake = await installed();
  const [[path, made] = expect.unreachable()] = fake.docker.databases;
  const passwords = new Map(made.passwords);
  fake.docker.databases.set(path, { ...made, superuser: 'authentik', passwords });
  for (const file of envFiles) {
    const text = (await said(file)) ?? '';
    await fake.files.write(file, text.replace('POSTGRES_USER=postgres', 'POSTGRES_USER=authentik'), 0o600);
  }
  const homeauth = homeauthIn(fake);
  expect((await homeauth('apply')).failure).toBeUndefined();
  for (const file of envFiles) expect(await said(file)).toContain('POSTGRES_USER=authentik\n');
  expect((await homeauth('plan')).out).toMatch(/^Nothing to change/);
  expect((await homeauth('doctor', [], { verbose: true })).out).toContain('the database has connections left');
});
