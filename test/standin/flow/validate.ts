import { devicesOf } from '../api/authenticators.ts';
import { AVATAR } from '../api/show.ts';
import { stageBrief } from '../api/show-flow.ts';
import type { Device, StoredStage } from '../state-flows.ts';
import { takes } from './devices.ts';
import { invalid, pendingUser, type Stage, type Step } from './stage.ts';

const WRONG = 'Invalid Token. Please ensure the time on your device is accurate and try again.';

/** The person's devices of the classes that the stage allows. */
const allowed = (step: Step): Device[] =>
  devicesOf(step.call.state, pendingUser(step)?.pk).filter((one) =>
    (step.config['device_classes'] as string[]).includes(one.kind),
  );

const offered = ({ call, config }: Step): StoredStage[] =>
  call.state.stages
    .filter((one) => (config['configuration_stages'] as string[]).includes(one.pk))
    .sort((a, b) => a.kind.localeCompare(b.kind));

/** Puts a stage right behind this one. */
const insert = ({ plan }: Step, stage: string): number => plan.steps.splice(1, 0, { stage }).length;

/** The second factor: asks for a code, or does what the stage says where there is no device. */
export const validate: Stage = {
  ask: (step) => {
    const { config, plan } = step;
    const user = pendingUser(step);
    if (!user) return 'pass';
    const devices = allowed(step);
    if (devices.length > 0) return challenge(step, devices, []);
    if (config['not_configured_action'] === 'skip') return 'pass';
    if (config['not_configured_action'] === 'deny') return { deny: 'No (allowed) MFA authenticator configured.' };
    const stages = offered(step);
    const [only] = stages;
    if (!only) return { deny: 'No (allowed) MFA authenticator configured.' };
    if (stages.length > 1) return challenge(step, [], stages);
    insert(step, only.pk);
    plan.data['selected_stage'] = only.pk;
    return 'pass';
  },
  answer: (step, body) => {
    const stages = offered(step);
    const devices = allowed(step);
    const selected = stages.find((one) => one.pk === body['selected_stage']);
    if (devices.length === 0 && selected) {
      insert(step, selected.pk);
      return undefined;
    }
    if (body['selected_stage'] !== undefined) return invalid('selected_stage', 'Invalid stage selected');
    const { code } = body;
    if (code === '') return invalid('code', 'This field may not be blank.', 'blank');
    if (code === undefined) return invalid('non_field_errors', 'Empty response');
    return matches(step, String(code)) ? undefined : invalid('code', WRONG);
  },
};

/** A code is tried on every device until one takes it, and counts as a failure of those before. */
function matches(step: Step, code: string): boolean {
  const { call, config } = step;
  const { state, site } = call;
  return devicesOf(state, pendingUser(step)?.pk).some((one) =>
    takes(one, code, site.now(), Number(config[`${one.kind}_otp_throttling_factor`] ?? 1), code.length),
  );
}

function challenge(step: Step, devices: readonly Device[], stages: readonly StoredStage[]) {
  const seen = devices.filter((one, index) => devices.findIndex((other) => other.kind === one.kind) === index);
  return {
    component: 'ak-stage-authenticator-validate',
    pending_user: step.plan.pendingUser ?? pendingUser(step)?.username ?? '',
    pending_user_avatar: AVATAR,
    device_challenges: seen.map((one) => ({
      device_class: one.kind,
      device_uid: String(one.pk),
      challenge: {},
      last_used: one.last_used === null ? null : new Date(one.last_used).toISOString(),
    })),
    configuration_stages: stages.map((one) => ({
      pk: one.pk,
      name: String(one.config['friendly_name'] || one.name),
      verbose_name: one.kind === 'authenticator/totp' ? 'TOTP Authenticator' : 'Static Authenticator',
      meta_model_name: (stageBrief(step.call.state, one) as { meta_model_name: string }).meta_model_name,
    })),
  };
}
