import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { revisionVariable } from '../../src/model/label.ts';
import { Secret } from '../../src/model/secret.ts';
import { occ, signsIn } from '../fakes/apps.ts';
import { homeauthIn, plain } from '../fakes/homeauth.ts';
import { at, changeConfig, installed } from '../fakes/installed.ts';
import { cutAt, PowerCut } from '../fakes/power.ts';
import { fakeTerminal } from '../fakes/terminal.ts';
import { theirContainer } from '../fakes/their-container.ts';
import { copyOf, type FakeWorld } from '../fakes/world.ts';

let first: FakeWorld;
let fake: FakeWorld;
let homeauth: ReturnType<typeof homeauthIn>;
const directory = '/opt/feeds';
const override = `${directory}/compose.override.yaml`;
const flags = { upstream: 'feeds:80', login: 'oidc', composeUp: true };
const nothing = 'Everything is as it should be; nothing was changed.';
const image = 'traefik/whoami:v1.11.0';
const theirs = (lines = '') => `services: { feeds: { image: ${image}, environment: { OWN: theirs }${lines} } }\n`;

beforeAll(async () => {
  first = await installed(['whoami']);
  await first.files.makeDirectory(directory, 0o755, { uid: 1000, gid: 1000 });
  await first.files.write(`${directory}/compose.yaml`, theirs(), 0o644);
  await theirContainer(first, 'feeds');
});
afterAll(() => first.close());
beforeEach(() => begin());
afterEach(() => fake.close());

async function begin(): Promise<void> {
  await fake?.close();
  fake = await copyOf(first);
  homeauth = homeauthIn(fake);
}

const variables = async () => (await fake.docker.container('feeds'))?.environment ?? {};
const ran = (there: FakeWorld) => {
  const calls: string[] = [];
  const { composeUp } = there.docker;
  there.docker.composeUp = async (service) => {
    calls.push(service.files.join(' '));
    return composeUp.call(there.docker, service);
  };
  return calls;
};

/** Docker's `docker stop`, which the fake has no need of otherwise. */
async function stopped(): Promise<void> {
  const box = fake.docker.boxes.get('feeds')!;
  await box.running?.stop();
  box.running = undefined;
}

test('one command: the container is made anew with the lines, and nothing is left to do', async () => {
  const calls = ran(fake);
  const planned = await homeauth('add-app', ['miniflux'], { ...flags, dryRun: true });
  expect(plain(planned.out)).toMatch(
    /compose-service:\/opt\/feeds:feeds BASE_URL, \S+ \S+ and 8 more: not in the container yet/,
  );
  expect(calls).toEqual([]);

  const added = await homeauth('add-app', ['miniflux'], flags);
  expect(added.failure).toBeUndefined();
  expect(calls).toEqual([`${directory}/compose.yaml ${override}`]);
  expect(await fake.files.read(at('homeauth.yaml'))).toMatch(/service: feeds\n +up: true\n/);
  const env = (await fake.files.read(at('apps/miniflux.env'))) ?? '';
  const [, secret = ''] = /^OAUTH2_CLIENT_SECRET=(.+)$/m.exec(env) ?? [];
  expect(await variables()).toMatchObject({ OWN: 'theirs', OAUTH2_CLIENT_SECRET: secret });
  expect(plain(added.err, added.out)).not.toContain('next step');
  expect(plain(added.err)).toContain('belongs to user 1000');
  expect(plain(added.out)).toContain('what else has to be done in it; its settings are there');
  expect(plain(added.err, added.out)).not.toContain('does not trust');
  const ledger = (await fake.files.read(at('.homeauth/ledger.json'))) ?? '';
  expect(ledger).toContain('compose-service:/opt/feeds:feeds');
  for (const text of [added.err, added.out, planned.out, ledger]) expect(text).not.toContain(secret);

  expect((await homeauth('apply')).out).toBe(nothing);
  expect((await homeauth('add-app', ['miniflux'], { composeUp: true })).failure).toBeUndefined();
  expect(plain((await homeauth('app', ['miniflux'])).out)).toContain('homeauth makes the container anew');
  expect(calls).toHaveLength(1);

  const rotated = await homeauth('rotate app', ['miniflux']);
  expect(rotated).toMatchObject({ code: 0 });
  expect(plain(rotated.out)).toContain('the former client secret is refused invalid_client');
  expect(plain(rotated.out)).toContain('its container was made anew, and has the new secret');
  expect(plain(rotated.out)).not.toContain('docker compose up -d');
  expect((await variables())['OAUTH2_CLIENT_SECRET']).not.toBe(secret);
  expect(calls).toHaveLength(2);

  const leaving = await homeauth('remove-app', ['miniflux'], { dryRun: true });
  expect(plain(leaving.out)).toContain(
    'made anew without what homeauth told it (docker compose up -d); its data stays',
  );
  const removed = await homeauth('remove-app', ['miniflux']);
  expect(removed.failure).toBeUndefined();
  expect(plain(removed.err)).toContain('homeauth makes its container anew without them: docker compose up -d feeds');
  expect(calls).toEqual([...calls.slice(0, 2), `${directory}/compose.yaml`]);
  expect(plain(removed.out)).toContain('Its own container was made anew without homeauth; its data is untouched.');
  expect(await fake.files.read(override)).toBeUndefined();
  expect(await variables()).not.toHaveProperty('OAUTH2_CLIENT_SECRET');
  expect(await variables()).not.toHaveProperty(revisionVariable);
  expect((await fake.docker.container('feeds'))?.running).toBe(true);
  expect((await homeauth('apply')).out).toBe(nothing);
});

