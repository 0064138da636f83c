import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authentikImage, REDIS_IMAGE } from '../machine/names.ts';
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
  await homeauthEnds(0, [...place.init, '--authentik-version', release, '--allow-unsupported']);
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
  const { rungs, problems } = JSON.parse(out);
  expect(rungs.map(({ release: to }: { release: string }) => to)).toHaveLength(15);
  const found = rungs.map(({ effects, problems: stops }: Record<string, { code: string }[]>) => [effects, stops]);
  expect(found[0]).toEqual([[expect.objectContaining({ code: 'files-move' }), expect.anything()], []]);
  expect(found.flatMap(([, stops]: { code: string }[][]) => stops)).toEqual([]);
  // The images of all of them may be more than the disk of this machine has room for.
  expect(problems.filter((one: { code: string }) => one.code !== 'disk-full')).toEqual([]);
  expect(code).toBe(problems.length === 0 ? 0 : 4);
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
