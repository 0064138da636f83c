import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { homeauthIn } from '../fakes/homeauth.ts';
import { installed } from '../fakes/installed.ts';
import { inDatabase, visit } from '../fakes/people.ts';
import { copyOf, type FakeWorld } from '../fakes/world.ts';
import { Browser } from '../standin/browser.ts';

const host = 'auth.home.example.com';
const executor = '/api/v3/flows/executor/default-authentication-flow/?query=';
const right = 'a-Heron-of-anna';

let base: FakeWorld;
let fake: FakeWorld;
beforeAll(async () => {
  base = await installed();
  await base.files.write('/etc/anna', `${right}\n`, 0o600);
  for (const name of ['anna', 'bert']) {
    const flags = { name, email: `${name}@example.com`, passwordFile: '/etc/anna' };
    expect((await homeauthIn(base)('user add', [name], flags)).failure).toBeUndefined();
  }
});
afterAll(() => base.close());
beforeEach(async () => {
  fake = await copyOf(base);
});
afterEach(() => fake.close());

const homeauth = (...args: Parameters<ReturnType<typeof homeauthIn>>) => homeauthIn(fake)(...args);

/** A page that asks for the password of somebody, opened from an address. */
async function page(name: string, address: string): Promise<(password: string) => Promise<string>> {
  const browser = new Browser(fake.servers.at(-1)!.url, address);
  await browser.open(host, executor);
  await browser.open(host, executor, 'POST', { component: 'ak-stage-identification', uid_field: name });
  return async (password) => {
    let shown = await browser.open(host, executor, 'POST', { component: 'ak-stage-password', password });
    while (shown.status === 302) shown = await browser.open(host, executor);
    const { component, error_message: words } = JSON.parse(shown.text);
    return words ? `${component}: ${words}` : component;
  };
}

async function guess(name: string, address: string, times: number): Promise<string> {
  let last = '';
  for (let n = 0; n < times; n++) last = await (await page(name, address))(`wrong ${n}`);
  return last;
}

const tries = async (name: string, address: string) => (await page(name, address))(right);
const refused = expect.stringContaining('ak-stage-access-denied: Too many wrong passwords.');
const isIn = 'xak-flow-redirect';
const [street, home, elsewhere] = ['203.0.113.7', '198.51.100.1', '192.0.2.9'] as const;

test('a name is guessed five times from one address, and goes on being let in from others', async () => {
  expect(await guess('anna', street, 5)).toBe('ak-stage-password');
  expect(await tries('anna', street)).toEqual(refused);
  expect(await tries('anna', home)).toBe(isIn);
  expect(await tries('bert', street)).toBe(isIn);
});

test('pages that were opened before are counted, too', async () => {
  const pages = await Promise.all(Array.from({ length: 12 }, () => page('anna', street)));
  for (const open of pages.slice(0, 5)) expect(await open('wrong')).toBe('ak-stage-password');
  expect(await pages[6]!('wrong')).toEqual(refused);
  expect(await pages[7]!(right)).toEqual(refused);
});

test('an address that guesses at several names is stopped for all of them', async () => {
  await guess('anna', street, 5);
  await guess('nobody', street, 5);
  expect(await tries('bert', street)).toEqual(refused);
  expect(await tries('bert', home)).toBe(isIn);
});

test('a name that is guessed from several addresses is stopped, for a day', async () => {
  await guess('anna', street, 5);
  await guess('anna', elsewhere, 5);
  expect(await tries('anna', home)).toEqual(refused);
  expect(await tries('bert', home)).toBe(isIn);
  await inDatabase(fake, ({ reputations }) => {
    for (const one of reputations) one.expires = fake.clock.now() - 1;
  });
  expect(await tries('anna', home)).toBe(isIn);
});

test("the proxy's own address locks nobody out but the name that is guessed", async () => {
  const [subnet = ''] = (await fake.docker.network('caddy_caddynet'))?.subnets ?? [];
  const proxy = subnet.replace(/\.\d+\/\d+$/, '.9');
  await guess('anna', proxy, 5);
  await guess('nobody', proxy, 5);
  expect(await tries('anna', proxy)).toEqual(refused);
  expect(await tries('bert', proxy)).toBe(isIn);
});

test.each([
  ['user unlock', ['anna'], {}],
  ['user unlock', [], {}],
  ['user password', ['anna'], { passwordFile: '/etc/anna' }],
] as const)('%s %j lets somebody in again at once', async (command, args, flags) => {
  await guess('anna', street, 5);
  expect((await homeauth(command, [...args], flags, ['y'])).failure).toBeUndefined();
  expect(await tries('anna', street)).toBe(isIn);
});

test('so does rescue', async () => {
  await guess('anna', street, 5);
  expect((await homeauth('rescue', ['anna'], { passwordFile: '/etc/anna' }, ['y'])).failure).toBeUndefined();
  expect(await tries('anna', street)).toBe(isIn);
});

test('homeauth says what keeps it from logging in', async () => {
  for (let n = 0; n < 5; n++) await visit(fake, 'anna', 'wrong').catch(() => undefined);
  await expect(visit(fake, 'anna', right)).rejects.toMatchObject({
    code: 'login-refused',
    fix: 'Where a wrong one was typed too often: homeauth user unlock anna',
  });
});

test('it is kept, told, and put back', async () => {
  expect((await homeauth('plan')).out).toMatch(/^Nothing to change/);
  await inDatabase(fake, (state) => {
    state.bindings = state.bindings.filter(
      ({ policy }) => state.policies.find(({ pk }) => pk === policy)?.name !== 'homeauth-guesses',
    );
    state.reputationPolicies.find(({ check_ip }) => check_ip)!.threshold = -1000;
  });
  const { out } = await homeauth('doctor');
  for (const id of ['reputation-differs', 'policy-binding-differs']) expect(out).toContain(id);
  expect((await homeauth('apply')).failure).toBeUndefined();
  await guess('anna', street, 5);
  expect(await tries('anna', street)).toEqual(refused);
});

test('where the owner has taken the password out of the login, there is nothing to bind to', async () => {
  await inDatabase(fake, (state) => {
    const stage = state.stages.find(({ name }) => name === 'default-authentication-password')!.pk;
    state.stageBindings = state.stageBindings.filter((one) => one.stage !== stage);
  });
  expect((await homeauth('plan')).out).toMatch(/^Nothing to change/);
});

test('whoever has another answer than the password is not asked about guesses', async () => {
  await guess('anna', street, 5);
  // The stage decides by itself where every policy of it has to agree, and where one is enough.
  for (const mode of ['any', 'all']) {
    await inDatabase(fake, (state) => {
      const stage = state.stages.find(({ name }) => name === 'default-authentication-password')!.pk;
      state.stageBindings.find((one) => one.stage === stage)!.policy_engine_mode = mode;
    });
    expect(await tries('anna', street)).toEqual(refused);
    expect(await tries('anna', home)).toBe(isIn);
  }
});
