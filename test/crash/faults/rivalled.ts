import { homeauthIn, initFlags, type Ran } from '../../fakes/homeauth.ts';
import { changeConfig } from '../../fakes/installed.ts';
import { inDatabase } from '../../fakes/people.ts';
import { type FakeWorld, fakeWorld } from '../../fakes/world.ts';

/** A machine on which somebody has changed every object of homeauth's in authentik by hand. */
export async function rivalled(): Promise<FakeWorld> {
  const fake = fakeWorld();
  const homeauth = homeauthIn(fake);
  const done = async (running: Promise<Ran>) => {
    const { failure } = await running;
    if (failure) throw failure;
  };
  await done(homeauth('init', [], initFlags));
  await done(homeauth('add-app', ['whoami'], { group: 'family' }));
  const policies = 'policies:\n  second-factor: admins\n  recovery: true\n  invitations: true\n';
  await changeConfig(fake.files, (text) => `${text}\n${policies}`);
  await done(homeauth('apply'));
  await inDatabase(fake, (state) => {
    const isOurs = (name: string) => name.startsWith('homeauth-');
    for (const user of state.users) if (user.username === 'helen') user.name = 'Drifted';
    for (const provider of state.providers) provider.cookie_domain = 'drifted.example.com';
    for (const application of state.applications) application.name = `Drifted ${application.name}`;
    for (const binding of state.bindings) if (binding.group) binding.enabled = false;
    for (const flow of state.flows) if (isOurs(flow.slug)) flow.title = 'Drifted';
    for (const policy of state.policies) if (isOurs(policy.name)) policy.expression = 'return None';
    for (const prompt of state.prompts) if (isOurs(prompt.name)) prompt.label = 'Drifted';
    for (const stage of state.stages) {
      if (isOurs(stage.name) && 'subject' in stage.config) stage.config['subject'] = 'Drifted';
      if (isOurs(stage.name) && 'not_configured_action' in stage.config) stage.config['not_configured_action'] = 'deny';
    }
    for (const binding of state.stageBindings) {
      const flow = state.flows.find(({ pk }) => pk === binding.target);
      if (flow && isOurs(flow.slug)) binding.re_evaluate_policies = !binding.re_evaluate_policies;
    }
    for (const brand of state.brands) brand.flow_recovery = null;
    for (const outpost of state.outposts) outpost.providers = [];
    // One that is made anew.
    state.prompts = state.prompts.filter(({ name }) => name !== 'homeauth-invitation-email');
    state.groups = state.groups.filter(({ name }) => name !== 'family');
  });
  return fake;
}