test('an app that is set by commands trusts the authority before they run, in one command; another authority makes it anew', async () => {
  const authority = (name: string) =>
    fake.docker.writeFile(
      'caddy',
      '/data/caddy/pki/authorities/local/root.crt',
      new Secret(`-----BEGIN CERTIFICATE-----\n${name}\n-----END CERTIFICATE-----\n`),
    );
  await authority('first');
  const { ran: commands } = occ(fake, 'feeds');
  const calls = ran(fake);
  const added = await homeauth('add-app', ['nextcloud'], { ...flags, settingsIn: 'feeds' });
  expect(added.failure).toBeUndefined();
  expect(commands.length).toBeGreaterThan(0);
  const trusted = () => fake.docker.readFile('feeds', '/etc/homeauth/authorities.pem');
  expect(await trusted()).toContain('first');
  expect((await homeauth('apply')).out).toBe(nothing);
  // A file that is mounted by itself is seen as it was when the container was made.
  await authority('second');
  expect((await homeauth('apply')).failure).toBeUndefined();
  expect(await trusted()).toContain('second');
  expect(calls).toHaveLength(2);
});

test('at a terminal it is asked for after the file; without a yes, and without a terminal, Compose is left alone', async () => {
  const calls = ran(fake);
  const asked = { upstream: 'feeds:80', login: 'oidc' };
  const keys = fakeTerminal(['', 'n', 'y', '']);
  const added = await homeauthIn(fake)('add-app', ['miniflux'], asked, keys);
  expect(added.failure).toBeUndefined();
  expect(plain(added.err)).toContain('May homeauth run docker compose up -d feeds in /opt/feeds, now and whenever');
  expect(plain(added.err)).toContain(
    '/opt/feeds, on the way to /opt/feeds/compose.yaml, belongs to user 1000, not to root. homeauth runs docker compose as root',
  );
  expect(plain(added.err)).toContain('your next step');
  expect(calls).toEqual([]);
  const late = await homeauth('add-app', ['miniflux'], { composeUp: true });
  expect(late.failure).toMatchObject({ code: 'override-not-possible' });
  expect(plain(late.failure?.fix)).toContain(`compose-override: { file: ${override}, service: feeds, up: true }`);

  await changeConfig(fake.files, (text) => text.replace(/( +)service: feeds\n/, '$&$1up: true\n'));
  expect((await homeauth('apply')).failure).toBeUndefined();
  expect(calls).toHaveLength(1);
  // Taken back: nothing is run, and the file stays for its owner.
  await changeConfig(fake.files, (text) => text.replace(/ +up: true\n/, ''));
  expect((await homeauth('apply')).failure).toBeUndefined();
  expect(calls).toHaveLength(1);
  expect(await fake.files.read(override)).toContain('env_file');
  expect((await homeauth('apply')).out).toBe(nothing);
});

