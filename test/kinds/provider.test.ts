import { describe, expect, test } from 'vitest';
import { steppingClock } from '../world/authentik/up.ts';
import { failing, provider, type Sso, sso } from './sso.ts';

const rows = async (here: Sso) => (await here.state()).providers;
const wiki = provider('wiki');

test('forward auth for one host: with its flows, all five scopes, and a cookie of a day', async () => {
  const here = await sso();
  expect(await here.run([[wiki]])).toEqual(['create provider:wiki']);
  const [row] = await rows(here);
  expect(row).toMatchObject({ mode: 'forward_single', access_token_validity: 'hours=24', cookie_domain: '' });
  expect(row?.property_mappings).toHaveLength(5);
  expect(await here.plan([wiki])).toEqual([]);
});

test('forward auth for a domain', async () => {
  const here = await sso();
  const home = provider('Home forward auth', 'https://auth.home.example.com', {
    mode: 'forward_domain',
    cookieDomain: 'home.example.com',
  });
  await here.run([[home]]);
  expect(await rows(here)).toMatchObject([{ mode: 'forward_domain', cookie_domain: 'home.example.com' }]);
  expect(await here.plan([home])).toEqual([]);
});

test('only what differs is sent, and what else its owner set stays', async () => {
  const clock = steppingClock();
  const here = await sso({ clock });
  await here.run([[wiki]]);
  await here.edit(({ providers }) => {
    Object.assign(providers[0]!, { skip_path_regex: '^/health$', access_token_validity: 'hours=2' });
  });
  clock.pass(10_000);
  const moved = provider('wiki', 'https://notes.home.example.com');
  expect(await here.plan([moved])).toEqual([
    'update provider:wiki: external host: https://wiki.home.example.com → https://notes.home.example.com',
  ]);
  await here.run([[moved]]);
  expect(await rows(here)).toMatchObject([
    { external_host: 'https://notes.home.example.com', skip_path_regex: '^/health$', access_token_validity: 'hours=2' },
  ]);
});

test('made too early it lacks scopes without a word; that is seen and put right', async () => {
  const clock = steppingClock();
  const here = await sso({ clock });
  await here.run([[wiki]]);
  await here.edit(({ providers }) => {
    providers[0]!.property_mappings = providers[0]!.property_mappings.slice(0, 2);
  });
  clock.pass(10_000);
  expect(await here.plan([wiki])).toEqual([
    'update provider:wiki: scope mappings are missing, so apps would get empty identity headers',
  ]);
  await here.run([[wiki]]);
  expect((await rows(here))[0]?.property_mappings).toHaveLength(5);
});

test('a capital letter or a slash at the end makes no other host', async () => {
  const here = await sso();
  await here.run([[provider('wiki', 'https://Wiki.home.example.com/')]]);
  expect(await here.plan([wiki])).toEqual([]);
});

test('a release without invalidation flows is not sent one', async () => {
  const here = await sso();
  await here.run([[wiki]]);
  expect(await here.plan([provider('wiki', undefined, { invalidationFlow: '' })])).toEqual([]);
});

test('a flow that is not there is named', async () => {
  const here = await sso();
  expect((await failing(here.run([[provider('wiki', undefined, { authorizationFlow: 'nope' })]]))).problem).toBe(
    'authentik has no flow "nope".',
  );
  expect(here.changes()).toEqual([]);
});

describe('a host is never given a second provider', () => {
  const old = provider('Old wiki', 'https://WIKI.home.example.com');

  test('when another one has another name', async () => {
    const here = await sso();
    await here.run([[old]]);
    here.ledger = [];
    expect(await here.plan([wiki])).toEqual([
      'take provider:wiki: a provider "Old wiki" serves https://wiki.home.example.com already',
    ]);
    expect((await failing(here.run([[wiki]]))).code).toBe('not-ours');
    const failure = await failing(here.run([[wiki]], { mayTake: () => true }));
    expect(failure.code).toBe('host-has-provider');
    expect(failure.fix).toContain('rename "Old wiki" to "wiki"');
    expect(await rows(here)).toHaveLength(1);
  });

  test('when ours is moved to a host that has one', async () => {
    const here = await sso();
    await here.run([[old, provider('notes')]]);
    const failure = await failing(here.run([[old, provider('notes', 'https://wiki.home.example.com')]]));
    expect(failure.code).toBe('host-has-provider');
  });
});

test.each([true, false])('a create that was answered by silence, kept: %s, makes one', async (commit) => {
  const here = await sso({
    fault: ({ method, nth }) => (method === 'POST' && nth === 1 ? { kind: 'crash', commit } : undefined),
  });
  await here.run([[wiki]]);
  expect(await rows(here)).toHaveLength(1);
  expect(here.changes()).toHaveLength(commit ? 1 : 2);
});

test('goes when it is no longer wanted', async () => {
  const here = await sso();
  await here.run([[wiki, provider('notes')]]);
  expect(await here.run([[wiki]])).toEqual(['remove provider:notes']);
  expect((await rows(here)).map(({ name }) => name)).toEqual(['wiki']);
});
