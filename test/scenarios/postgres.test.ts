import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { copyOf, type FakeWorld } from '../fakes/world.ts';

let first: FakeWorld;
let fake: FakeWorld;
beforeAll(async () => {
  first = await installed();
});
afterAll(() => first.close());
afterEach(() => fake.close());

const image = async () => (await fake.docker.container('authentik-postgresql'))?.image.replace(/@.*/, '');

describe('the image of PostgreSQL', () => {
  test('is the one that made the data directory, and stays it', async () => {
    fake = await copyOf(first);
    expect(await image()).toBe('postgres:17-alpine');
    await fake.docker.remove('authentik-postgresql');
    await fake.files.overwrite(at('db/PG_VERSION'), '15\n');
    expect(await homeauthIn(fake)('apply')).toMatchObject({ code: 0 });
    expect(await image()).toBe('postgres:15-alpine');
    expect(await fake.files.read(at('docker-compose.yml'))).toContain('"postgres:15-alpine@');
    expect((await homeauthIn(fake)('plan', [], { exitCode: true })).code).toBe(0);
  });

  test.each([
    ['18 in its own layout', (): void => fake.files.put(at('db/18/docker/PG_VERSION'), '18\n')],
    ['18 in the former place', (): void => fake.files.put(at('db/PG_VERSION'), '18\n')],
    ['11', (): void => fake.files.put(at('db/PG_VERSION'), '11\n')],
    ['nothing that can be read', (): void => fake.files.put(at('db/PG_VERSION'), 'x\n')],
  ])('is none for a directory of PostgreSQL %s: nothing is changed', async (_, put) => {
    fake = await copyOf(first);
    await fake.files.remove(at('db/PG_VERSION'));
    put();
    const before = fake.files.snapshot();
    const boxes = [...fake.docker.boxes];
    for (const command of ['plan', 'apply'] as const)
      expect((await homeauthIn(fake)(command)).failure).toMatchObject({
        code: 'postgres-unknown',
        problem: expect.stringContaining(at('db')),
      });
    expect(fake.files.snapshot()).toEqual(before);
    expect([...fake.docker.boxes]).toEqual(boxes);
  });
});