test('variables that only a shell had are named before anything is changed', async () => {
  const calls = ran(fake);
  await fake.files.write(`${directory}/compose.yaml`, theirs(', volumes: ["${MEDIA}:/media"]'), 0o644);
  const before = await fake.files.read(at('homeauth.yaml'));
  const refused = await homeauth('add-app', ['miniflux'], flags);
  expect(refused).toMatchObject({ code: 2, failure: { code: 'compose-up-refused' } });
  expect(plain(refused.failure?.problem)).toContain('MEDIA');
  expect(plain(refused.failure?.fix)).toContain(`${directory}/.env`);
  expect(await fake.files.read(at('homeauth.yaml'))).toBe(before);
  expect(await fake.files.read(override)).toBeUndefined();
  expect(calls).toEqual([]);
  await fake.files.write('/opt/media', '', 0o644);
  await fake.files.write(`${directory}/.env`, 'MEDIA=/opt/media\n', 0o644);
  expect((await homeauth('add-app', ['miniflux'], flags)).failure).toBeUndefined();

  // Before another secret is made, too.
  await fake.files.remove(`${directory}/.env`);
  const secret = await fake.files.read(at('.homeauth/apps/miniflux.env'));
  expect((await homeauth('rotate app', ['miniflux'])).failure).toMatchObject({ code: 'compose-up-refused' });
  expect(await fake.files.read(at('.homeauth/apps/miniflux.env'))).toBe(secret);
  expect((await homeauth('apply')).out).toBe(nothing);

  // When it leaves, that goes on, and says what is left.
  const removed = await homeauth('remove-app', ['miniflux']);
  expect(removed.failure).toBeUndefined();
  expect(plain(removed.err)).toContain('homeauth did not run Compose in /opt/feeds');
  expect(calls).toHaveLength(1);
  expect((await homeauth('apply')).out).toBe(nothing);
});

test('another image or other data is refused before anything is changed, and so is a file that is another one', async () => {
  const calls = ran(fake);
  const refused = async (text: string) => {
    await fake.files.write(`${directory}/compose.yaml`, text, 0o644);
    const { code, failure } = await homeauth('add-app', ['miniflux'], flags);
    expect({ code, failure }).toMatchObject({ code: 2, failure: { code: 'compose-up-refused' } });
    expect(await fake.files.read(override)).toBeUndefined();
    return plain(failure?.problem, failure?.fix);
  };
  expect(await refused(theirs().replace(image, 'miniflux:next'))).toMatch(
    /miniflux:next in place of traefik.* cd \/opt\/feeds && docker compose up -d feeds/,
  );
  expect(await refused(theirs().replace('feeds:', 'reader:'))).toContain(
    `${directory}/compose.yaml has no service feeds.`,
  );
  expect(calls).toEqual([]);

  await fake.files.write(`${directory}/compose.yaml`, theirs(), 0o644);
  expect((await homeauth('add-app', ['miniflux'], flags)).failure).toBeUndefined();
  // What its owner adds to the override file counts, too.
  const text = (await fake.files.read(override)) ?? '';
  await fake.files.write('/opt/media', '', 0o644);
  await fake.files.write(override, text.replace('volumes:\n', '$&      - /opt/media:/media\n'), 0o644);
  expect((await homeauth('rotate app', ['miniflux'])).failure).toBeUndefined();
  expect((await homeauth('rotate app', ['miniflux'])).failure).toBeUndefined();
  await fake.files.write(override, text, 0o644);
  const { failure } = await homeauth('rotate app', ['miniflux']);
  expect(plain(failure?.problem)).toContain('nothing at /media in place of /opt/media');
  expect((await homeauth('apply')).out).toBe(nothing);
});

