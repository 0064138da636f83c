import { describe, expect, test } from 'vitest';
import { textOf } from '../../../src/model/shown.ts';
import { fastClock, steppingClock, up } from './up.ts';

const users = '/api/v3/core/users/';
const page = (path: string, n = 1): string => `${path}?ordering=pk&page=${n}&page_size=100`;

async function withUsers(count: number, options: Parameters<typeof up>[0] = {}) {
  const here = await up(options);
  await here.edit((state) => {
    const model = state.users[0]!;
    for (let n = 0; n < count; n++) {
      const pk = state.serial.user++;
      state.users.push({ ...model, pk, uuid: `${pk}`, username: `person${n}`, attributes: {} });
    }
  });
  return here;
}

describe('lists', () => {
  test('are read over all pages, 100 a page', async () => {
    const here = await withUsers(230);
    const rows = await here.authentik.list('core/users');
    expect(rows.filter(({ username }) => username.startsWith('person'))).toHaveLength(230);
    expect(here.reads().filter((line) => line.includes(users))).toEqual(
      expect.arrayContaining([1, 2, 3].map((n) => `GET ${page(users, n)}`)),
    );
  });

  test('show an application that is hidden from the library, although authentik counts none', async () => {
    const here = await up();
    await here.authentik.create('core/applications', { name: 'Home', slug: 'home', meta_hide: true });
    expect((await here.authentik.list('core/applications')).map(({ slug }) => slug)).toEqual(['home']);
  });

  test('are one request for all who ask at once, and for some seconds after', async () => {
    const here = await up({ clock: fastClock(1) });
    const before = here.reads().length;
    await Promise.all(Array.from({ length: 50 }, () => here.authentik.list('core/groups')));
    await here.authentik.list('core/groups');
    expect(here.reads().length - before).toBe(1);
    await here.authentik.list('core/groups', 'fresh');
    expect(here.reads().length - before).toBe(2);
  });

  test('are read again after ten seconds, and after a touch', async () => {
    const clock = steppingClock();
    const here = await up({ clock });
    await here.authentik.list('core/groups');
    await here.edit(({ groups }) => {
      groups[0]!.name = 'renamed';
    });
    expect((await here.authentik.list('core/groups'))[0]?.name).not.toBe('renamed');
    clock.pass(10_000);
    expect((await here.authentik.list('core/groups'))[0]?.name).toBe('renamed');
    await here.authentik.create('core/groups', { name: 'family' });
    expect((await here.authentik.list('core/groups')).map(({ name }) => name)).toContain('family');
  });

  test('as they are known have what was made since, without another look', async () => {
    const here = await up({ clock: fastClock(1) });
    await here.authentik.list('core/groups');
    const before = here.reads().length;
    const { pk } = await here.authentik.create('core/groups', { name: 'family' });
    expect((await here.authentik.list('core/groups', 'known')).find(({ name }) => name === 'family')?.pk).toBe(pk);
    await here.authentik.remove('core/groups', pk);
    await here.authentik.list('core/groups', 'known');
    expect(here.reads().length).toBe(before);
    // How things stand is what a look says.
    expect((await here.authentik.list('core/groups')).map(({ name }) => name)).not.toContain('family');
  });

  test('of all stages have one that was made, and no field of a form', async () => {
    const here = await up({ clock: fastClock(1) });
    await here.authentik.list('stages/all');
    await here.authentik.create('stages/user_write', { name: 'ours' } as never);
    const field = { name: 'ours-field', field_key: 'a', label: 'a', type: 'text', required: true, order: 0 };
    await here.authentik.create('stages/prompt/prompts', field as never);
    const names = (await here.authentik.list('stages/all', 'known')).map(({ name }) => name);
    expect(names).toContain('ours');
    expect(names).not.toContain('ours-field');
  });

  test('of all policies tell what each is made of, and are read again after one was made or changed', async () => {
    const here = await up({ clock: fastClock(1) });
    const ours = async () => (await here.authentik.list('policies/all')).filter(({ name }) => name.startsWith('ours'));
    expect(await ours()).toEqual([]);
    const { pk } = await here.authentik.create('policies/expression', { name: 'ours', expression: 'return True' });
    await here.authentik.create('policies/reputation', { name: 'ours-too', check_ip: true, threshold: -3 });
    expect(await ours()).toMatchObject([{ expression: 'return True' }, { check_ip: true, threshold: -3 }]);
    await here.authentik.update('policies/expression', pk, { expression: 'return False' });
    expect((await ours())[0]).toMatchObject({ expression: 'return False' });
  });

  test('of outposts and applications are read again after a provider was deleted', async () => {
    const here = await up({ clock: fastClock(1) });
    const flow = (await here.authentik.list('flows/instances'))[0]!.pk;
    const { pk } = await here.authentik.create('providers/proxy', {
      name: 'wiki',
      mode: 'forward_single',
      external_host: 'https://wiki.home.example.com',
      authorization_flow: flow,
      invalidation_flow: flow,
    });
    await here.authentik.create('core/applications', { name: 'Wiki', slug: 'wiki', provider: pk });
    expect((await here.authentik.list('core/applications'))[0]?.provider).toBe(pk);
    await here.authentik.remove('providers/proxy', pk);
    expect((await here.authentik.list('core/applications'))[0]?.provider).toBeNull();
  });

  test('whose pages moved while they were read are read again', async () => {
    let moved = false;
    const here = await withUsers(150, {
      fault: ({ path }) => {
        // Page 2 comes late; meanwhile so many users go that there is no page 2 any more.
        if (!path.includes('page=2') || moved) return undefined;
        moved = true;
        void here.edit((state) => void state.users.splice(20));
        return { kind: 'delay', ms: 30 };
      },
    });
    expect(await here.authentik.list('core/users')).toHaveLength(20);
  });

  test('that failed are not kept', async () => {
    let broken = true;
    const here = await up({
      fault: ({ path }) => (broken && path.includes('core/brands') ? { kind: 'crash', commit: false } : undefined),
    });
    await expect(here.authentik.list('core/brands')).rejects.toMatchObject({ code: 'authentik-unreachable' });
    broken = false;
    expect(await here.authentik.list('core/brands')).toHaveLength(1);
  });
});

