import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plain } from '../fakes/homeauth.ts';
import { WHOAMI_IMAGE } from '../machine/names.ts';
import { apiRequests, changing } from './main-job/api.ts';
import { hostOf, Visitor, visitor } from './main-job/browser.ts';
import { startDebianCaddy } from './main-job/debian-caddy.ts';
import { homeauth, homeauthEnds } from './main-job/homeauth.ts';
import { containerNames, lives, networkNames } from './main-job/look.ts';
import { ownSites, startUsersCaddy, type UsersCaddy } from './main-job/own-caddy.ts';
import { domain, openPlace, type Place } from './main-job/place.ts';

let place: Place;
let caddy: UsersCaddy;
let original: string;
let running: string | undefined;
let password: string;

const caddyfile = () => readFile(caddy.caddyfile, 'utf8');
const knock = async (app: string) => (await visitor(place.engine)).ask(hostOf(app));
const mine = { status: 200, body: 'a page of my own' };
/** A Caddy that has just begun takes a moment for its first certificate. */
const isServed = () => expect.poll(() => knock('mine').catch(String), { timeout: 30_000 }).toMatchObject(mine);

beforeAll(async () => {
  place = await openPlace();
  caddy = await startUsersCaddy(place, 'directory');
  original = await caddyfile();
  running = (await lives(place.engine))['caddy'];
});
afterAll(() => place.close());

/** Directives whose order is Caddy's own affair. */
const wiki = `wiki.${domain} {
	log {
		output discard
	}
	respond "my wiki"
	handle /about {
		respond "about my wiki"
	}
	header X-Mine yes
}
`;

const secretFiles = ['container-vars.env', '.homeauth/token.env'];
/** What is made once; the network that is trusted may be another one the next time. */
const valuesOf = (text: string) => text.match(/^(POSTGRES_PASSWORD|AUTHENTIK_SECRET_KEY|HOMEAUTH_TOKEN)=.*$/gm);

