import { afterEach, beforeEach, expect, test } from 'vitest';
import { homeauthIn } from '../fakes/homeauth.ts';
import { installed } from '../fakes/installed.ts';
import type { FakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
beforeEach(async () => {
  fake = await installed();
});
afterEach(() => fake.close());

/** As an earlier homeauth made it: 100 connections, and all of them taken. */
function full(): void {
  for (const { store } of fake.docker.databases.values()) Object.assign(store, { limit: 100, held: 100 });
}
function madeByAnEarlierOne(): void {
  const { made } = fake.docker.boxes.get('authentik-postgresql')!;
  Object.assign(made, { revision: 'earlier', definition: { ...made.definition, command: [] } });
}
const problem = 'The database has no connection left for authentik';
const fix = 'docker restart authentik-postgresql   and then:  homeauth apply';

test('doctor says how many connections are taken, and names the cause once when none is left', async () => {
  const homeauth = homeauthIn(fake);
  expect((await homeauth('doctor', [], { verbose: true })).out).toMatch(
    /the database has connections left \(\d+ of 200 are taken\)/,
  );
  full();
  const { out } = await homeauth('doctor');
  expect(out.split('database-full')).toHaveLength(2);
  expect(out.replace(/\s+/g, ' ')).toContain(problem);
  expect(out).toContain(fix);
  expect(out).not.toContain('authentik-down');
});

test('plan and status tell it first, and what helps, although Docker calls every container healthy', async () => {
  const homeauth = homeauthIn(fake);
  full();
  const plan = await homeauth('plan');
  const [first, then] = [
    /^✗ The database has no connection left/,
    /^\S.*\n.*\n? *Fix: docker restart authentik-postgresql/,
  ];
  expect(plan.out).toMatch(first);
  expect(plan.out).toMatch(then);
  expect(plan.out).not.toContain('homeauth apply does it');
  const status = await homeauth('status');
  expect(status.code).toBe(4);
  expect(status.out.split('\n').slice(3).join('\n')).toMatch(first);
  expect(status.out).toContain(`Fix: ${fix}`);
});

test('verify and an app that is added name it once, and nothing else for it', async () => {
  const homeauth = homeauthIn(fake);
  await homeauth('add-app', ['whoami']);
  full();
  const { out, code } = await homeauth('verify');
  expect(code).toBe(4);
  expect(out.split('no connection left')).toHaveLength(2);
  expect(out).toContain(`Fix: ${fix}`);
  for (const other of ['authentik failed', 'docker logs', 'docker start']) expect(out).not.toContain(other);
  expect((await homeauth('add-app', ['wiki'], { upstream: 'wiki:80' })).failure).toMatchObject({
    code: 'database-full',
  });
});

test('apply raises the limit, which frees everything', async () => {
  const homeauth = homeauthIn(fake);
  full();
  madeByAnEarlierOne();
  expect((await homeauth('plan')).out).toContain('restarts, now as postgres -c max_connections=200');
  expect((await homeauth('apply')).failure).toBeUndefined();
  expect((await homeauth('plan')).out).toMatch(/^Nothing to change/);
});

test('where the limit is right and none is left all the same, apply says what helps', async () => {
  const homeauth = homeauthIn(fake);
  full();
  expect((await homeauth('apply')).failure).toMatchObject({ code: 'database-full', fix });
});
