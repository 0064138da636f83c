import { expect, test } from 'vitest';
import type { Resource } from '../../src/model/resource.ts';
import { sso } from './sso.ts';

const group = (key: string, spec = {}): Resource => ({ kind: 'group', key, spec });

test('is made by name, and goes when it is no longer wanted', async () => {
  const here = await sso();
  expect(await here.run([[group('family')]])).toEqual(['create group:family']);
  expect(await here.run([[group('family')]])).toEqual([]);
  expect(await here.run([[]])).toEqual(['remove group:family']);
  expect((await here.state()).groups.map(({ name }) => name)).not.toContain('family');
});

test('of somebody else is used as it is, and stays', async () => {
  const here = await sso();
  await here.authentik.create('core/groups', { name: 'family' });
  expect(await here.run([[group('family')]])).toEqual([]);
  expect(await here.run([[]])).toEqual([]);
  expect((await here.state()).groups.map(({ name }) => name)).toContain('family');
});

test('gets or loses administrators only when that was said', async () => {
  const here = await sso();
  await here.run([[group('family', { superuser: true })]]);
  expect(await here.plan([group('family')])).toEqual([]);
  expect(await here.plan([group('family', { superuser: false })])).toEqual([
    'update group:family: its members are administrators',
  ]);
  await here.run([[group('family', { superuser: false })]]);
  expect((await here.state()).groups.find(({ name }) => name === 'family')?.is_superuser).toBe(false);
});

test('whose create was answered by silence is not made twice', async () => {
  const here = await sso({
    fault: ({ method, path, nth }) =>
      method === 'POST' && path.endsWith('/core/groups/') && nth === 1 ? { kind: 'drop', commit: true } : undefined,
  });
  await here.run([[group('family')]]);
  expect((await here.state()).groups.filter(({ name }) => name === 'family')).toHaveLength(1);
  expect(here.changes()).toHaveLength(1);
});

test('two runs that make it at the same time end with one', async () => {
  const here = await sso({
    // The first create is held up until the second has gone through.
    fault: ({ method, path, nth }) =>
      method === 'POST' && path.endsWith('/core/groups/') && nth === 1 ? { kind: 'delay', ms: 100 } : undefined,
  });
  await Promise.all([
    here.run([[group('family')]]),
    here.authentik.create('core/groups', { name: 'family' }).catch(() => undefined),
  ]);
  expect((await here.state()).groups.filter(({ name }) => name === 'family')).toHaveLength(1);
});
