import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/model/failure.ts';
import { stage, startTime, type Toy, toy } from './toy.ts';

const home = { home: true } as const;
const data = { precious: true } as const;
const inside = { inside: 'directory:/srv/db' } as const;
const bare = [
  stage('base', ['directory:/srv', 1, home]),
  stage('folders', ['directory:/srv/db', 1, data], ['file:/srv/compose', 'v1']),
  stage('containers', ['container:server', { revision: 'a' }]),
  stage('single sign-on', ['provider:home', 'x', inside]),
  stage('outpost', ['outpost:embedded', ['home'], inside]),
];
const withApp = [
  ...bare.slice(0, 3),
  stage('single sign-on', ['provider:home', 'x', inside], ['provider:wiki', 'x', inside]),
  stage('outpost', ['outpost:embedded', ['home', 'wiki'], inside]),
];

/** The outpost is authentik's own: it is there before we come, with a provider of somebody else. */
function fresh(): Toy {
  const world = toy();
  world.things.set('outpost:embedded', { value: ['theirs'], readyAt: 0 });
  return world;
}

describe('a whole life', () => {
  test('init, again, an app more, drift, an app less', async () => {
    const w = fresh();
    expect(await w.plan(withApp)).toMatchInlineSnapshot(`
      "create  directory:/srv  missing
      create  directory:/srv/db  missing
      create  file:/srv/compose  missing
      create  container:server  missing
      create  provider:home  missing
      create  provider:wiki  missing
      adjust  outpost:embedded  lacks home, lacks wiki"
    `);
    expect(w.log).toEqual([]);
    await w.run(bare);
    expect(w.state.now).toBeGreaterThanOrEqual(startTime);
    expect(await w.run(bare)).toBe('');
    expect(await w.run(withApp)).toMatchInlineSnapshot(`
      "create  provider:wiki  missing
      adjust  outpost:embedded  lacks wiki"
    `);
    w.things.set('file:/srv/compose', { value: 'edited by hand', readyAt: 0 });
    expect(await w.plan(withApp)).toBe('update  file:/srv/compose  differs');
    await w.run(withApp);
    expect(await w.run(bare)).toBe('remove  provider:wiki  no longer wanted');
    expect(await w.plan(bare)).toBe('');
  });

  test('facts are surveyed once, and anew after each stage that changed something', async () => {
    const w = fresh();
    await w.run(bare);
    w.state.surveys = 0;
    await w.run(bare);
    expect(w.state.surveys).toBe(1);
    // The app's provider, and the outpost's list.
    w.state.surveys = 0;
    await w.run(withApp);
    expect(w.state.surveys).toBe(3);
  });

  test('uninstall keeps data, and gives nothing back that lives in it', async () => {
    const w = fresh();
    await w.run(withApp);
    w.log.length = 0;
    expect(await w.run([])).toMatchInlineSnapshot(`
      "remove  container:server  no longer wanted
      remove  file:/srv/compose  no longer wanted
      keep    directory:/srv/db  holds your data
      keep    directory:/srv  holds what was kept"
    `);
    expect(w.log).toEqual(['-container:server', '-file:/srv/compose']);
    await w.run(withApp);
    expect(await w.run(bare)).toBe('remove  provider:wiki  no longer wanted');
  });

  test('uninstall with the data makes no call on what goes with it', async () => {
    const w = fresh();
    await w.run(withApp);
    w.log.length = 0;
    await w.run([], { purge: true });
    expect(w.log).toEqual(['-container:server', '-file:/srv/compose', '!directory:/srv/db', '-directory:/srv']);
    expect(w.ledger).toEqual([]);
  });

  test('uninstall gives back what was adjusted outside of the data', async () => {
    const w = fresh();
    await w.run([stage('outpost', ['outpost:embedded', ['home']])]);
    w.things.set('outpost:embedded', { value: ['theirs', 'home', 'new of theirs'], readyAt: 0 });
    expect(await w.run([])).toBe('release outpost:embedded  no longer wanted');
  });
});

