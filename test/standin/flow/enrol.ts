import { AVATAR } from '../api/show.ts';
import { randomText } from '../secrets.ts';
import type { Device } from '../state-flows.ts';
import { newDevice, takes } from './devices.ts';
import { invalid, missingField, pendingUser, type Stage, type Step } from './stage.ts';
import { newSecret } from './totp.ts';

/** The device that is being set up; it lives in the plan until it is confirmed, so asking again shows the same one. */
function pendingDevice(step: Step, kind: Device['kind'], fill: (device: Device) => void): Device {
  const { plan, call } = step;
  const user = pendingUser(step);
  if (!user) throw new Error('a device needs an owner');
  if (plan.device?.kind !== kind) {
    plan.device = newDevice(kind, user.pk, call.site.now());
    fill(plan.device);
  }
  return plan.device;
}

function keep({ call, plan }: Step, device: Device): void {
  const { state } = call;
  state.devices.push({ ...device, pk: state.serial.device++ });
  delete plan.device;
}

const owner = (step: Step) => ({
  pending_user: pendingUser(step)?.username ?? '',
  pending_user_avatar: AVATAR,
});

const totpDevice = (step: Step): Device =>
  pendingDevice(step, 'totp', (device) => {
    device.secret = newSecret();
  });

export const enrolTotp: Stage = {
  ask: (step) => {
    if (!pendingUser(step)) return { deny: '' };
    const { secret } = totpDevice(step);
    const issuer = String(step.call.state.brands[0]?.['branding_title'] ?? 'authentik');
    const label = encodeURIComponent(`${issuer}:${pendingUser(step)?.username}`);
    const query = `secret=${secret}&algorithm=SHA1&digits=${step.config['digits']}&period=30&issuer=${encodeURIComponent(issuer)}`;
    return {
      component: 'ak-stage-authenticator-totp',
      ...owner(step),
      config_url: `otpauth://totp/${label}?${query}`,
    };
  },
  answer: (step, body) => {
    if (body['code'] === undefined) return missingField('code');
    const device = totpDevice(step);
    // Two wrong codes in a row slow this down as they slow down a login.
    if (!takes(device, String(body['code']), step.call.site.now(), 1, Number(step.config['digits'])))
      return invalid('code', 'Code does not match');
    device.last_used = null;
    keep(step, device);
    return undefined;
  },
};

const staticDevice = (step: Step): Device =>
  pendingDevice(step, 'static', (device) => {
    const { token_count, token_length } = step.config;
    device.codes = Array.from({ length: Number(token_count) }, () => randomText(Number(token_length)));
  });

export const enrolStatic: Stage = {
  ask: (step) => {
    if (!pendingUser(step)) return { deny: '' };
    return { component: 'ak-stage-authenticator-static', ...owner(step), codes: staticDevice(step).codes };
  },
  answer: (step) => {
    keep(step, staticDevice(step));
    return undefined;
  },
};
