import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Failure } from '../../src/model/failure.ts';
import { textOf } from '../../src/model/shown.ts';
import { homeauthIn, initFlags } from '../fakes/homeauth.ts';
import { at, changeConfig, installed } from '../fakes/installed.ts';
import { inDatabase } from '../fakes/people.ts';
import { copyOf, type FakeWorld, fakeWorld } from '../fakes/world.ts';

interface Step {
  readonly release: string;
  readonly effects: readonly { readonly code: string; readonly says: string }[];
  readonly problems: readonly { readonly code: string; readonly problem: string }[];
}

let fake: FakeWorld;
afterEach(() => fake.close());

async function steps(to?: string) {
  const ran = await homeauthIn(fake)('upgrade', [], { dryRun: true, ...(to && { to }) }, { json: true });
  if (ran.failure) throw ran.failure;
  const { problems, steps: all } = JSON.parse(ran.out) as { problems: Step['problems']; steps: readonly Step[] };
  return { code: ran.code, problems, all, of: (release: string) => all.find((step) => step.release === release) };
}

const codes = (all: readonly { readonly code: string }[] = []) => all.map(({ code }) => code);

/** psql, where it is asked this, answers that. */
function answering(part: string, stdout: string, code = 0): void {
  const { exec } = fake.docker;
  Object.assign(fake.docker, {
    exec: async (...given: Parameters<typeof exec>) =>
      given[1].at(-1)?.includes(part)
        ? { code, stdout, stderr: code === 0 ? '' : 'ERROR:  relation does not exist' }
        : exec(...given),
  });
}

async function oldOne(release: string): Promise<FakeWorld> {
  const made = fakeWorld();
  const { failure } = await homeauthIn(made)('init', [], {
    ...initFlags,
    authentikVersion: release,
    allowUnsupported: true,
  });
  if (failure) throw failure;
  return made;
}

describe('from the last release with PostgreSQL 12, without leave to be so old any longer', () => {
  let first: FakeWorld;
  beforeAll(async () => {
    first = await oldOne('2025.2.4');
    await changeConfig(first.files, (text) => text.replace(/^.*allow-unsupported.*\n/m, ''));
  });
  afterAll(() => first.close());

  test('goes line by line, and says what each means here; nothing is written', async () => {
    fake = await copyOf(first);
    fake.files.put(at('media/public/icon.png'), 'x');
    fake.files.put(at('templates/email.html'), 'x');
    const before = fake.files.snapshot();
    const { code, all, problems, of } = await steps();
    expect(all.map(({ release }) => release)).toEqual([
      ...['2025.4.4', '2025.6.4', '2025.8.6', '2025.10.4'],
      ...['2025.12.6', '2026.2.7', '2026.5.8', '2026.8.6'],
    ]);
    expect({ code, problems }).toEqual({ code: 0, problems: [] });
    expect(codes(of('2025.4.4')?.effects)).toEqual([]);
    expect(of('2025.6.4')?.effects[0]?.says).toContain('email.html');
    expect(codes(of('2025.8.6')?.effects)).toEqual(['queue-lost']);
    expect(codes(of('2025.10.4')?.effects)).toContain('redis-goes');
    expect(of('2025.12.6')?.effects).toEqual([
      { code: 'files-move', says: `uploaded files move from ${at('media')} to ${at('data/media')}` },
    ]);
    expect(fake.files.snapshot()).toEqual(before);
  });

  test('apply takes no other line', async () => {
    fake = await copyOf(first);
    const text = (await first.files.read(at('homeauth.yaml'))) ?? '';
    await fake.files.write(at('homeauth.yaml'), text.replace('2025.2.4', '2026.8.6'), 0o644);
    const { failure } = await homeauthIn(fake)('apply');
    expect(failure?.code).toBe('release-step');
    expect(textOf(failure?.fix ?? '')).toContain('authentik.version: 2025.2.4');
  });

  test('two groups of one name, a Redis that is away', async () => {
    fake = await copyOf(first);
    await inDatabase(fake, ({ groups }) => groups.push({ ...groups[0]!, pk: 'x', name: groups[0]!.name }));
    await fake.docker.remove('authentik-redis');
    const { code, of } = await steps();
    expect(code).toBe(4);
    expect(of('2025.12.6')?.problems[0]?.problem).toContain('authentik Admins');
    expect(codes(of('2025.4.4')?.effects)).toEqual(['logged-out']);
  });

  test.each([
    ['pg_encoding_to_char', 'SQL_ASCII\n', 0, 'database-encoding'],
    ['authentik_core_group', '', 1, 'upgrade-unasked'],
  ])('%s answers %s', async (part, stdout, ended, expected) => {
    fake = await copyOf(first);
    answering(part, stdout, ended);
    const { code, all } = await steps();
    expect(code).toBe(4);
    expect(codes(all.flatMap(({ problems }) => problems))).toEqual([expected]);
  });

  test('another release was started with this database', async () => {
    fake = await copyOf(first);
    await inDatabase(fake, ({ history }) => history.push('2025.4.1'));
    const { code, problems } = await steps('2025.4.4');
    expect({ code, problems: codes(problems) }).toEqual({ code: 4, problems: ['history-differs'] });
  });
});