describe('what is not ours', () => {
  test('is not overwritten without the word of its owner, and is given back', async () => {
    const w = fresh();
    w.things.set('file:/srv/compose', { value: 'mine', readyAt: 0 });
    expect(await w.plan(bare)).toContain('take    file:/srv/compose');
    await expect(w.run(bare)).rejects.toMatchObject({
      code: 'not-ours',
      fix: expect.stringMatching(/^look at \/srv\/compose$/m),
    });
    expect(w.things.get('file:/srv/compose')?.value).toBe('mine');
    await w.run(bare, { take: true });
    expect(w.things.get('file:/srv/compose')?.value).toBe('v1');
    await w.run([], { purge: true });
    expect(w.things.get('file:/srv/compose')?.value).toBe('mine');
  });

  test('and is right by chance stays out of the ledger', async () => {
    const w = fresh();
    w.things.set('directory:/srv/db', { value: 1, readyAt: 0 });
    await w.run(bare);
    await w.run([], { purge: true });
    expect(w.things.has('directory:/srv/db')).toBe(true);
  });

  test('what is around data that stays is not planned to go', async () => {
    const w = fresh();
    const proxy = stage('proxy', ['directory:/srv/caddy', 1], ['directory:/srv/caddy/data', 1, data]);
    const nextTo = stage('proxy too', ['directory:/srv/cad', 1]);
    await w.run([...bare, proxy, nextTo]);
    expect(await w.plan(bare)).toMatchInlineSnapshot(`
      "remove  directory:/srv/cad  no longer wanted
      keep    directory:/srv/caddy/data  holds your data
      keep    directory:/srv/caddy  holds your data"
    `);
    await w.run(bare);
    expect([...w.things.keys()].filter((id) => id.includes('cad'))).toEqual([
      'directory:/srv/caddy',
      'directory:/srv/caddy/data',
    ]);
  });

  test('a directory with something of theirs in it stays', async () => {
    const w = fresh();
    await w.run([stage('folders', ['directory:/srv', 1])]);
    w.things.set('file:/srv/photo', { value: 'theirs', readyAt: 0 });
    expect(await w.run([])).toBe('keep    directory:/srv  holds something that homeauth did not make');
    expect(w.things.has('file:/srv/photo')).toBe(true);
  });
});

describe('waiting', () => {
  test('a container that is still starting is never made a second time', async () => {
    const w = fresh();
    w.things.set('container:server', { value: { revision: 'a' }, readyAt: 50_000 });
    w.ledger = [{ id: 'container:server' }];
    expect(await w.run(bare.slice(2, 3))).toBe('');
    expect(w.log).toEqual([]);
    expect(w.state.now).toBeGreaterThanOrEqual(50_000);
  });

  test('ends with a named failure', async () => {
    const w = fresh();
    await expect(w.run([stage('up', ['service:authentik', 1])])).rejects.toMatchObject({
      code: 'still-wrong',
      fix: 'look at authentik',
      exit: 5,
    });
  });

  describe('for a start that takes longer than usual', () => {
    const up = [stage('containers', ['container:server', { revision: 'a' }])];
    const startingFor = (ms: number, said: (now: number) => string) => {
      const w = fresh();
      w.ledger = [{ id: 'container:server' }];
      w.things.set('container:server', { value: { revision: 'a' }, readyAt: ms });
      w.state.said = said;
      return w;
    };
    const everyMinute = (now: number) => `Applying migration ${Math.floor(now / 60_000)}`;

    test('goes on as long as something new is heard', async () => {
      const w = startingFor(330_000, everyMinute);
      expect(await w.run(up)).toBe('');
      const limits = w.events.flatMap((event) => (event.is === 'waiting' ? [event.limit] : []));
      expect(limits[0]).toBe(120_000);
      expect(limits.at(-1)).toBe(360_000);
    });

    test('ends where the same is heard over and over, and says what it was', async () => {
      const w = startingFor(Number.POSITIVE_INFINITY, (now) => (now % 2000 === 0 ? 'no database' : 'trying again'));
      await expect(w.run(up)).rejects.toMatchObject({
        code: 'still-wrong',
        why: 'It was waited for 121 s, and the last that was new about it is: trying again. The same command, run again, goes on from here.',
      });
    });

    test('ends in the end', async () => {
      const w = startingFor(Number.POSITIVE_INFINITY, everyMinute);
      await expect(w.run(up)).rejects.toMatchObject({ code: 'still-wrong', why: expect.stringContaining('360 s') });
    });

    test('goes on as long for what is out of sight meanwhile', async () => {
      const w = startingFor(0, everyMinute);
      w.state.dockerFrom = 300_000;
      expect(await w.run(up)).toBe('');
      expect(w.events).toContainEqual(
        expect.objectContaining({
          because: [expect.objectContaining({ says: 'Docker does not answer' })],
          line: 'Applying migration 4',
        }),
      );
    });
  });

  test('what cannot be seen for a moment is waited for, and then put right', async () => {
    const w = fresh();
    w.state.dockerFrom = 3000;
    expect(await w.run(bare.slice(2, 3))).toBe('create  container:server  missing');
  });
});

