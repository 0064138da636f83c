import { afterEach, expect, test } from 'vitest';
import { homeauthIn, initFlags } from '../fakes/homeauth.ts';
import { type FakeWorld, fakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
afterEach(() => fake.close());

test('init on a bare machine, again, an app, again', async () => {
  fake = fakeWorld({ standin: { checkSchema: true } });
  const homeauth = homeauthIn(fake);
  const first = await homeauth('init', [], initFlags);
  console.log(first.err, '\n----\n', first.out, first.failure, first.failure?.details);
  expect(first.code).toBe(0);
  const again = await homeauth('init', [], initFlags);
  console.log(again.err, '\n----\n', again.out, again.failure);
  const app = await homeauth('add-app', ['whoami']);
  console.log(app.err, '\n----\n', app.out, app.failure);
  const plan = await homeauth('plan');
  console.log(plan.out, plan.failure);
  const doctor = await homeauth('doctor');
  console.log(doctor.out, doctor.failure);
});
