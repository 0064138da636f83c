import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostOf, visitor } from './main-job/browser.ts';
import { homeauthEnds } from './main-job/homeauth.ts';
import { domain, openPlace, type Place } from './main-job/place.ts';
import { lan, type Router, startRouter } from './main-job/router.ts';

let place: Place;
let router: Router;
const docker = (...args: string[]) => place.engine.docker(args);

/** A home whose router knows a device by the name of each of our containers, and has a wildcard record. */
beforeAll(async () => {
  place = await openPlace();
  // Containers ask whom the server asks.
  await writeFile('/etc/resolv.conf', `nameserver ${lan}\nsearch ${domain}\n`);
  await homeauthEnds(0, place.init);
  await homeauthEnds(0, ['add-app', 'whoami', '--yes']);
  const names = ['authentik', 'authentik-postgresql', 'authentik-redis', 'whoami', 'caddy'];
  router = await startRouter(names, domain, [5432, 9000]);
});
afterAll(async () => {
  await router?.close();
  await place.close();
});

const resolves = (name: string) =>
  docker('exec', 'caddy', 'python3', '-c', `import socket; print(socket.gethostbyname('${name}'))`);

test('a device that calls itself authentik is asked for nothing while authentik does not run', async () => {
  const password = await readFile(join(place.root, '.homeauth/admin-password'), 'utf8');
  const helen = await visitor(place.engine);
  expect(await helen.open(hostOf('whoami'), 'helen', password)).toMatchObject({ status: 200 });
  await docker('stop', 'authentik');

  // The danger is there: this is what a plain name leads to.
  expect(await resolves('authentik')).toBe(lan);
  expect(await docker('exec', 'caddy', 'busybox', 'wget', '-qO-', 'http://authentik:9000/')).toBe('let in');
  expect(await resolves('authentik.homeauth.internal')).toBe(lan);
  const before = router.met.length;

  const stranger = await visitor(place.engine);
  for (const who of [stranger, helen]) {
    for (const app of ['whoami', 'auth']) expect(await who.ask(hostOf(app))).toMatchObject({ status: 502 });
  }
  expect(router.met.slice(before)).toEqual([]);
  expect(router.asked).toContain('authentik.homeauth.internal');
  await docker('start', 'authentik');
});

test('nor is one that calls itself like an app of ours', async () => {
  await expect
    .poll(async () => (await (await visitor(place.engine)).ask(hostOf('whoami'))).status, { timeout: 60_000 })
    .toBe(302);
  const password = await readFile(join(place.root, '.homeauth/admin-password'), 'utf8');
  const helen = await visitor(place.engine);
  await helen.open(hostOf('whoami'), 'helen', password);
  await docker('stop', 'whoami');
  expect(await resolves('whoami')).toBe(lan);
  expect(await helen.ask(hostOf('whoami'))).toMatchObject({ status: 502, body: '' });
  await docker('start', 'whoami');
});

test('nor is one that calls itself like the database: it would be told the password', async () => {
  await docker('stop', 'authentik-postgresql');
  const before = router.met.filter((port) => port === 5432).length;
  await docker('restart', 'authentik-worker');
  await new Promise((done) => setTimeout(done, 4000));
  expect(router.met.filter((port) => port === 5432)).toHaveLength(before);
  await docker('start', 'authentik-postgresql');
});