test('what would keep a run from starting is half-way once something was changed, and says to go on', async () => {
  let w = fresh();
  w.lost.set('=provider:home', [false, false, false]);
  await expect(w.run(bare)).rejects.toMatchObject({ code: 'lost', exit: 5, fix: 'look again' });
  w = fresh();
  const refused = new Failure({ code: 'full', problem: 'No room.', fix: 'Make room.' });
  w.refusals.set('=container:server', refused);
  await expect(w.run(bare.slice(2, 3))).rejects.toMatchObject({ code: 'full', exit: 2, fix: 'Make room.' });
  await expect(w.run([...bare.slice(0, 1), ...bare.slice(2, 3)])).rejects.toMatchObject({
    code: 'full',
    exit: 5,
    why: 'What was done until then stays, and the same command goes on from there.',
    fix: 'Make room.',
  });
});

test('a create whose answer was lost is found again and not repeated', async () => {
  const w = fresh();
  await w.run([stage('single sign-on', ['provider:home', 'lost'])]);
  expect(w.log).toEqual(['=provider:home']);
});

describe('a removal whose answer was lost', () => {
  const removed = 'remove  provider:wiki  no longer wanted';
  test('is seen to have happened, and not repeated', async () => {
    const w = fresh();
    await w.run(withApp);
    w.lost.set('-provider:wiki', [true]);
    expect(await w.run(bare)).toBe(removed);
    expect(w.log.filter((line) => line === '-provider:wiki')).toHaveLength(1);
    expect(w.ledger.map(({ id }) => id)).not.toContain('provider:wiki');
  });

  test('is repeated where it did not happen, and not for ever', async () => {
    const w = fresh();
    await w.run(withApp);
    w.lost.set('-provider:wiki', [false, false]);
    expect(await w.run(bare)).toBe(removed);
    await w.run(withApp);
    w.lost.set('-provider:wiki', [false, false, false]);
    await expect(w.run(bare)).rejects.toMatchObject({ code: 'lost', exit: 5 });
    expect(w.ledger.map(({ id }) => id)).toContain('provider:wiki');
    expect(await w.run(bare)).toBe(removed);
  });

  test('is waited for where it cannot be seen for a moment', async () => {
    const w = fresh();
    await w.run(withApp);
    w.lost.set('-container:server', [true]);
    w.state.hideAfter = '-container:server';
    expect(await w.run([])).toContain('remove  container:server');
    expect(w.log.filter((line) => line === '-container:server')).toHaveLength(1);
  });

  test('of our part of a shared thing is made once more', async () => {
    const w = fresh();
    const outpost = [stage('outpost', ['outpost:embedded', ['home']] as const)];
    await w.run(outpost);
    w.lost.set('~outpost:embedded', [false]);
    expect(await w.run([])).toBe('release outpost:embedded  no longer wanted');
    expect(w.log.filter((line) => line === '~outpost:embedded')).toHaveLength(3);
  });
});

