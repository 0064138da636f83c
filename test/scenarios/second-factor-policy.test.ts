import { afterEach, describe, expect, test } from 'vitest';
import { type Home, home } from '../fakes/home.ts';
import { at } from '../fakes/installed.ts';
import { enter, inDatabase } from '../fakes/people.ts';
import { phone } from '../fakes/phone.ts';

let here: Home;
afterEach(() => here.fake.close());

const word = 'a quite long pass phrase';
const file = '/srv/password';

/** Helen, who may do everything, and Anna, who may not. */
async function household(flags = {}): Promise<void> {
  here = await home(flags);
  await here.fake.files.write(file, `${word}\n`, 0o600);
  const anna = { name: 'Anna', email: 'anna@example.com', passwordFile: file };
  expect((await here.homeauth('user add', ['anna'], anna)).failure).toBeUndefined();
}

/** homeauth.yaml says so from now on. */
async function say(policy: string): Promise<void> {
  const text = (await here.fake.files.read(at('homeauth.yaml'))) ?? '';
  const rest = text.replace(/\n(?:# Who has to[^\n]*\n)?policies:\n {2}second-factor: \w+\n/, '\n');
  await here.fake.files.write(at('homeauth.yaml'), `${rest}policies:\n  second-factor: ${policy}\n`, 0o600);
}

async function apply(): Promise<void> {
  expect((await here.homeauth('apply')).failure).toBeUndefined();
  const again = await here.homeauth('apply');
  expect(again.out).toBe('Everything is as it should be; nothing was changed.');
}

/** What happens to somebody behind the password. */
async function met(username: 'helen' | 'anna'): Promise<'in' | 'setup' | 'code'> {
  const challenge = await here.behindPassword(username, username === 'helen' ? here.password : word);
  if (!challenge) return 'in';
  return (challenge.device_challenges ?? []).length > 0 ? 'code' : 'setup';
}

const enrol = async (username: 'helen' | 'anna') => {
  const app = phone(here.now);
  const keys = [username === 'helen' ? here.password : word, app.scan, 'y'];
  const ran = await here.homeauth('user enroll-2fa', [username], {}, keys);
  expect(ran.failure).toBeUndefined();
  return { ...ran, app };
};

describe('whoever lacks a second factor is asked to set one up at the login', () => {
  test('off, as authentik ships it: nobody', async () => {
    await household();
    expect([await met('helen'), await met('anna')]).toEqual(['in', 'in']);
  });

  test('admins: who may do everything, and nobody else', async () => {
    await household({ secondFactor: 'admins' });
    expect(await here.fake.files.read(at('homeauth.yaml'))).toContain('second-factor: admins');
    expect([await met('helen'), await met('anna')]).toEqual(['setup', 'in']);
  });

  test('admins: one who has one is asked for it once', async () => {
    await household({ secondFactor: 'admins' });
    const { app } = await enrol('helen');
    expect(await met('helen')).toBe('code');
    here.pass(30_000);
    expect(await here.questions('helen', here.password, app.code())).toBe(1);
  });

  test('everyone', async () => {
    await household({ secondFactor: 'everyone' });
    expect([await met('helen'), await met('anna')]).toEqual(['setup', 'setup']);
    await enrol('anna');
    expect([await met('helen'), await met('anna')]).toEqual(['setup', 'code']);
  });

  test('what is set up inside of the login counts, and the recovery codes come behind it', async () => {
    await household({ secondFactor: 'everyone' });
    const { err, out } = await enrol('anna');
    expect(err.match(/Scan this/g)).toHaveLength(1);
    expect(err).toContain('✓ the authenticator app is set up');
    expect(out).toContain('anna has a second factor');
  });
});

describe('the app comes first, and the recovery codes are its second step', () => {
  test.each(['admins', 'everyone'])('%s', async (policy) => {
    await household({ secondFactor: policy });
    const first = await here.behindPassword('helen', here.password);
    expect(first?.component).toBe('ak-stage-authenticator-totp');
    expect(first?.config_url).toContain('issuer=home.example.com');
    const { app } = await enrol('helen');
    // Somebody who has set up an app alone, in a browser or long ago.
    await inDatabase(here.fake, (state) => {
      state.devices = state.devices.filter(({ kind }) => kind === 'totp');
    });
    here.pass(30_000);
    const met: string[] = [];
    await enter(here.fake, 'helen', here.password, {
      beyond: async ({ component = '' }) => {
        met.push(component);
        return component === 'ak-stage-authenticator-validate' ? { code: app.code() } : {};
      },
    });
    expect(met).toEqual(['ak-stage-authenticator-validate', 'ak-stage-authenticator-static']);
  });
});

test('the brand is called after the domain, unless its owner calls it otherwise', async () => {
  here = await home();
  const title = (set?: string) =>
    inDatabase(here.fake, ({ brands }) => {
      if (set) Object.assign(brands[0]!, { branding_title: set });
      return brands[0]?.['branding_title'];
    });
  expect(await title()).toBe('home.example.com');
  await title('Our house');
  expect((await here.homeauth('plan')).out).toMatch(/^Nothing to change/);
  await title('authentik');
  expect((await here.homeauth('doctor')).out).toContain('brand-title-differs');
  await apply();
  expect(await title()).toBe('home.example.com');
});

describe('the policy is kept like everything else', () => {
  test('switched on and off again, nothing is left of it', async () => {
    await household();
    for (const [policy, helen, anna] of [
      ['admins', 'setup', 'in'],
      ['everyone', 'setup', 'setup'],
      ['admins', 'setup', 'in'],
      ['off', 'in', 'in'],
    ] as const) {
      await say(policy);
      await apply();
      expect([policy, await met('helen'), await met('anna')]).toEqual([policy, helen, anna]);
    }
    const ledger = (await here.fake.files.read(at('.homeauth/ledger.json'))) ?? '';
    expect(ledger).toContain('provider:');
    expect(ledger).not.toContain('second-factor');
    expect(ledger).not.toContain('mfa-validation');
  });

  test('plan says in words what would change', async () => {
    await household();
    await say('everyone');
    const { out } = await here.homeauth('plan');
    expect(out).toContain('default-authentication-mfa-validation');
    expect(out).toContain('not configured action: skip → configure');
    await say('admins');
    expect((await here.homeauth('plan')).out).toContain('homeauth-second-factor-of-admins');
  });

  test.each([
    ['admins', 'stage-differs', 'homeauth-second-factor-of-admins'],
    ['everyone', 'stage-settings-differs', 'default-authentication-mfa-validation'],
  ] as const)('doctor sees when somebody takes it back by hand: %s', async (policy, id, name) => {
    await household({ secondFactor: policy });
    await byHand(name, { not_configured_action: 'skip' });
    const { code, out } = await here.homeauth('doctor');
    expect(code).toBe(4);
    expect(out).toContain(id);
    await apply();
    expect(await met('helen')).toBe('setup');
  });

  test('what authentik ships is never touched for administrators alone', async () => {
    await household({ secondFactor: 'admins' });
    const ledger = (await here.fake.files.read(at('.homeauth/ledger.json'))) ?? '';
    expect(ledger).not.toContain('default-authentication-mfa-validation');
  });
});

/** Somebody changes a stage in authentik's own pages. */
async function byHand(name: string, change: object): Promise<void> {
  const server = here.fake.servers.at(-1);
  const token = /HOMEAUTH_TOKEN='?([A-Za-z0-9]+)/.exec(
    (await here.fake.files.read(at('.homeauth/token.env'))) ?? '',
  )?.[1];
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${server?.url}/api/v3/stages/authenticator/validate/${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json' },
    });
  const { results } = (await (await ask(`?name=${name}`)).json()) as { results: { pk: string; name: string }[] };
  const pk = results.find((one) => one.name === name)?.pk;
  const { status } = await ask(`${pk}/`, { method: 'PATCH', body: JSON.stringify(change) });
  expect(status).toBe(200);
}

describe('homeauth after it was switched on', () => {
  test('takes a login that stops at the second factor for the right password, in words', async () => {
    await household({ secondFactor: 'admins' });
    const { out, code } = await here.homeauth('add-app', ['whoami']);
    expect(code).toBe(0);
    expect(out).toMatch(/✓ the password of helen is right +the login goes on to the second factor/);
  });

  test('init proves the password, and names the next command', async () => {
    here = await home();
    const { out } = await here.homeauth('init', [], {});
    expect(out).toContain('Next:  homeauth user enroll-2fa helen');
  });
});

describe('what does not fit', () => {
  test('a word that is none', async () => {
    here = await home();
    await say('admin');
    const { failure } = await here.homeauth('plan');
    expect(failure?.code).toBe('config-invalid');
    expect(`${failure?.problem}${failure?.details}${failure?.fix}`).toContain('admins');
  });

  test('--second-factor with such a word', async () => {
    here = await home();
    const { failure } = await here.homeauth('init', [], { secondFactor: 'all' });
    expect(failure).toMatchObject({ code: 'flag-invalid', problem: '"all" is not one of: off, admins, everyone.' });
  });
});