test('the step to 2024.2: everybody logs in again, and its files and rights are looked at', async () => {
  fake = await oldOne('2023.10.7');
  const { of, all } = await steps();
  expect(all.length).toBe(15);
  expect(codes(of('2024.2.4')?.effects)).toEqual(['files-move', 'logged-out']);
  await fake.files.setAccess(at('media'), 0o750, { uid: 0, gid: 0 });
  answering('has_database_privilege', 'f\n');
  expect(codes((await steps('2024.2.4')).of('2024.2.4')?.problems)).toEqual(['database-rights', 'media-owner']);
});

describe('from 2026.5.8', () => {
  let first: FakeWorld;
  beforeAll(async () => {
    first = await oldOne('2026.5.8');
  });
  afterAll(() => first.close());

  test.each([
    ['2026.8.2', 'release-too-old'],
    ['2026.5.7', 'release-downgrade'],
    ['2031.2.0', 'release-unknown'],
    ['latest', 'flag-invalid'],
  ])('%s is refused: %s', async (to, code) => {
    fake = await copyOf(first);
    expect((await homeauthIn(fake)('upgrade', [], { dryRun: true, to })).failure?.code).toBe(code);
  });

  test('a release that was written into homeauth.yaml by hand', async () => {
    fake = await copyOf(first);
    await changeConfig(fake.files, (text) => text.replace('2026.5.8', '2026.8.6'));
    const { failure } = await homeauthIn(fake)('upgrade', [], { dryRun: true });
    expect(failure?.code).toBe('version-edited');
    expect(failure?.fix).toContain('2026.5.8');
  });

  test.each([
    ['2026.8.6', 'release-step'],
    ['2026.2.7', 'release-downgrade'],
  ])('apply refuses %s in homeauth.yaml: %s', async (release, code) => {
    fake = await copyOf(first);
    await changeConfig(fake.files, (text) => text.replace('2026.5.8', release));
    const before = fake.files.snapshot();
    for (const command of ['plan', 'apply'] as const)
      expect((await homeauthIn(fake)(command)).failure?.code).toBe(code);
    expect(fake.files.snapshot()).toEqual(before);
  });

  test('no room for a copy and the images', async () => {
    fake = await copyOf(first);
    const { filesystem } = fake.files;
    Object.assign(fake.files, { filesystem: async (path: string) => ({ ...(await filesystem(path)), free: 1e8 }) });
    const { code, problems } = await steps();
    expect(code).toBe(4);
    expect(codes(problems)[0]).toBe('disk-full');
    // Another directory for copies is no way out of an upgrade, whose copies lie in one place.
    expect(JSON.stringify(problems)).not.toContain('--to DIR');
    expect(JSON.stringify(problems)).toContain(`du -sh ${at('before-upgrade')}/*`);
  });

  test('in words', async () => {
    fake = await copyOf(first);
    const { out } = await homeauthIn(fake)('upgrade', [], { dryRun: true });
    expect(out).toContain('From authentik 2026.5.8 to 2026.8.6 in one step');
    expect(out).toMatch(/authentik can take this step\.\s+Take it: homeauth upgrade$/m);
  });
});

describe('what a registry has', () => {
  let first: FakeWorld;
  beforeAll(async () => {
    first = await oldOne('2026.5.7');
  });
  afterAll(() => first.close());

  /** A registry with these releases, and what it was asked for. */
  async function check(has: readonly string[]) {
    fake = await copyOf(first);
    const asked: string[] = [];
    Object.assign(fake.docker, {
      inRegistry: async (name: string) => {
        asked.push(name);
        if (has.includes(name.split(':')[1] ?? '')) return `sha256:${'0'.repeat(64)}`;
        throw new Failure({ code: 'image-not-found', problem: 'There is no such image.', fix: 'Check the name.' });
      },
    });
    const before = fake.files.snapshot();
    const { out, code } = await homeauthIn(fake)('upgrade', [], { check: true }, { json: true });
    expect(code).toBe(0);
    expect(fake.files.snapshot()).toEqual(before);
    const { runs, ofLine, newest, unknown } = JSON.parse(out);
    return { runs, ofLine, newest, unknown, asked };
  }

  test('what homeauth knows is not asked for', async () => {
    const { asked, ...found } = await check([]);
    expect(found).toEqual({ runs: '2026.5.7', ofLine: '2026.5.8', newest: '2026.8.6', unknown: undefined });
    expect(asked.length).toBe(10);
  });

  test('a number that was left out, and a line that homeauth does not know', async () => {
    const { asked: _, ...found } = await check(['2026.5.10', '2026.8.7', '2026.8.8', '2026.11.0']);
    expect(found).toEqual({ runs: '2026.5.7', ofLine: '2026.5.10', newest: '2026.8.8', unknown: '2026.11' });
  });

  test('the year after, and no answer', async () => {
    expect((await check(['2027.2.0'])).unknown).toBe('2027.2');
    Object.assign(fake.docker, {
      inRegistry: async () => {
        throw new Failure({ code: 'registry-unreachable', problem: 'No answer.', fix: 'Try again.' });
      },
    });
    expect((await homeauthIn(fake)('upgrade', [], { check: true })).failure?.code).toBe('registry-unreachable');
  });
});

test('the newest one has nowhere to go', async () => {
  fake = await installed();
  const { code, out } = await homeauthIn(fake)('upgrade', [], { dryRun: true });
  expect({ code, out }).toEqual({
    code: 0,
    out: 'authentik 2026.8.6 runs already.\nIs there a newer one?  homeauth upgrade --check',
  });
});
