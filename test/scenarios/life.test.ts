import { afterEach, expect, test } from 'vitest';
import { homeauthIn, initFlags } from '../fakes/homeauth.ts';
import { type FakeWorld, fakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
afterEach(() => fake.close());

/** Requests to the API that change something; the dialogue of a login is not one of them. */
const changes = () =>
  fake.servers
    .flatMap(({ requests }) => requests)
    .filter(({ method, path }) => method !== 'GET' && path.startsWith('/api/') && !path.includes('/flows/executor/'));

test('a whole life: init, again, an app, again, an app less, uninstall, taken up again, gone', async () => {
  fake = fakeWorld({ standin: { checkSchema: true } });
  const files = fake.files;
  const homeauth = homeauthIn(fake);
  const before = files.snapshot();

  const first = await homeauth('init', [], initFlags);
  expect(first.failure).toBeUndefined();
  expect(first.out).toContain('✓ helen can log in');
  expect(first.code).toBe(0);

  const made = files.snapshot();
  const count = changes().length;
  expect((await homeauth('init', [], initFlags)).code).toBe(0);
  expect((await homeauth('apply')).out).toBe('Everything is as it should be; nothing was changed.');
  expect(files.snapshot()).toEqual(made);
  expect(changes()).toHaveLength(count);

  const app = await homeauth('add-app', ['whoami']);
  expect(app.out).toContain('✓ a stranger is asked for a login');
  expect(app.out).toContain('the app sees "helen"');
  expect(app.code).toBe(0);
  expect((await homeauth('plan')).out).toMatch(/^Nothing to change/);

  const doctor = await homeauth('doctor');
  expect(doctor.code).toBe(4);
  expect(doctor.out).toContain('password-file');

  await files.remove('/srv/docker/authentik/.homeauth/admin-password');
  expect((await homeauth('plan')).out).toMatch(/^Nothing to change/);
  expect((await homeauth('apply')).out).toBe('Everything is as it should be; nothing was changed.');

  expect((await homeauth('remove-app', ['whoami'])).code).toBe(0);
  expect(files.snapshot()['/srv/docker/authentik/homeauth.yaml']).toBe(made['/srv/docker/authentik/homeauth.yaml']);
  expect(fake.docker.boxes.has('whoami')).toBe(false);

  const secrets = made['/srv/docker/authentik/container-vars.env'];
  const gone = await homeauth('uninstall');
  expect(gone.code).toBe(0);
  expect(gone.out.replace(/\s+/g, ' ')).toContain('homeauth init --base-dir /srv/docker uses it again.');
  expect(fake.docker.boxes.size).toBe(0);
  expect(files.snapshot()['/srv/docker/authentik/container-vars.env']).toBe(secrets);

  const beforeAgain = changes().length;
  // As uninstall said: nothing but whether to go ahead is asked.
  const again = await homeauth('init', [], { baseDir: '/srv/docker' }, ['']);
  expect(again.failure).toBeUndefined();
  expect(again.code).toBe(0);
  expect(changes()).toHaveLength(beforeAgain);

  expect((await homeauth('uninstall', [], { confirm: 'home.example.com' })).code).toBe(0);
  expect(Object.keys(files.snapshot()).filter((path) => !(path in before))).toEqual(['/srv']);
  expect(fake.docker.networks.size).toBe(0);
  expect(fake.servers.flatMap(({ violations }) => violations)).toEqual([]);
});
