import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import type { Program } from '../fakes/program.ts';
import type { Keys } from '../fakes/terminal.ts';
import { theirContainer } from '../fakes/their-container.ts';
import { whoami } from '../fakes/whoami.ts';
import { type FakeWorld, fakeWorld } from '../fakes/world.ts';

const inOneLine = (text: string) => text.replace(/\s+/g, ' ');

describe('homeauth apps, on a server without anything', () => {
  const nowhere = fakeWorld();
  const untouched = new Proxy({}, { get: (_, name) => expect.fail(`asked for ${String(name)}`) }) as never;
  const homeauth = homeauthIn(nowhere, { world: { ...nowhere.world, docker: untouched, files: untouched } });
  afterAll(() => nowhere.close());

  test('finds apps by a word of name, title, category or image, a line each', async () => {
    const { code, out } = await homeauth('apps', [['photos']]);
    expect(code).toBe(0);
    expect(out).toMatch(/^immich +OpenID Connect +documented +Immich$/m);
    expect(out).toMatch(/^photoview +forward auth +a guess +Photoview$/m);
    expect(out).not.toMatch(/jellyfin/);
    expect((await homeauth('apps', [['requarks']])).out).toMatch(/^wikijs /m);
    expect((await homeauth('apps', [['Wiki.js']])).out).toMatch(/^wikijs /m);
  });

  test('has a line that fits for each of all apps', async () => {
    const lines = (await homeauth('apps', [[]])).out.split('\n');
    const rows = lines.filter((line) => /(documented|reported|a guess) {2,}\S/.test(line));
    expect(rows.length).toBeGreaterThanOrEqual(100);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(80);
  });

  test('says of one how it logs in and why, what is written, what stays open and what goes wrong', async () => {
    const { out } = await homeauth('apps', [['immich']]);
    const text = inOneLine(out);
    expect(text).toMatch(/logs in by OpenID Connect.* because It speaks OpenID Connect itself/);
    expect(text).toMatch(/Known to go wrong: · Behind forward auth the phone app cannot log in/);
    expect(text).toContain('/api/*: mobile app, and the app authenticates by itself');
    expect(text).toContain('PUT /api/system-config');
    expect(out).toMatch(/^ {6}clientId: "\{clientId\}"$/m);
    expect(text).toMatch(/In doubt, from memory: · The fields of oauth are those of/);
    expect(text).toContain('https://github.com/immich-app/immich/issues/30869');
    expect(out.trimEnd()).toMatch(/\n\nNext: homeauth add-app immich$/);
  });

  test('says so where there is none, and names the nearest', async () => {
    const { code, failure } = await homeauth('apps', [['imich']]);
    expect(code).toBe(2);
    expect(failure).toMatchObject({
      code: 'app-unknown',
      problem: 'homeauth knows no app like "imich".',
      fix: 'Did you mean: homeauth apps immich',
    });
    const none = await homeauth('apps', [['qqqqqqqqqq']]);
    expect([none.code, none.failure?.fix]).toEqual([2, 'See all of them: homeauth apps']);
  });

  test('as data for scripts', async () => {
    const { out } = await homeauth('apps', [['immich']], {}, { json: true });
    expect(JSON.parse(out)).toMatchObject({
      schema: 'homeauth.apps/1',
      ok: true,
      apps: [{ name: 'immich', login: { use: 'oidc' }, oidc: { 'configured-by': 'api' }, confidence: 'docs' }],
    });
    const found = JSON.parse((await homeauth('apps', [['photos']], {}, { json: true })).out);
    expect(found.apps[0]).toEqual({
      ...{ name: 'immich', title: 'Immich', category: 'photos', login: 'oidc', confidence: 'docs' },
      image: 'ghcr.io/immich-app/immich-server',
    });
  });
});

