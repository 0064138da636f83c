import { expect, test } from 'vitest';
import type { Resource } from '../../src/model/resource.ts';
import type { State } from '../standin/state.ts';
import { steppingClock } from '../world/authentik/up.ts';
import { failing, type Sso, sso } from './sso.ts';

const policy = (expression: string): Resource => ({ kind: 'policy', key: 'ours', spec: { fields: { expression } } });
const login = 'identification/default-authentication-identification';
const mfa = 'authenticator/validate/default-authentication-mfa-validation';
const settings = (key: string, fields: Extract<Resource, { kind: 'stage-settings' }>['spec']['fields']): Resource => ({
  kind: 'stage-settings',
  key,
  spec: { fields },
});
const stageIn = ({ stages }: State, name: string) => stages.find((stage) => stage.name === name)!;
const patches = (here: Sso) => here.changes().filter((line) => line.startsWith('PATCH'));

test('an object is made, put right field by field, and removed', async () => {
  const clock = steppingClock();
  const here = await sso({ clock });
  expect(await here.run([[policy('return True')]])).toEqual(['create policy:ours']);
  await here.edit(({ policies }) => {
    Object.assign(policies.find(({ name }) => name === 'ours')!, {
      expression: 'return False',
      execution_logging: true,
    });
  });
  clock.pass(10_000);
  expect(await here.plan([policy('return True')])).toEqual([
    'update policy:ours: expression: return False → return True',
  ]);
  await here.run([[policy('return True')]]);
  const found = (await here.state()).policies.find(({ name }) => name === 'ours');
  expect(found).toMatchObject({ expression: 'return True', execution_logging: true });
  expect(await here.run([[]])).toEqual(['remove policy:ours']);
  expect((await here.state()).policies.some(({ name }) => name === 'ours')).toBe(false);
});

test('a long value is not shown', async () => {
  const here = await sso();
  await here.run([[policy('return True')]]);
  expect(await here.plan([policy(`# ${'x'.repeat(60)}\nreturn True`)])).toEqual([
    'update policy:ours: not the expression that homeauth wrote',
  ]);
});

test('one of that name that homeauth did not make is not overwritten', async () => {
  const here = await sso();
  await here.run([[policy('return True')]]);
  here.ledger = [];
  expect((await failing(here.run([[policy('return False')]]))).code).toBe('not-ours');
});

test('settings of a shipped stage name other objects, and are given back as they were', async () => {
  const clock = steppingClock();
  const here = await sso({ clock });
  const before = stageIn(await here.state(), 'default-authentication-mfa-validation').config;
  const want = settings(mfa, {
    not_configured_action: 'configure',
    configuration_stages: ['default-authenticator-totp-setup', 'default-authenticator-static-setup'],
    device_classes: ['static', 'totp'],
  });
  expect(await here.run([[want]])).toEqual([`adjust stage-settings:${mfa}`]);
  const now = await here.state();
  expect(stageIn(now, 'default-authentication-mfa-validation').config).toEqual({
    ...before,
    not_configured_action: 'configure',
    configuration_stages: ['totp', 'static'].map((name) => stageIn(now, `default-authenticator-${name}-setup`).pk),
    device_classes: ['static', 'totp'],
  });
  expect(await here.run([[want]])).toEqual([]);
  await here.edit((state) => {
    stageIn(state, 'default-authentication-mfa-validation').config['device_classes'] = ['webauthn'];
  });
  clock.pass(10_000);
  await here.run([[]]);
  // What somebody has set since is theirs.
  expect(stageIn(await here.state(), 'default-authentication-mfa-validation').config).toEqual({
    ...before,
    device_classes: ['webauthn'],
  });
});

test('an identification stage is told its user fields again, or it takes no change', async () => {
  const here = await sso();
  const want = settings(login, { recovery_flow: 'default-user-settings-flow' });
  await here.run([[want]]);
  const now = await here.state();
  expect(stageIn(now, 'default-authentication-identification').config).toMatchObject({
    recovery_flow: now.flows.find(({ slug }) => slug === 'default-user-settings-flow')?.pk,
    user_fields: ['email', 'username'],
  });
  expect(patches(here)).toHaveLength(1);
  await here.run([[]]);
  expect(stageIn(await here.state(), 'default-authentication-identification').config['recovery_flow']).toBeNull();
});

test('a shipped stage that was removed, and a name that leads nowhere, are told', async () => {
  const here = await sso();
  const nowhere = settings(login, { recovery_flow: 'no-such-flow' });
  expect((await failing(here.run([[nowhere]]))).problem).toBe('authentik has no flow "no-such-flow".');
});

test('what authentik has not made yet is waited for, and what it was before is noted', async () => {
  const clock = steppingClock();
  const here = await sso({ clock });
  const title = { branding_title: 'home.example.com' };
  const want: Resource = { kind: 'brand', key: 'auth.home.example.com', spec: { fields: title } };
  const late: State['brands'] = [];
  await here.edit(({ brands }) => void late.push(...brands.splice(0)));
  const sleep = clock.sleep;
  clock.sleep = async (ms) => {
    await sleep(ms);
    if (clock.now() < 20_000) return;
    await here.edit(({ brands }) => void brands.push(...late.splice(0)));
  };
  expect(await here.run([[want]])).toEqual(['adjust brand:auth.home.example.com']);
  expect(here.ledger).toMatchObject([{ before: { fields: { branding_title: 'authentik' } } }]);
});

test('what authentik never makes is named', async () => {
  const here = await sso({ clock: steppingClock() });
  const gone = settings('identification/mine', { recovery_flow: null });
  expect((await failing(here.run([[gone]]))).code).toBe('authentik-part-missing');
});

test('the brand of the host is taken before the default one', async () => {
  const here = await sso();
  await here.edit(({ brands }) => {
    brands.push({
      ...brands[0]!,
      brand_uuid: '00000000-0000-4000-8000-000000000001',
      domain: 'example.com',
      default: false,
    });
  });
  const want: Resource = {
    kind: 'brand',
    key: 'auth.home.example.com',
    spec: { fields: { flow_recovery: 'default-user-settings-flow' } },
  };
  await here.run([[want]]);
  const flows = (await here.state()).brands.map(({ flow_recovery }) => flow_recovery);
  expect(flows).toEqual([null, expect.any(String)]);
});
