import { afterEach, expect, test } from 'vitest';
import { homeauthIn, initFlags } from '../fakes/homeauth.ts';
import { type FakeWorld, fakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
afterEach(() => fake.close());

test('an app for a group keeps its owner out until they join, and says so', async () => {
  fake = fakeWorld();
  const homeauth = homeauthIn(fake);
  await homeauth('init', [], initFlags);
  const before = await homeauth('add-app', ['whoami'], { group: 'family', dryRun: true });
  expect(before.out).toMatch(/group:family +new: nobody is in it yet/);
  const app = await homeauth('add-app', ['whoami'], { group: 'family' });
  const words = app.out.replace(/\s+/g, ' ');
  expect(words).toContain('homeauth user groups NAME --add family group family is new: nobody is in it yet');
  expect(app.out).toContain('! helen is not in the group family and is therefore refused');
  expect(app.out).toContain('✓ a stranger is asked for a login');
  expect(app.code).toBe(0);
  expect((await homeauth('plan')).out).toMatch(/^Nothing to change/);
});