test('a Caddy that is there is used: one line more in its Caddyfile, and its sites go on', async () => {
  await isServed();
  await homeauthEnds(0, place.init);
  password = await readFile(join(place.root, '.homeauth/admin-password'), 'utf8');
  const text = await caddyfile();
  expect(text.startsWith(original)).toBe(true);
  expect(text.slice(original.length)).toMatch(/^import \S*homeauth\.caddy # homeauth: .*\n$/);
  expect(await knock('mine')).toMatchObject(mine);
  expect(await knock('auth')).toMatchObject({ status: 302 });
  expect((await containerNames(place.engine)).filter((name) => name.includes('caddy'))).toEqual(['caddy']);
});

test('a Caddyfile that Caddy does not accept is named, and left as it is', async () => {
  const good = await caddyfile();
  const broken = good.replace('respond "a page', 'repsond "a page');
  await writeFile(caddy.caddyfile, broken);
  const refused = await homeauth(['add-app', 'whoami']);
  expect(refused.code).toBe(2);
  expect(plain(refused.err)).toContain(`Caddy does not accept ${caddy.caddyfile} as it is`);
  expect(refused.err).toContain('repsond');
  expect(await caddyfile()).toBe(broken);
  expect(await knock('mine')).toMatchObject(mine);
  await writeFile(caddy.caddyfile, good);
  await homeauthEnds(0, ['plan', '--exit-code']);
});

test('an app joins the sites of the user, and the container of Caddy is the same one', async () => {
  await homeauthEnds(0, ['add-app', 'whoami']);
  expect((await knock('whoami')).headers['location']).toContain(`https://auth.${domain}/application/o/authorize/`);
  expect(await knock('mine')).toMatchObject(mine);
  await place.engine.compose(['up', '--detach'], { cwd: caddy.directory });
  expect((await lives(place.engine))['caddy']).toBe(running);
});

test('a name that the user serves already is not taken', async () => {
  const served = `${await caddyfile()}\n${wiki}`;
  await writeFile(caddy.caddyfile, served);
  await place.engine.docker(['exec', '--workdir', '/etc/caddy', 'caddy', 'caddy', 'reload']);
  const refused = await homeauth(['add-app', 'wiki', '--upstream', 'whoami:80']);
  expect(refused.code).toBe(2);
  expect(plain(refused.err)).toContain(`${caddy.caddyfile} already serves wiki.${domain} by itself.`);
  expect(await caddyfile()).toBe(served);
  expect(await knock('wiki')).toMatchObject({ status: 200, body: 'my wiki' });
  await homeauthEnds(0, ['plan', '--exit-code']);
  original += `\n${wiki}`;
});

test('a site of the user goes behind the login as it is, and uninstall brings it back', async () => {
  const shown = await homeauth(['protect', `wiki.${domain}`]);
  expect(shown.code).toBe(0);
  expect(plain(shown.err)).toContain('log');
  expect((await knock('wiki')).headers['location']).toContain(`https://auth.${domain}/application/o/authorize/`);
  const helen = await visitor(place.engine);
  expect(await helen.open(hostOf('wiki'), 'helen', password)).toMatchObject({ status: 200, body: 'my wiki' });
  const inside = await helen.ask(`${hostOf('wiki')}/about`);
  expect(inside).toMatchObject({ status: 200, body: 'about my wiki' });
  expect(inside.headers['x-mine']).toBe('yes');
  expect(await caddyfile()).toContain(`\n#| wiki.${domain} {\n`);
  expect(await knock('mine')).toMatchObject(mine);
  await homeauthEnds(0, ['plan', '--exit-code']);
});

test('uninstall gives the Caddyfile back, and nothing of the Caddy goes', async () => {
  const { out } = await homeauthEnds(0, ['uninstall']);
  expect(plain(out)).toContain(`Your own sites come back in your Caddyfile, without this login: wiki.${domain}.`);
  expect(await caddyfile()).toBe(original);
  await expect(stat(join(dirname(caddy.caddyfile), 'homeauth.caddy'))).rejects.toThrow('ENOENT');
  expect(await containerNames(place.engine)).toEqual(['caddy']);
  expect(await networkNames(place.engine)).toEqual(['caddy_caddynet']);
  expect((await lives(place.engine))['caddy']).toBe(running);
  expect(await knock('mine')).toMatchObject(mine);
  await expect(knock('auth')).rejects.toThrow();
});

test('init takes the data up again, beside a Caddyfile that is itself the mount', async () => {
  const kept = () => Promise.all(secretFiles.map((path) => readFile(join(place.root, path), 'utf8')));
  const secrets = await kept();
  await place.engine.compose(['down'], { cwd: caddy.directory });
  caddy = await startUsersCaddy(place, 'file');
  original = await caddyfile();
  const { ino } = await stat(caddy.caddyfile);
  running = (await lives(place.engine))['caddy'];
  await isServed();

  await homeauthEnds(0, place.init);
  expect((await kept()).map(valuesOf)).toEqual(secrets.map(valuesOf));
  // The brake on guesses follows the addresses of the shared network, which was made anew.
  const changes = changing(await apiRequests(place.engine));
  expect(changes.length).toBeLessThanOrEqual(1);
  expect(changes.filter((change) => !change.startsWith('PATCH /api/v3/policies/expression/'))).toEqual([]);
  const home = await (await visitor(place.engine)).open(hostOf('auth'), 'helen', password);
  expect(home).toMatchObject({ status: 200, url: { pathname: '/if/user/' } });
  expect(await caddyfile()).toMatch(/^# homeauth: begin[\s\S]*\nauth\.home\.example\.com \{[\s\S]*^# homeauth: end$/m);
  expect((await stat(caddy.caddyfile)).ino).toBe(ino);
  expect(await knock('mine')).toMatchObject(mine);
  expect(await knock('auth')).toMatchObject({ status: 302 });
  expect((await knock('whoami')).headers['location']).toContain(`https://auth.${domain}/`);
});

/** Its port is for this server alone, where a Caddy that is on the server's network asks it. */
const startApp = () =>
  place.engine.docker(['run', '--detach', '--name', 'notes', '--publish', '127.0.0.1:8081:80', WHOAMI_IMAGE]);

test('it moves to a Caddy on the network of this server, by homeauth.yaml alone', async () => {
  await homeauthEnds(0, ['remove-app', 'whoami', '--yes']);
  const [former, was] = [caddy.caddyfile, original];
  await place.engine.compose(['down'], { cwd: caddy.directory });
  caddy = await startUsersCaddy(place, 'host');
  original = await caddyfile();
  running = (await lives(place.engine))['caddy'];
  await isServed();
  const file = join(place.root, 'homeauth.yaml');
  await writeFile(file, `${await readFile(file, 'utf8')}\nproxy: host-caddy\n`);
  await homeauthEnds(0, ['apply', '--yes']);
  expect(await readFile(former, 'utf8')).toBe(was);
  expect(await caddyfile()).toContain('\tforward_auth http://127.0.0.1:910 {');
  expect(await knock('mine')).toMatchObject(mine);
});

test('an app that this server alone reaches goes behind the login there, and uninstall leaves all as it was', async () => {
  await startApp();
  await homeauthEnds(0, ['add-app', 'notes', '--upstream', '127.0.0.1:8081']);
  const helen = await visitor(place.engine);
  expect(await helen.open(hostOf('notes'), 'helen', password)).toMatchObject({
    status: 200,
    body: expect.stringMatching(/X-Authentik-Username: helen/i),
  });
  expect((await knock('notes')).headers['location']).toContain(`https://auth.${domain}/application/o/authorize/`);
  expect(await knock('mine')).toMatchObject(mine);
  await homeauthEnds(0, ['plan', '--exit-code']);
  await homeauthEnds(0, ['uninstall']);
  expect(await caddyfile()).toBe(original);
  expect(await knock('mine')).toMatchObject(mine);
  expect((await lives(place.engine))['caddy']).toBe(running);
});

test('init finds Debian’s Caddy, which systemd runs, and leaves it as it was', async () => {
  await place.engine.compose(['down'], { cwd: caddy.directory });
  // Nothing is left that says how it was: what follows is found out.
  await rm(join(place.root, 'homeauth.yaml'));
  const debian = await startDebianCaddy(ownSites);
  try {
    const homeauthHere = (...args: readonly string[]) => homeauthEnds(0, args, {}, debian.here);
    const someone = async () => new Visitor(await debian.authority());
    const asked = async (app: string) => (await someone()).ask(hostOf(app));
    await expect.poll(() => asked('mine').catch(String), { timeout: 30_000 }).toMatchObject(mine);
    const pid = await debian.systemctl('show', '--property=MainPID', 'caddy');

    await homeauthHere(...place.init);
    expect(await readFile(join(place.root, 'homeauth.yaml'), 'utf8')).toMatch(/^proxy: host-caddy$/m);
    await homeauthHere('add-app', 'notes', '--upstream', '127.0.0.1:8081');
    expect((await asked('notes')).headers['location']).toContain(`https://auth.${domain}/application/o/authorize/`);
    expect(await (await someone()).open(hostOf('notes'), 'helen', password)).toMatchObject({ status: 200 });
    expect(await asked('mine')).toMatchObject(mine);
    await homeauthHere('plan', '--exit-code');
    // It was loaded, and nothing was started anew; what systemd starts is the same.
    expect(await debian.systemctl('show', '--property=MainPID', 'caddy')).toBe(pid);
    await debian.systemctl('restart', 'caddy');
    expect((await asked('notes')).headers['location']).toContain(`https://auth.${domain}/application/o/authorize/`);
    await homeauthHere('verify');

    await homeauthHere('uninstall', '--confirm', domain);
    expect(await readFile(debian.caddyfile, 'utf8')).toBe(ownSites);
    expect(await asked('mine')).toMatchObject(mine);
    await expect(asked('auth')).rejects.toThrow();
    await expect(stat(join(dirname(debian.caddyfile), 'homeauth.caddy'))).rejects.toThrow('ENOENT');
    expect(await containerNames(place.engine)).toEqual(['notes']);
    await expect(stat(place.base)).rejects.toThrow('ENOENT');
  } finally {
    await debian.close();
  }
});
