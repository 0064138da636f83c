import { describe, expect, test } from 'vitest';
import type { Resource } from '../../src/model/resource.ts';
import { steppingClock } from '../world/authentik/up.ts';
import { failing, outpost, provider, type Sso, sso } from './sso.ts';

const row = async (here: Sso) => (await here.state()).outposts[0]!;
const served = async (here: Sso) => {
  const { providers, outposts } = await here.state();
  return providers.filter(({ pk }) => outposts[0]?.providers.includes(pk)).map(({ name }) => name);
};
const patches = (here: Sso) => here.changes().filter((line) => line.startsWith('PATCH') && line.includes('/outposts/'));
const three = [provider('a'), provider('b'), provider('theirs')];

/** Somebody else's provider is on the outpost already, and their own setting. */
async function shared(options: Parameters<typeof sso>[0] = {}): Promise<Sso> {
  const here = await sso(options);
  await here.run([three]);
  await here.edit(({ outposts, providers }) => {
    outposts[0]!.providers = [providers.find(({ name }) => name === 'theirs')!.pk];
    Object.assign(outposts[0]!.config, { log_level: 'debug' });
  });
  return here;
}

test('serves all of ours with one change, beside what others have, and keeps every other setting', async () => {
  const here = await shared();
  const before = (await row(here)).config;
  expect(await here.run([three, [outpost('a', 'b')]])).toEqual(['adjust outpost:authentik Embedded Outpost']);
  expect(await served(here)).toEqual(['a', 'b', 'theirs']);
  expect((await row(here)).config).toEqual({ ...before, authentik_host: 'https://auth.home.example.com' });
  expect(patches(here)).toHaveLength(1);
  expect(await here.plan([outpost('a', 'b')])).toEqual([]);
});

test('lets go of several at once, with one change, and of nobody else', async () => {
  const here = await shared();
  await here.run([three, [outpost('a', 'b')]]);
  const without = { ...outpost(), spec: { ...outpost().spec, detach: ['a', 'b', 'c'] } } as Resource;
  expect(await here.plan([without])).toEqual([
    'adjust outpost:authentik Embedded Outpost: still serves "a"; still serves "b"',
  ]);
  await here.run([three, [without]]);
  expect(await served(here)).toEqual(['theirs']);
  expect(patches(here)).toHaveLength(2);
});

test('says what is missing', async () => {
  const here = await shared();
  expect(await here.plan([outpost('a')])).toEqual([
    'adjust outpost:authentik Embedded Outpost: authentik_host: none → https://auth.home.example.com; does not serve "a"',
  ]);
});

describe("somebody else's change at the same moment", () => {
  test('up to the last look is kept', async () => {
    let armed = true;
    const here = await shared({
      fault: ({ method, path }) => {
        // They attach "b" while our listing is still the old one.
        if (method === 'GET' && /\/outposts\/instances\/[^/?]+\/$/.test(path) && armed) {
          armed = false;
          void here.edit(({ outposts, providers }) => {
            outposts[0]!.providers.push(providers.find(({ name }) => name === 'b')!.pk);
          });
        }
        return undefined;
      },
    });
    await here.run([three, [outpost('a')]]);
    expect(await served(here)).toEqual(['a', 'b', 'theirs']);
  });

  test('that swallows ours is answered by doing it again', async () => {
    let swallowed = 0;
    const here = await shared({
      fault: ({ method, path }) => {
        if (method === 'GET' && /\/outposts\/instances\/[^/?]+\/$/.test(path) && swallowed++ === 1) {
          // Our change is in; theirs, made on an older list, comes after it.
          void here.edit(({ outposts, providers }) => {
            outposts[0]!.providers = [providers.find(({ name }) => name === 'theirs')!.pk];
          });
        }
        return undefined;
      },
    });
    await here.run([three, [outpost('a')]]);
    expect(await served(here)).toEqual(['a', 'theirs']);
    expect(patches(here)).toHaveLength(2);
  });
});

test.each([true, false])('a change that was answered by an empty 405, kept: %s, is looked at first', async (commit) => {
  const here = await shared({
    fault: ({ method, nth }) => (method === 'PATCH' && nth === 1 ? { kind: 'crash', commit } : undefined),
  });
  await here.run([three, [outpost('a')]]);
  expect(await served(here)).toEqual(['a', 'theirs']);
  expect(patches(here)).toHaveLength(commit ? 1 : 2);
});

describe('letting go', () => {
  test('takes off ours and puts the host back, and leaves what others have', async () => {
    const here = await shared();
    await here.run([three, [outpost('a', 'b')]]);
    expect(await here.run([three])).toEqual(['release outpost:authentik Embedded Outpost']);
    expect(await served(here)).toEqual(['theirs']);
    expect((await row(here)).config['authentik_host']).toBe('');
  });

  test('leaves a host that somebody has changed since', async () => {
    const clock = steppingClock();
    const here = await shared({ clock });
    await here.run([three, [outpost('a')]]);
    await here.edit(({ outposts }) => {
      Object.assign(outposts[0]!.config, { authentik_host: 'https://sso.example.com' });
    });
    clock.pass(10_000);
    await here.run([three]);
    expect((await row(here)).config['authentik_host']).toBe('https://sso.example.com');
  });
});

test('an outpost that is switched off is told', async () => {
  const here = await sso();
  await here.edit((state) => {
    state.outposts = [];
  });
  expect((await failing(here.run([[outpost()]]))).code).toBe('no-embedded-outpost');
});
