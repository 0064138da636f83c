import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authentikImage, OLD_POSTGRES_IMAGE, POSTGRES_IMAGE, REDIS_IMAGE } from '../machine/names.ts';
import { openApi } from './main-job/api.ts';
import { hostOf, visitor } from './main-job/browser.ts';
import { dockerDefinition } from './main-job/definition.ts';
import { homeauth, homeauthEnds } from './main-job/homeauth.ts';
import { accessOf, containerNames, inspect, lives } from './main-job/look.ts';
import { openPlace, type Place } from './main-job/place.ts';

let place: Place;
const release = '2023.10.7';
const at = (...path: string[]) => join(place.root, ...path);
const env = () => readFile(at('container-vars.env'), 'utf8');

/** Meanwhile today's name stands for the PostgreSQL of earlier years: so a directory is made that homeauth makes no more. */
async function withOldPostgres(work: () => Promise<unknown>): Promise<void> {
  const id = await place.engine.docker(['image', 'inspect', '--format', '{{.Id}}', POSTGRES_IMAGE]);
  await place.engine.docker(['tag', OLD_POSTGRES_IMAGE, POSTGRES_IMAGE]);
  try {
    await work();
  } finally {
    await place.engine.docker(['tag', id, POSTGRES_IMAGE]);
  }
}

beforeAll(async () => {
  place = await openPlace();
});
afterAll(() => place.close());

test.each([
  [release, 'gets no security fixes any more'],
  ['latest', 'latest'],
  ['2026.8', '2026.8'],
])('the release %s is refused before anything is made', async (version, why) => {
  const refused = await homeauth([...place.init, '--authentik-version', version]);
  expect(refused.code).toBe(2);
  expect(refused.err).toContain(why);
  expect(await containerNames(place.engine)).toEqual([]);
  await expect(stat(place.base)).rejects.toThrow('ENOENT');
});

