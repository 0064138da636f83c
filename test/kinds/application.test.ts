import { expect, test } from 'vitest';
import { steppingClock } from '../world/authentik/up.ts';
import { application, failing, provider, type Sso, sso } from './sso.ts';

const rows = async (here: Sso) => (await here.state()).applications;
const providers = [provider('wiki'), provider('notes')];
const hidden = application('wiki', { hidden: true, launchUrl: '' });

test('is made with its provider, and is right afterwards', async () => {
  const here = await sso();
  expect(await here.run([providers, [application('wiki')]])).toContain('create application:wiki');
  const [{ pk } = { pk: 0 }] = (await here.state()).providers;
  expect(await rows(here)).toMatchObject([
    { slug: 'wiki', provider: pk, meta_hide: false, meta_launch_url: 'https://wiki.home.example.com/' },
  ]);
  expect(await here.plan([application('wiki')])).toEqual([]);
});

test.each([
  ['2026.8.6', { meta_hide: true, meta_launch_url: '' }],
  ['2026.2.2', { meta_launch_url: 'blank://blank' }],
])('is hidden from the library as %s does it, and shown again', async (version, fields) => {
  const here = await sso({
    version,
    bootstrap: { token: 'bootstrap0123456789abcdefghijklmnopqrstuvwxyz', password: 'x' },
  });
  await here.run([providers, [hidden]]);
  expect(await rows(here)).toMatchObject([fields]);
  expect(await here.plan([hidden])).toEqual([]);
  expect(await here.plan([application('wiki')])).toHaveLength(1);
  await here.run([providers, [application('wiki')]]);
  expect(await here.plan([application('wiki')])).toEqual([]);
});

test('that belongs to another provider says so', async () => {
  const here = await sso();
  await here.run([providers, [application('wiki', { provider: 'notes' })]]);
  here.ledger = [];
  expect(await here.plan([application('wiki')])).toEqual([
    'take application:wiki: its provider is "notes", not "wiki"',
  ]);
});

test('that lost its provider gets it back', async () => {
  const clock = steppingClock();
  const here = await sso({ clock });
  await here.run([providers, [application('wiki')]]);
  await here.edit((state) => {
    state.applications[0]!.provider = null;
  });
  clock.pass(10_000);
  expect(await here.plan([application('wiki')])).toEqual(['update application:wiki: its provider is none, not "wiki"']);
  await here.run([providers, [application('wiki')]]);
  expect(await here.plan([application('wiki')])).toEqual([]);
});

test('without its provider cannot be made', async () => {
  const here = await sso();
  expect((await failing(here.run([[application('wiki')]]))).problem).toBe('authentik has no provider "wiki".');
});

test('one that nobody sees in the library is not made twice', async () => {
  const here = await sso({
    fault: ({ method, path, nth }) =>
      method === 'POST' && path.endsWith('/applications/') && nth === 1
        ? { kind: 'recycled', commit: true }
        : undefined,
  });
  await here.run([providers, [hidden]]);
  expect(await rows(here)).toHaveLength(1);
  expect(here.changes().filter((line) => line.endsWith('/applications/'))).toHaveLength(1);
});

test('goes when it is no longer wanted, and its provider with it', async () => {
  const here = await sso();
  await here.run([providers, [application('wiki')]]);
  expect(await here.run([[providers[1]!]])).toEqual(['remove application:wiki', 'remove provider:wiki']);
  expect(await rows(here)).toEqual([]);
});

test('whose provider another application has says so, and what to do', async () => {
  const clock = steppingClock();
  const here = await sso({ clock });
  await here.run([providers, [application('wiki')]]);
  await here.edit((state) => {
    state.applications[0]!.slug = 'encyclopedia';
  });
  clock.pass(10_000);
  const failure = await failing(here.run([[application('wiki')]]));
  expect(failure.code).toBe('provider-has-application');
  expect(failure.problem).toBe(
    'The application "encyclopedia" in authentik uses the provider "wiki", which homeauth needs for "wiki".',
  );
  expect(failure.fix).toContain('give "encyclopedia" the slug "wiki", or delete it');
  expect(await rows(here)).toHaveLength(1);
});
