import { afterAll, beforeAll, expect, test } from 'vitest';
import { homeauthIn } from '../fakes/homeauth.ts';
import { installed } from '../fakes/installed.ts';
import type { FakeWorld } from '../fakes/world.ts';

const caddyfile = '/srv/docker/caddy/etc/Caddyfile';
const mine = 'mine.home.example.com {\n\tbind 0.0.0.0\n\trespond "mine"\n}\n';
let fake: FakeWorld;
beforeAll(async () => {
  fake = await installed();
});
afterAll(() => fake.close());

/** How a host answers when it is asked often: of two listeners on one port each gets a share. */
async function answers(host: string): Promise<readonly string[]> {
  const via = (await fake.docker.dialAddress('caddy', 443))!;
  const seen = new Set<string>();
  for (let n = 0; n < 12; n++) {
    const { status, body } = await fake.world.http.dial({ url: `https://${host}/`, via });
    seen.add(`${status} ${body === '' ? '' : 'a page'}`.trim());
  }
  return [...seen].toSorted();
}

test('sites of the owner that listen at an address of their own are joined there, and served every time', async () => {
  fake.files.put(caddyfile, `${mine}${await fake.files.read(caddyfile)}`);
  await fake.docker.exec('caddy', ['caddy', 'reload']);
  expect(await answers('mine.home.example.com')).toEqual(['200', '200 a page']);

  const applied = await homeauthIn(fake)('apply');
  expect(applied.failure).toBeUndefined();
  expect(await fake.files.read('/srv/docker/caddy/etc/homeauth.caddy')).toContain('\tbind 0.0.0.0\n');
  expect(await answers('mine.home.example.com')).toEqual(['200 a page']);
  expect(await answers('auth.home.example.com')).toEqual(['302']);
  expect((await homeauthIn(fake)('plan')).out).toMatch(/^Nothing to change/);
  // It is homeauth's own to put there.
  expect((await homeauthIn(fake)('proxy text')).failure?.code).toBe('proxy-not-manual');
});
