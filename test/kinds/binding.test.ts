import { expect, test } from 'vitest';
import type { Resource } from '../../src/model/resource.ts';
import type { Binding } from '../standin/state.ts';
import { steppingClock } from '../world/authentik/up.ts';
import { application, failing, provider, type Sso, sso } from './sso.ts';

const group: Resource = { kind: 'group', key: 'family/and friends', spec: {} };
const binding: Resource = { kind: 'binding', key: 'wiki/family/and friends', spec: { enabled: true } };
const all: Resource[][] = [[group, provider('wiki')], [application('wiki')], [binding]];
/** authentik's own bind policies to flows, and no group. */
const withGroup = (bindings: readonly Binding[]) => bindings.filter(({ group }) => group !== null);
const rows = async (here: Sso) => withGroup((await here.state()).bindings);

test('lets a group in, once, however often it is asked', async () => {
  const here = await sso();
  await here.run(all);
  const [row] = await rows(here);
  const { applications, groups } = await here.state();
  expect(row).toMatchObject({
    target: applications[0]?.pk,
    group: groups.find(({ name }) => name === group.key)?.pk,
    enabled: true,
    order: 0,
  });
  expect(await here.run(all)).toEqual([]);
  expect(await rows(here)).toHaveLength(1);
});

test.each([true, false])('is not doubled by an answer that was lost, kept: %s', async (commit) => {
  const here = await sso({
    fault: ({ method, path, nth }) =>
      method === 'POST' && path.endsWith('/bindings/') && nth === 1 ? { kind: 'drop', commit } : undefined,
  });
  await here.run(all);
  expect(await rows(here)).toHaveLength(1);
});

test('that comes late, when it was made once more, is not left there twice', async () => {
  const here = await sso({
    timeout: 300,
    fault: ({ method, path, nth }) =>
      method === 'POST' && path.endsWith('/bindings/') && nth === 1 ? { kind: 'delay', ms: 4000 } : undefined,
  });
  await here.run(all);
  await expect.poll(async () => (await rows(here)).length, { timeout: 10_000 }).toBe(2);
  expect(await here.plan([binding])).toEqual([`update binding:${binding.key}: it is there twice`]);
  expect(await here.run(all)).toEqual([`update binding:${binding.key}`]);
  expect(await rows(here)).toMatchObject([{ enabled: true, negate: false }]);
  expect(await here.plan([binding])).toEqual([]);
});

test('of two, the one that stays lets the group in', async () => {
  const clock = steppingClock();
  const here = await sso({ clock });
  await here.run(all);
  await here.edit(({ bindings }) => {
    const [row] = withGroup(bindings);
    Object.assign(row!, { enabled: false });
    bindings.push({ ...row!, pk: '5d2b1a4e-6f4e-4e52-9e2c-0d6f3c1b7a90', negate: true });
  });
  clock.pass(10_000);
  expect(await here.plan([binding])).toEqual([
    `update binding:${binding.key}: it does not let the group in; it is there twice`,
  ]);
  await here.run(all);
  expect(await rows(here)).toMatchObject([{ enabled: true, negate: false }]);
});

test.each([{ enabled: false }, { negate: true }])('that was changed to %o is put right', async (change) => {
  const clock = steppingClock();
  const here = await sso({ clock });
  await here.run(all);
  await here.edit(({ bindings }) => {
    Object.assign(withGroup(bindings)[0]!, { ...change, order: 7 });
  });
  clock.pass(10_000);
  expect(await here.plan([binding])).toEqual([`update binding:${binding.key}: it does not let the group in`]);
  await here.run(all);
  expect(await rows(here)).toMatchObject([{ enabled: true, negate: false, order: 7 }]);
});

test('goes alone when it is no longer wanted', async () => {
  const here = await sso();
  await here.run(all);
  expect(await here.run(all.slice(0, 2))).toEqual([`remove binding:${binding.key}`]);
  expect(await rows(here)).toEqual([]);
});

test('of a group that is not there is told', async () => {
  const here = await sso();
  const failure = await failing(here.run([[provider('wiki')], [application('wiki')], [binding]]));
  expect(failure.problem).toBe('authentik has no group "family/and friends".');
});