test('an old release that is insisted on gets its Redis', async () => {
  const made = [...place.init, '--authentik-version', release, '--allow-unsupported'];
  await withOldPostgres(() => homeauthEnds(0, made));
  // The directory says what made it, whatever the image was called.
  await homeauthEnds(0, ['apply']);
  expect((await inspect(place.engine, 'authentik-postgresql')).Config.Image).toBe(OLD_POSTGRES_IMAGE);
  const stack = ['authentik', 'authentik-postgresql', 'authentik-redis', 'authentik-worker'];
  expect(await containerNames(place.engine)).toEqual([...stack, 'caddy']);
  expect(await dockerDefinition(place.engine, 'authentik-redis')).toMatchObject({
    image: REDIS_IMAGE,
    hostname: 'authentik-redis',
    command: ['--save', '60', '1', '--loglevel', 'warning'],
    networks: ['authentik_backend'],
    mounts: [`${at('redis')} at /data`],
    healthcheck: { test: ['CMD', 'redis-cli', 'ping'] },
    rights: ['+CHOWN', '+DAC_OVERRIDE', '+FOWNER', '+SETGID', '+SETUID', '-ALL', 'no-new-privileges'],
    restart: 'unless-stopped',
  });
  const redis = await inspect(place.engine, 'authentik-redis');
  expect(redis.Config.Env.filter((line) => /PASSWORD|SECRET/.test(line))).toEqual([]);
  expect((await inspect(place.engine, 'authentik')).Config.Image).toBe(authentikImage(release));
  expect(await env()).toMatch(/^AUTHENTIK_REDIS__HOST=["']?authentik-redis\.homeauth\.internal\.["']?$/m);
  expect(await accessOf(at('media'))).toBe('1000:1000 0750');
  for (const name of stack) {
    const { Config } = await inspect(place.engine, name);
    expect(Config.Env.filter((line) => line.includes('BOOTSTRAP'))).toEqual([]);
  }
  const api = await openApi(place);
  const [application] = await api.list('core/applications');
  expect(application).toMatchObject({ slug: 'home', meta_launch_url: 'blank://blank' });
  const [outpost] = await api.list('outposts/instances');
  expect(outpost?.['providers']).toEqual([application?.['provider']]);
  const password = await readFile(at('.homeauth/admin-password'), 'utf8');
  const page = await (await visitor(place.engine)).open(hostOf('auth'), 'helen', password);
  expect(page).toMatchObject({ status: 200, url: { pathname: '/if/user/' } });
  expect((await homeauthEnds(0, ['apply'])).out).toBe('Everything is as it should be; nothing was changed.');
});

test('the way to the newest release: the database answers all that is asked', async () => {
  const { code, out } = await homeauth(['upgrade', '--dry-run', '--json']);
  const { steps, problems } = JSON.parse(out);
  expect(steps.map(({ release: to }: { release: string }) => to)).toHaveLength(16);
  expect(steps.at(-1)).toMatchObject({ postgres: { from: 15, to: 17 } });
  const found = steps.map(({ effects, problems: stops }: Record<string, { code: string }[]>) => [effects, stops]);
  expect(found[0]).toEqual([[expect.objectContaining({ code: 'files-move' }), expect.anything()], []]);
  expect(found.flatMap(([, stops]: { code: string }[][]) => stops)).toEqual([]);
  // The images of all of them may be more than the disk of this machine has room for.
  expect(problems.filter((one: { code: string }) => one.code !== 'disk-full')).toEqual([]);
  expect(code).toBe(problems.length === 0 ? 0 : 4);
});

describe('PostgreSQL 15 → 17', () => {
  const ask = (sql: string) =>
    place.engine.docker([
      'exec',
      'authentik-postgresql',
      'psql',
      '-X',
      '-A',
      '-t',
      '-U',
      'postgres',
      '-d',
      'authentik',
      '-c',
      sql,
    ]);
  const imageNow = async (name: string) => (await inspect(place.engine, name)).Config.Image;
  const former = async () => (await readdir(place.root)).filter((name) => name.startsWith('db.'));
  const upgrade = ['upgrade', '--to', release, '--yes'];
  const peopleGetIn = async () => {
    const password = await readFile(at('.homeauth/admin-password'), 'utf8');
    const page = await (await visitor(place.engine)).open(hostOf('auth'), 'helen', password);
    expect(page).toMatchObject({ status: 200, url: { pathname: '/if/user/' } });
  };

  test('what cannot be restored brings the former one back', async () => {
    expect(await imageNow('authentik-postgresql')).toBe(OLD_POSTGRES_IMAGE);
    // No dump takes roles along.
    await ask('create role reader; grant usage on schema public to reader');
    const { code, err } = await homeauth(upgrade);
    expect({ code, err }).toMatchObject({ code: 4, err: expect.stringContaining('PostgreSQL 15 runs again') });
    expect(err).toContain('role "reader" does not exist');
    expect(await imageNow('authentik-postgresql')).toBe(OLD_POSTGRES_IMAGE);
    expect(await former()).toEqual([]);
    expect(await containerNames(place.engine)).not.toContain('authentik-postgresql-next');
    await peopleGetIn();
    await ask('drop owned by reader; drop role reader');
  });

  test('everything is there afterwards, and the former directory beside it', async () => {
    const words = 'insert into template.words(word) select md5(n::text) from generate_series(1, 5000) n';
    await ask(`create schema template; create table template.words(id serial, word text unique); ${words}`);
    const { out } = await homeauthEnds(0, upgrade);
    expect(await imageNow('authentik-postgresql')).toBe(POSTGRES_IMAGE);
    expect(await ask('show server_version')).toMatch(/^17\./);
    expect(
      await ask(
        'select count(*), max(id) from template.words; insert into template.words(word) values (0) returning id',
      ),
    ).toBe('5000|5000\n5001\nINSERT 0 1');
    const [kept = ''] = await former();
    expect(kept).toMatch(/^db\.postgres-15-/);
    expect(out).toContain(kept);
    expect(await readFile(at(kept, 'PG_VERSION'), 'utf8')).toBe('15\n');
    expect(await accessOf(at('db'))).toBe('70:70 0700');
    await peopleGetIn();
    expect((await homeauthEnds(0, ['apply'])).out).toBe('Everything is as it should be; nothing was changed.');
  });
});

/** The same stand-in as another release; `more`: what else is different. */
async function imageOf(version: string, more = ''): Promise<void> {
  const text = `FROM ${authentikImage(release)}\nENV STANDIN_VERSION=${version}\n${more}`;
  const context = await mkdtemp(join(tmpdir(), 'release-'));
  await writeFile(join(context, 'Dockerfile'), text);
  await place.engine.docker(['build', '--quiet', '--tag', `ghcr.io/goauthentik/server:${version}`, context]);
  await rm(context, { recursive: true });
}

test('a step to the next release, and one that fails and comes back', async () => {
  await imageOf('2024.2.4');
  await imageOf('2024.4.4', `ENTRYPOINT ["sh", "-c", "echo InconsistentMigrationHistory: 0056; exit 1"]\n`);
  await writeFile(at('media', 'icon.png'), 'icon');
  const password = await readFile(at('.homeauth/admin-password'), 'utf8');
  const runs = async () => (await inspect(place.engine, 'authentik')).Config.Image.split(':').at(-1);
  const logsIn = async () =>
    expect(await (await visitor(place.engine)).open(hostOf('auth'), 'helen', password)).toMatchObject({ status: 200 });

  await homeauthEnds(0, ['upgrade', '--yes', '--to', '2024.2.4']);
  expect(await runs()).toBe('2024.2.4');
  expect(await readFile(at('homeauth.yaml'), 'utf8')).toContain('version: 2024.2.4');
  await logsIn();

  const failed = await homeauthEnds(4, ['upgrade', '--yes', '--to', '2024.4.4']);
  expect(failed.err.replace(/\s+/g, ' ')).toContain('authentik 2024.2.4 runs again');
  expect(failed.err).toContain('InconsistentMigrationHistory');
  expect(await runs()).toBe('2024.2.4');
  expect(await readFile(at('media', 'icon.png'), 'utf8')).toBe('icon');
  await expect(stat(at('upgrading.json'))).rejects.toThrow('ENOENT');
  await logsIn();
  expect((await homeauthEnds(0, ['apply'])).out).toBe('Everything is as it should be; nothing was changed.');
});

test('a password that was changed by hand is told before anything is touched', async () => {
  const right = await env();
  const wrong = right.replace(/^(POSTGRES_PASSWORD=).*$/m, `$1${'w'.repeat(64)}`);
  await writeFile(at('container-vars.env'), wrong);
  const before = await lives(place.engine);
  const refused = await homeauth(['apply']);
  expect(refused.code).toBe(2);
  expect(refused.err.replace(/\s+/g, ' ')).toContain('Both are the password of one database');
  expect(await env()).toBe(wrong);
  expect(await lives(place.engine)).toEqual(before);

  await writeFile(at('container-vars.env'), right);
  await homeauthEnds(0, ['apply']);
  expect(await lives(place.engine)).toEqual(before);
});
