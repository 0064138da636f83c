import { randomInt } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openApi } from './main-job/api.ts';
import { hostOf, visitor } from './main-job/browser.ts';
import { homeauth, homeauthEnds, says, startHomeauth } from './main-job/homeauth.ts';
import { containerNames, networkNames } from './main-job/look.ts';
import { domain, openPlace, type Place } from './main-job/place.ts';

let place: Place;
beforeAll(async () => {
  place = await openPlace();
});
afterAll(() => place.close());

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('Ctrl-C stops init at a safe point, and says how to go on', async () => {
  const starting = startHomeauth(place.init);
  expect(await says(starting, '✓ networks')).toBe(true);
  starting.kill('SIGINT');
  const { exitCode, stderr } = await starting;
  expect(exitCode).toBe(130);
  expect(stderr).toContain('Stopping at the next safe point.');
  expect(stderr).toContain('Run the same command again: it goes on from here.');
});

test('killed at any moments, init goes on the next time, and makes nothing twice', async () => {
  const moments: number[] = [];
  for (let n = 0; n < 5; n++) {
    const ms = randomInt(200, 4000);
    const starting = startHomeauth(place.init);
    const over = await Promise.race([starting, pause(ms)]);
    if (over) break;
    starting.kill('SIGKILL');
    await starting;
    moments.push(ms);
  }
  console.info(`killed after ${moments.join(', ')} ms`);
  const { took } = await homeauthEnds(0, place.init);
  console.info(`the last run took ${(took / 1000).toFixed(1)} s`);

  const stack = ['authentik', 'authentik-postgresql', 'authentik-worker', 'caddy'];
  expect(await containerNames(place.engine)).toEqual(stack);
  expect(await networkNames(place.engine)).toEqual(['authentik_backend', 'authentik_proxy', 'caddy_caddynet']);
  const api = await openApi(place);
  const of = async (collection: string, field: string) =>
    (await api.list(collection)).map((row) => String(row[field])).filter((name) => !name.startsWith('ak-outpost-'));
  expect(await of('providers/proxy', 'name')).toEqual(['Home forward auth']);
  expect(await of('core/applications', 'slug')).toEqual(['home']);
  expect(await of('core/tokens', 'identifier')).toEqual(['homeauth']);
  const users = await of('core/users', 'username');
  expect(users.toSorted()).toEqual(['akadmin', 'helen', 'homeauth']);
  expect(await readdir(join(place.root, '.homeauth'))).not.toContain('bootstrap.env');

  const password = await readFile(join(place.root, '.homeauth/admin-password'), 'utf8');
  const home = await (await visitor(place.engine)).open(hostOf('auth'), 'helen', password);
  expect(home).toMatchObject({ status: 200, url: { pathname: '/if/user/' } });
  expect(await homeauth(['plan', '--exit-code'])).toMatchObject({ code: 0 });
});

test('docker compose up alone brings up a stack whose database was emptied', async () => {
  const { engine, root } = place;
  await engine.compose(['down'], { cwd: root });
  const database = join(root, 'db');
  for (const name of await readdir(database)) await rm(join(database, name), { recursive: true });
  await engine.compose(['up', '--detach', '--wait'], { cwd: root });
  const question = 'select rolname, rolsuper, rolpassword is not null from pg_authid where rolcanlogin order by 1';
  const psql = ['psql', '-X', '-A', '-t', '-U', 'postgres', '-d', 'authentik', '-c', question];
  const said = await engine.compose(['exec', 'authentik-postgresql', ...psql], { cwd: root });
  expect(said).toBe('authentik|f|t\npostgres|t|f');
  // authentik got in: it has made its own tables, or what stands in for it has.
  const owners = "select count(*) > 0 from pg_class where relkind = 'r' and pg_get_userbyid(relowner) = 'authentik'";
  const tables = await engine.compose(['exec', 'authentik-postgresql', ...psql.slice(0, -1), owners], { cwd: root });
  expect(tables).toBe('t');
});

test('and all of it is known to be homeauth’s: nothing is left in the end', async () => {
  await homeauthEnds(0, ['uninstall', '--confirm', domain]);
  expect(await containerNames(place.engine)).toEqual([]);
  expect(await networkNames(place.engine)).toEqual([]);
  await expect(stat(place.base)).rejects.toThrow('ENOENT');
  await expect(stat('/etc/homeauth')).rejects.toThrow('ENOENT');
});
