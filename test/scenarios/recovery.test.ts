import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import type { FakeWorld } from '../fakes/world.ts';
import type { State } from '../standin/state.ts';

const mail = `mail:
  host: smtp.example.com
  from: auth@example.com
`;

let fake: FakeWorld;
let homeauth: ReturnType<typeof homeauthIn>;
let bare: string;
const yaml = at('homeauth.yaml');

beforeEach(async () => {
  fake = await installed([], { standin: { checkSchema: true } });
  homeauth = homeauthIn(fake);
  bare = (await fake.files.read(yaml)) ?? '';
});
afterEach(async () => {
  expect(fake.servers.flatMap(({ violations }) => violations)).toEqual([]);
  await fake.close();
});

const say = (more: string) => fake.files.write(yaml, `${bare}${more}`, 0o644);
const store = () => [...fake.docker.databases.values()].at(-1)!.store;
const state = async () => (await store().read()) as State;
const edit = (work: (now: State) => void) =>
  store().change((now) => {
    work(now as State);
    return { state: now as State, result: undefined };
  });
const ours = ({ flows, stages, prompts, policies, stageBindings }: State) => ({
  flows: flows.filter(({ slug }) => slug.startsWith('homeauth-')).map(({ slug }) => slug),
  stages: stages.filter(({ name }) => name.startsWith('homeauth-')).map(({ kind, name }) => `${kind}/${name}`),
  prompts: prompts.filter(({ name }) => name.startsWith('homeauth-')).map(({ name }) => name),
  policies: policies.filter(({ name }) => name.startsWith('homeauth-')).map(({ name }) => name),
  bindings: stageBindings.length,
});
const shipped = ({ brands, stages }: State) => ({
  brand: brands.find((brand) => brand.default)?.flow_recovery,
  identification: stages.find(({ name }) => name === 'default-authentication-identification')?.config,
});
const stageIn = ({ stages }: State, name: string) => stages.find((stage) => stage.name === name)!;

describe('a flow for a new password', () => {
  test('is made where mail is set, once, and goes again, with all as it was', async () => {
    const before = await state();
    await say(mail);
    const plan = await homeauth('plan');
    expect(plan.out).toContain('+ flow:homeauth-recovery');
    expect(plan.out).toContain('recovery flow: none → homeauth-recovery');
    expect((await homeauth('apply')).failure).toBeUndefined();

    const made = await state();
    const flow = made.flows.find(({ slug }) => slug === 'homeauth-recovery')!;
    const steps = made.stageBindings
      .filter(({ target }) => target === flow.pk)
      .toSorted((a, b) => a.order - b.order)
      .map(({ stage }) => made.stages.find(({ pk }) => pk === stage)?.name);
    expect(flow).toMatchObject({ designation: 'recovery', authentication: 'require_unauthenticated' });
    expect(steps).toEqual(
      ['old-link', 'identification', 'email', 'second-factor', 'prompt', 'write'].map(
        (name) => `homeauth-recovery-${name}`,
      ),
    );
    expect(stageIn(made, 'homeauth-recovery-identification').config).toMatchObject({ pretend_user_exists: true });
    expect(stageIn(made, 'homeauth-recovery-email').config).toMatchObject({
      use_global_settings: true,
      activate_user_on_success: false,
    });
    expect(stageIn(made, 'homeauth-recovery-second-factor').config).toMatchObject({ not_configured_action: 'deny' });
    const { brand, identification } = shipped(made);
    expect(brand).toBe(flow.pk);
    expect(identification).toEqual({ ...shipped(before).identification, recovery_flow: flow.pk });

    expect((await homeauth('apply')).out).toBe('Everything is as it should be; nothing was changed.');
    expect((await homeauth('plan')).out).toMatch(/^Nothing to change/);

    await say('');
    expect((await homeauth('apply')).failure).toBeUndefined();
    expect(ours(await state())).toEqual(ours(before));
    expect(shipped(await state())).toEqual(shipped(before));
  });

  test('is kept as it should be', async () => {
    await say(mail);
    await homeauth('apply');
    await edit((now) => {
      stageIn(now, 'homeauth-recovery-identification').config['pretend_user_exists'] = false;
      now.bindings = now.bindings.filter(({ policy }) => policy === null);
      const second = stageIn(now, 'homeauth-recovery-second-factor').pk;
      now.stageBindings = now.stageBindings.filter(({ stage }) => stage !== second);
    });
    const doctor = await homeauth('doctor');
    for (const name of ['stage-differs', 'policy-binding-differs', 'flow-binding-differs'])
      expect(doctor.out).toContain(name);
    expect((await homeauth('plan')).out).toContain('pretend user exists: false → true');
    expect((await homeauth('apply')).failure).toBeUndefined();
    expect((await homeauth('plan')).out).toMatch(/^Nothing to change/);
  });

  test('of somebody else stays, and is told', async () => {
    const theirs = (now: State) => now.flows.find(({ slug }) => slug === 'default-user-settings-flow')!.pk;
    await edit((now) => {
      now.brands.find((brand) => brand.default)!.flow_recovery = theirs(now);
      stageIn(now, 'default-authentication-identification').config['recovery_flow'] = theirs(now);
    });
    await say(mail);
    const plan = await homeauth('plan');
    expect(plan.out).toContain('flow recovery: default-user-settings-flow → homeauth-recovery');
    expect(plan.out).toContain('2 for you to do');
    expect((await homeauth('apply')).failure).toBeUndefined();
    const now = await state();
    expect(shipped(now).brand).toBe(theirs(now));
    expect(shipped(now).identification?.['recovery_flow']).toBe(theirs(now));
    expect((await homeauth('doctor')).out).toContain('brand-differs');
    await say('');
    await homeauth('apply');
    expect(shipped(await state()).brand).toBe(theirs(await state()));
  });

  test('without mail: links can be made, and nobody is offered a mail', async () => {
    await say('policies:\n  recovery: true\n');
    expect((await homeauth('apply')).failure).toBeUndefined();
    const { brand, identification } = shipped(await state());
    expect(brand).not.toBeNull();
    expect(identification?.['recovery_flow']).toBeNull();
  });
});