describe('homeauth add-app of an app that homeauth knows', () => {
  /** Any app, at the ports of all. */
  const anything: Program = async (around) => {
    const running = await whoami(around);
    const port = running.ports.get(80) ?? 0;
    return { ...running, ports: new Map([80, 8989, 32400].map((inside) => [inside, port])) };
  };
  let fake: FakeWorld;
  beforeAll(async () => {
    const isOurs = (image: string) => /^(ghcr\.io\/goauthentik|postgres|caddy)/.test(image);
    fake = await installed([], { program: (image) => (isOurs(image) ? undefined : anything) });
    for (const [name, image] of [
      ['my-sonarr', 'ghcr.io/linuxserver/sonarr:4.0.0'],
      ['immich-server', 'ghcr.io/immich-app/immich-server:v2'],
      ['jellyfin', 'jellyfin/jellyfin:10.11'],
      ['grocy', 'lscr.io/linuxserver/grocy'],
      ['plex', 'plexinc/pms-docker:latest'],
    ] as const)
      await theirContainer(fake, name, { image, project: 'theirs' });
    // Pulled since, and not started anew.
    fake.docker.images.set('jellyfin/jellyfin:10.11', `sha256:${'b'.repeat(64)}`);
    return () => fake.close();
  });

  const add = (name: string | undefined, flags: object = {}, answers?: readonly Keys[]) =>
    homeauthIn(fake)('add-app', [name], { ...flags }, answers);
  const written = async () => (await fake.files.read(at('homeauth.yaml'))) ?? '';

  test('takes title and upstream from the catalogue and the container, and says before what goes wrong', async () => {
    const { failure, err } = await add('sonarr');
    expect(failure).toBeUndefined();
    const text = await written();
    expect(text).toMatch(/- name: sonarr\n +title: Sonarr\n +upstream: my-sonarr:8989\n/);
    expect(inOneLine(err)).toMatch(/Known of Sonarr: · .*paths of it.*homeauth apps sonarr This will be made/);
    expect((await add('sonarr', { upstream: 'my-sonarr:8989', dryRun: true })).out).toMatch(/^Nothing to change/);
    expect((await add('sonarr', { dryRun: true })).err).toBe('');
  });

  test('goes no further where it is better left alone, but by its owner’s word', async () => {
    const [name, why] = ['plex', /better left/] as const;
    const before = await written();
    const { failure, code } = await add(name, { yes: true });
    expect([code, failure?.code]).toEqual([2, 'login-not-possible']);
    expect(failure?.problem).toMatch(why);
    expect([failure?.fix].flat().join('\n')).toContain(`homeauth add-app ${name} --login forward-auth`);

    const asked = await add(name, {}, ['n']);
    expect(asked.failure?.code).toBe('refused');
    expect(inOneLine(asked.err)).toMatch(/everybody can open it\?$/);
    expect(await written()).toBe(before);
  });

  test('goes on with the flag, and a plan says what is wrong with it and asks nothing', async () => {
    const { failure, err, out } = await add('immich', { login: 'forward-auth', dryRun: true });
    expect(failure).toBeUndefined();
    expect(inOneLine(err)).toMatch(/phone app cannot log in/);
    expect(out).toContain('immich.home.example.com');
  });

  test('lets an app that speaks OpenID Connect do so, and has nothing to warn of', async () => {
    const { failure, err, out } = await add('immich', { dryRun: true });
    expect(failure).toBeUndefined();
    expect(err).toBe('');
    expect(inOneLine(out)).toContain('immich OpenID Connect');
  });

  test('without a name offers those that run, and takes a yes at the question for its owner’s word', async () => {
    const { failure, code } = await add(undefined);
    expect([code, failure?.code]).toEqual([2, 'answer-missing']);
    expect(failure?.details).toMatch(/^immich +container immich-server\njellyfin +container jellyfin\ngrocy .*\nplex /);
    const picked = await add(undefined, {}, ['Plex (plex)', 'y', 'y', '']);
    expect(picked.failure).toBeUndefined();
    expect(await written()).toMatch(/- name: plex\n +title: Plex\n +upstream: plex:32400\n +login: none\n/);
    expect((await add(undefined)).failure?.details).not.toMatch(/plex/);
  });
});