test('one write of the ledger for a whole stage, before the first touch', async () => {
  const w = toy();
  const many = Array.from({ length: 50 }, (_, i) => [`provider:p${i}`, 'x'] as const);
  w.state.cut = { at: 0, after: false };
  await expect(w.run([stage('many', ...many)])).rejects.toThrow('power cut');
  expect(w.ledger).toHaveLength(50);
});

test('what nothing else needs to be ready gets ready while the run goes on', async () => {
  const w = fresh();
  const server = ['container:server', { revision: 'a' }, { meanwhile: true }] as const;
  expect(await w.run([stage('containers', server), stage('then', ['file:/srv/compose', 'v1'])])).toContain(
    '/srv/compose',
  );
  expect(w.state.now).toBeLessThan(startTime);
  expect(w.log).toEqual(['=container:server', '=file:/srv/compose']);
});

describe('what comes after another in one stage', () => {
  const pair = (name: string) =>
    [
      [`provider:${name}`, 'x'],
      [`file:${name}`, 'x', { after: [`provider:${name}` as const] }],
    ] as const;
  const outpost = ['outpost:embedded', ['a'], { after: ['file:a', 'file:b'] }] as const;

  test('is made as soon as its own are done, and waits for no others', async () => {
    const w = fresh();
    let release = () => {};
    w.held.set('=provider:b', new Promise<void>((done) => (release = done)));
    const run = w.run([stage('single sign-on', ...pair('a'), ...pair('b'), outpost)]);
    while (!w.log.includes('=file:a')) await new Promise((done) => setTimeout(done, 1));
    await new Promise((done) => setTimeout(done, 10));
    expect(w.log).toEqual(['=provider:a', '=provider:b', '=file:a']);
    release();
    await run;
    expect(w.log.slice(3)).toEqual(['=file:b', '~outpost:embedded']);
    expect(w.state.saves).toBe(1);
  });

  test('waits until it is known that the one before is there', async () => {
    const w = fresh();
    w.lost.set('=provider:a', [false, true]);
    await w.run([stage('single sign-on', ...pair('a'))]);
    expect(w.log).toEqual(['=provider:a', '=provider:a', '=file:a']);
  });

  test('is not begun when the one before failed, and what was begun comes to its end', async () => {
    const w = fresh();
    let release = () => {};
    w.held.set('=provider:b', new Promise<void>((done) => (release = done)));
    w.refusals.set('=provider:a', new Failure({ code: 'full', problem: 'No room.', fix: 'Make room.' }));
    let isOver = false;
    const run = w.run([stage('single sign-on', ...pair('a'), ...pair('b'))]).finally(() => {
      isOver = true;
    });
    await new Promise((done) => setTimeout(done, 10));
    expect(isOver).toBe(false);
    release();
    await expect(run).rejects.toMatchObject({ code: 'full' });
    expect(w.log).toEqual(['=provider:a', '=provider:b']);
    expect(w.things.has('provider:b')).toBe(true);
  });
});