describe('a look', () => {
  test.each([
    ['a recycled worker', { kind: 'recycled', commit: false }],
    ['a broken connection', { kind: 'drop', commit: false }],
    ['an HTML error', { kind: 'crash', commit: false }],
    ['a cut answer', { kind: 'truncate' }],
    ['503 with Retry-After', { kind: 'status', status: 503, retryAfter: 2 }],
    ['429', { kind: 'status', status: 429 }],
  ] as const)('is repeated after %s', async (_what, fault) => {
    const here = await up({
      timeout: 300,
      clock: fastClock(10),
      fault: ({ path, nth }) => (path.includes('core/brands') && nth <= 2 ? { ...fault } : undefined),
    });
    expect(await here.authentik.list('core/brands')).toHaveLength(1);
    expect(here.reads().filter((line) => line.includes('core/brands'))).toHaveLength(3);
  });

  test('is waited for while authentik says that it lives, and asked once', async () => {
    const here = await up({
      // A busy machine has to answer for the sign of life within it.
      timeout: 1500,
      fault: ({ path }) => (path.includes('core/brands') ? { kind: 'delay', ms: 4000 } : undefined),
    });
    expect(await here.authentik.list('core/brands')).toHaveLength(1);
    expect(here.reads().filter((line) => line.includes('core/brands'))).toHaveLength(1);
  });

  test('is repeated where no sign of life comes either', async () => {
    let stuck = true;
    const here = await up({
      timeout: 500,
      clock: fastClock(1),
      fault: ({ path }) => {
        if (path.includes('health/live')) stuck = false;
        const isHeld = path.includes('health/live') || (stuck && path.includes('core/brands'));
        return isHeld ? { kind: 'delay', ms: 60_000 } : undefined;
      },
    });
    expect(await here.authentik.list('core/brands')).toHaveLength(1);
    expect(here.reads().filter((line) => line.includes('core/brands'))).toHaveLength(2);
  });

  test('is given up where nothing but signs of life comes, with how long it was waited for', async () => {
    const here = await up({
      timeout: 100,
      clock: fastClock(100),
      fault: ({ path }) => (path.includes('core/brands') ? { kind: 'delay', ms: 60_000 } : undefined),
    });
    await expect(here.authentik.list('core/brands')).rejects.toMatchObject({
      code: 'authentik-unreachable',
      problem: expect.stringMatching(
        /^authentik gave no answer within [\d.]+ s: GET core\/brands could not be done\.$/,
      ),
    });
  });

  test('waits as long as Retry-After says, within bounds', async () => {
    const clock = steppingClock();
    let seconds = 2;
    const here = await up({
      clock,
      fault: ({ path, nth }) =>
        path.includes('core/brands') && nth === 1 ? { kind: 'status', status: 503, retryAfter: seconds } : undefined,
    });
    await here.authentik.get('core/brands');
    seconds = 3600;
    await here.authentik.list('core/brands');
    expect(clock.slept.slice(-2)).toEqual([2000, 10_000]);
  });

  test('tells what it waits for, once that takes a while, and that the wait is over', async () => {
    const told: (string | undefined)[] = [];
    const here = await up({
      clock: steppingClock(),
      onWait: (because) => told.push(because && textOf(because.says)),
      fault: ({ path, nth }) =>
        path.includes('core/brands') && nth <= 4 ? { kind: 'status', status: 503 } : undefined,
    });
    expect(await here.authentik.list('core/brands')).toHaveLength(1);
    expect(told).toEqual([expect.stringMatching(/503|start/), undefined]);
    await here.authentik.list('core/groups');
    expect(told).toHaveLength(2);
  });

  test('gives up after half a minute, in words', async () => {
    const here = await up({
      clock: steppingClock(),
      fault: ({ path }) => (path.includes('core/brands') ? { kind: 'recycled', commit: false } : undefined),
    });
    await expect(here.authentik.list('core/brands')).rejects.toMatchObject({
      code: 'authentik-unreachable',
      problem: 'authentik answered with an error of its own (HTTP 502): GET core/brands could not be done.',
      why: expect.stringMatching(/^It was tried for (2\d|30) s, and nothing was changed by it\.$/),
      fix: ['See what it does:  docker logs --tail 50 authentik', 'Then run the same command again.'],
    });
  });
});