test('a secret that the compose file sets itself is named, and so are lines that its owner took out', async () => {
  await fake.files.write(
    `${directory}/compose.yaml`,
    `services: { feeds: { image: ${image}, environment: { OAUTH2_CLIENT_SECRET: mine, OAUTH2_USER_CREATION: "0" } } }\n`,
    0o644,
  );
  const refused = await homeauth('add-app', ['miniflux'], flags);
  expect(refused).toMatchObject({ code: 5, failure: { code: 'compose-up-refused' } });
  expect(plain(refused.failure?.problem)).toMatch(/would not get: OAUTH2_CLIENT_SECRET\.$/);
  await fake.files.write(
    `${directory}/compose.yaml`,
    `services: { feeds: { image: ${image}, environment: { OAUTH2_USER_CREATION: "0" } } }\n`,
    0o644,
  );
  // What is no secret is its owner's to set.
  expect((await homeauth('apply')).failure).toBeUndefined();
  expect((await variables())['OAUTH2_USER_CREATION']).toBe('0');
  expect((await homeauth('apply')).out).toBe(nothing);

  const text = (await fake.files.read(override)) ?? '';
  await fake.files.write(override, '# mine\nservices: {}\n', 0o644);
  const rotated = await homeauth('rotate app', ['miniflux']);
  expect(rotated.failure).toMatchObject({ code: 'compose-up-refused' });
  expect(plain(rotated.failure?.fix)).toContain(`env_file: [${at('apps/miniflux.env')}]`);
  await fake.files.write(override, `${text}# mine\n`, 0o644);
  expect((await homeauth('apply')).failure).toBeUndefined();
  // It stays with what its owner wrote into it, who is told.
  const removed = await homeauth('remove-app', ['miniflux']);
  expect(removed.failure).toBeUndefined();
  expect(plain(removed.err)).toContain(`${override} stays, so homeauth did not run Compose.`);
  expect(await fake.files.read(override)).toContain('# mine');
  expect((await homeauth('apply')).out).toBe(nothing);
});

test('a container that its owner has stopped is not started', async () => {
  expect((await homeauth('add-app', ['miniflux'], flags)).failure).toBeUndefined();
  const calls = ran(fake);
  await stopped();
  const rotated = await homeauth('rotate app', ['miniflux']);
  expect(rotated.failure).toBeUndefined();
  expect(plain(rotated.out)).toContain('docker compose up -d');
  expect((await homeauth('apply')).out).toBe(nothing);
  expect(calls).toEqual([]);
  const removed = await homeauth('remove-app', ['miniflux']);
  expect(removed.failure).toBeUndefined();
  expect(plain(removed.err)).toContain('To start it: cd /opt/feeds && docker compose up -d feeds');
  expect(calls).toEqual([]);
  expect((await fake.docker.container('feeds'))?.running).toBe(false);
  expect((await homeauth('apply')).out).toBe(nothing);
});

test('where Compose fails, its words are told, and apply goes on', async () => {
  const { composeUp } = fake.docker;
  fake.docker.composeUp = async () => ['Error response from daemon: port is already allocated'];
  const failed = await homeauth('add-app', ['miniflux'], flags);
  expect(failed).toMatchObject({ code: 5, failure: { code: 'compose-up-failed' } });
  expect(plain(failed.failure?.details)).toContain('port is already allocated');
  fake.docker.composeUp = composeUp;
  // Compose has made it, and could not start it.
  await stopped();
  expect((await homeauth('apply')).failure).toBeUndefined();
  expect((await fake.docker.container('feeds'))?.running).toBe(true);
  expect(await variables()).toHaveProperty('OAUTH2_CLIENT_SECRET');
  expect((await homeauth('apply')).out).toBe(nothing);
});

