import type { Device } from '../state-flows.ts';
import { PERIOD, totp } from './totp.ts';

/** A device of nobody's yet. */
export const newDevice = (kind: Device['kind'], user: number, now: number): Device => ({
  pk: 0,
  kind,
  user,
  name: kind === 'totp' ? 'TOTP Authenticator' : 'Static Token',
  confirmed: true,
  created: now,
  last_updated: now,
  last_used: null,
  failures: 0,
  failedAt: 0,
  secret: '',
  lastStep: 0,
  codes: [],
});

/**
 * Whether a device takes a code. After the n-th failure in a row it takes none for `factor`·2^(n-1) seconds, the
 * right one included, and what it does not look at is no further failure. A code works once.
 */
export function takes(device: Device, code: string, now: number, factor = 1, digits = 6): boolean {
  if (now < device.failedAt + (device.failures > 0 ? factor * 2 ** (device.failures - 1) * 1000 : 0)) return false;
  device.last_updated = now;
  if (device.kind === 'totp' ? usesStep(device, code, now, digits) : usesCode(device, code)) {
    device.failures = 0;
    device.failedAt = 0;
    device.last_used = now;
    return true;
  }
  device.failures++;
  device.failedAt = now;
  return false;
}

/** One step to either side is near enough, and none that is not newer than the last one used. */
function usesStep(device: Device, code: string, now: number, digits: number): boolean {
  const current = Math.floor(now / PERIOD);
  const step = [current - 1, current, current + 1].find(
    (one) => one > device.lastStep && totp(device.secret, one, digits) === code,
  );
  if (step === undefined) return false;
  device.lastStep = step;
  return true;
}

function usesCode(device: Device, code: string): boolean {
  if (!device.codes.includes(code)) return false;
  device.codes = device.codes.filter((one) => one !== code);
  return true;
}