describe('many removals', () => {
  const names = Array.from({ length: 12 }, (_, i) => `p${i}`);
  const apps = names.flatMap((name) => [
    [`provider:${name}`, 'x', inside] as const,
    [`application:${name}`, 'x', inside] as const,
  ]);
  const base = stage('folders', ['directory:/srv/db', 1, data]);

  test('go side by side, what refers to others before them, and the ledger is written once a kind', async () => {
    const w = fresh();
    for (const app of apps) await w.run([base, stage('apps', ...apps.slice(0, apps.indexOf(app) + 1))]);
    w.log.length = 0;
    w.state.saves = 0;
    let release = () => {};
    const gate = new Promise<void>((done) => (release = done));
    for (const name of names) w.held.set(`-application:${name}`, gate);
    const run = w.run([base]);
    await new Promise((done) => setTimeout(done, 10));
    expect(w.log).toHaveLength(4);
    release();
    await run;
    expect(w.log.slice(0, 12).every((line) => line.startsWith('-application:'))).toBe(true);
    expect(w.log.slice(12).every((line) => line.startsWith('-provider:'))).toBe(true);
    expect(w.log).toHaveLength(24);
    expect(w.state.saves).toBe(2);
    expect(w.ledger.map(({ id }) => id)).toEqual(['directory:/srv/db']);
  });

  test.each([false, true])('cut at any of them (after it landed: %s) are finished by the next run', async (after) => {
    for (let at = 0; at < 24; at += 3) {
      const w = fresh();
      await w.run([base, stage('apps', ...apps)]);
      w.state.cut = { at: w.state.writes + at, after };
      await expect(w.run([base])).rejects.toThrow('power cut');
      await w.run([base]);
      expect([...w.things.keys()]).toEqual(['outpost:embedded', 'directory:/srv/db']);
      expect(w.ledger.map(({ id }) => id)).toEqual(['directory:/srv/db']);
    }
  });
});

test('Ctrl-C stops at the next safe point, and the next run goes on', async () => {
  const w = fresh();
  const controller = new AbortController();
  w.events.push = (event) => {
    if (event.is === 'stage-done' && event.title === 'folders') controller.abort();
    return 0;
  };
  await expect(w.run(bare, { signal: controller.signal })).rejects.toMatchObject({ code: 'interrupted', exit: 130 });
  expect(w.things.has('container:server')).toBe(false);
  await w.run(bare);
  expect(await w.run(bare)).toBe('');
});

describe('a setting that somebody else may have chosen', () => {
  const stages = [stage('settings', ['brand:default', 'ours']), stage('folders', ['directory:/srv', 1])];

  test('stays, is told, and stops nothing', async () => {
    const w = toy();
    w.things.set('brand:default', { value: 'theirs', readyAt: 0 });
    expect(await w.plan(stages)).toBe('ask     brand:default  differs\ncreate  directory:/srv  missing');
    expect(await w.run(stages)).toBe('create  directory:/srv  missing');
    expect(w.things.get('brand:default')?.value).toBe('theirs');
    expect(w.ledger.map(({ id }) => id)).toEqual(['directory:/srv']);
    await w.run([]);
    expect(w.things.get('brand:default')?.value).toBe('theirs');
  });

  test('is set where nobody chose, put right later, and given back', async () => {
    const w = toy();
    w.things.set('brand:default', { value: 'nothing', readyAt: 0 });
    expect(await w.run(stages)).toBe('adjust  brand:default  differs\ncreate  directory:/srv  missing');
    w.things.set('brand:default', { value: 'changed', readyAt: 0 });
    expect(await w.run(stages)).toBe('adjust  brand:default  differs');
    await w.run([]);
    expect(w.things.get('brand:default')?.value).toBe('nothing');
  });
});

test.each([false, true])('a run cut at any write (after it landed: %s) is finished by the next', async (after) => {
  const whole = fresh();
  await whole.run(withApp);
  for (let at = 0; at < whole.state.writes; at++) {
    const w = fresh();
    w.state.cut = { at, after };
    await expect(w.run(withApp)).rejects.toThrow('power cut');
    await w.run(withApp);
    expect(await w.run(withApp)).toBe('');
    expect(w.ledger).toEqual(whole.ledger);
    expect([...w.things]).toEqual(
      expect.arrayContaining([...whole.things.keys()].map((id) => [id, expect.anything()])),
    );
    expect(w.log.filter((line) => line === '=container:server')).toHaveLength(1);
    await w.run([], { purge: true });
    expect([...w.things.keys()]).toEqual(['outpost:embedded']);
  }
});