test('after a power cut around Compose, the next run finishes it, and gives it back', async () => {
  const whole = cutAt(fake);
  await homeauthIn(fake, whole.over)('add-app', ['miniflux'], flags);
  const up = whole.effects.findIndex((effect) => effect.startsWith('docker.composeUp')) + 1;
  expect(up).toBeGreaterThan(0);
  for (const [n, when] of [
    [up - 1, 'after'],
    [up, 'before'],
    [up, 'after'],
    [up + 1, 'after'],
  ] as const) {
    await begin();
    const cut = homeauthIn(fake, cutAt(fake, n, when).over)('add-app', ['miniflux'], flags);
    await expect(cut, whole.effects[n - 1]).rejects.toThrow(PowerCut);
    expect((await homeauth('apply')).failure).toBeUndefined();
    expect(await variables()).toHaveProperty('OAUTH2_CLIENT_SECRET');
    expect((await homeauth('apply')).out).toBe(nothing);
  }
  const leaving = cutAt(fake);
  const kept = await copyOf(fake);
  await homeauthIn(fake, leaving.over)('remove-app', ['miniflux']);
  const gone = leaving.effects.findIndex((effect) => effect.startsWith('docker.composeUp')) + 1;
  expect(leaving.effects.indexOf(`files.remove ${override}`)).toBeLessThan(gone);
  for (const when of ['before', 'after'] as const) {
    await fake.close();
    fake = await copyOf(kept);
    homeauth = homeauthIn(fake);
    const cut = homeauthIn(fake, cutAt(fake, gone, when).over)('remove-app', ['miniflux']);
    await expect(cut).rejects.toThrow(PowerCut);
    expect((await homeauth('apply')).failure).toBeUndefined();
    expect(await variables()).not.toHaveProperty(revisionVariable);
    expect((await homeauth('apply')).out).toBe(nothing);
  }
  await kept.close();
});

test('passwords of its own go off and on with the container, and nobody is sent to Compose', async () => {
  expect((await homeauth('add-app', ['miniflux'], flags)).failure).toBeUndefined();
  signsIn(fake, 'miniflux', {
    start: '/oauth2/oidc/redirect',
    callback: '/oauth2/oidc/callback',
    home: '/unread',
  });
  const off = await homeauth('app', ['miniflux'], { onlySso: true }, fakeTerminal());
  expect(off.failure).toBeUndefined();
  expect(await variables()).toMatchObject({ DISABLE_LOCAL_AUTH: '1' });
  expect(plain(off.out)).not.toContain('This counts once');
  const on = await homeauth('app', ['miniflux'], { onlySso: false });
  expect(on.failure).toBeUndefined();
  expect(plain(on.out)).not.toContain('This counts once');
  expect(await variables()).not.toHaveProperty('DISABLE_LOCAL_AUTH');
  expect((await homeauth('app', ['miniflux'], { onlySso: true }, fakeTerminal())).failure).toBeUndefined();
  expect((await homeauth('remove-app', ['miniflux'])).failure).toBeUndefined();
  expect(await variables()).not.toHaveProperty('DISABLE_LOCAL_AUTH');
});

test('uninstall makes it anew without homeauth, with the data or without', async () => {
  expect((await homeauth('add-app', ['miniflux'], flags)).failure).toBeUndefined();
  const kept = await copyOf(fake);
  for (const confirm of [undefined, 'home.example.com']) {
    await fake.close();
    fake = await copyOf(kept);
    homeauth = homeauthIn(fake);
    const { failure } = await homeauth('uninstall', [], { yes: true, ...(confirm && { confirm }) });
    expect(failure).toBeUndefined();
    expect(await fake.files.read(override)).toBeUndefined();
    expect(await variables()).toMatchObject({ OWN: 'theirs' });
    expect(await variables()).not.toHaveProperty(revisionVariable);
    expect(await fake.files.read(`${directory}/compose.yaml`)).toBe(theirs());
  }
  await kept.close();
});
