import { stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { plain } from '../fakes/homeauth.ts';
import { WHOAMI_IMAGE } from '../machine/names.ts';
import { homeauth } from './main-job/homeauth.ts';
import { containerNames, lives, networkNames } from './main-job/look.ts';
import { openPlace, type Place } from './main-job/place.ts';

let place: Place;
beforeAll(async () => {
  place = await openPlace();
});
afterAll(() => place.close());
afterEach(() => place.engine.remove({ prefix: '' }));

const run = (...args: string[]) => place.engine.docker(['run', '--detach', ...args]);

async function expectNothingMade(): Promise<void> {
  await expect(stat(place.base)).rejects.toThrow('ENOENT');
  await expect(stat('/etc/homeauth')).rejects.toThrow('ENOENT');
  expect(await networkNames(place.engine)).toEqual([]);
}

test('a foreign container named authentik is neither taken over nor touched', async () => {
  await run('--name', 'authentik', WHOAMI_IMAGE);
  const before = await lives(place.engine);
  const refused = await homeauth(place.init);
  expect(refused.code).toBe(2);
  expect(plain(refused.err)).toMatch(/^There is a container authentik already/);
  expect(await lives(place.engine)).toEqual(before);
  await expectNothingMade();
});

test('a container that holds port 443 is named', async () => {
  await run('--name', 'nginx', '--publish', '443:80', WHOAMI_IMAGE);
  const refused = await homeauth(place.init);
  expect(refused.code).toBe(2);
  expect(plain(refused.err)).toContain('Port 443 is held by the container nginx');
  expect(await containerNames(place.engine)).toEqual(['nginx']);
  await expectNothingMade();
});

test('a container that holds port 80 is named', async () => {
  await run('--name', 'nginx', '--publish', '80:80', WHOAMI_IMAGE);
  const refused = await homeauth(place.init);
  expect(refused.code).toBe(2);
  expect(plain(refused.err)).toContain('Port 80 is held by the container nginx');
  expect(await containerNames(place.engine)).toEqual(['nginx']);
  await expectNothingMade();
});

test('a program that holds port 443 is named', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(443, '0.0.0.0', resolve));
  const refused = await homeauth(place.init);
  await new Promise((resolve) => server.close(resolve));
  expect(refused.code).toBe(2);
  expect(plain(refused.err)).toMatch(/^Port 443 is held by node\./);
  await expectNothingMade();
});
