import { expect, onTestFinished, test, vi } from 'vitest';
import { checks } from '../../src/doctor/checks.ts';
import { made } from '../../src/doctor/run-checks.ts';
import type { Installation } from '../../src/installation/installation.ts';
import { Failure } from '../../src/model/failure.ts';
import { type CheckOf, within } from '../../src/verify/check.ts';

const never = () => new Promise<never>(() => {});

const check = (run: CheckOf<'nothing'>['run']): CheckOf<'nothing'> => {
  return { id: 'name-taken', title: 'all is fine', needs: 'nothing', by: [], run };
};
const find = (run: CheckOf<'nothing'>['run']) => made(check(run), {} as Installation);

test('one that is broken is a finding, and one that is stuck is skipped', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const broken = new Failure({ code: 'broken', problem: 'It is broken.', why: 'It fell.', fix: 'Glue.' });
  expect(await find(() => Promise.reject(broken))).toEqual([
    { id: 'name-taken', status: 'fail', title: 'all is fine', issue: broken },
  ]);
  const stuck = find(() => never());
  await vi.advanceTimersByTimeAsync(11_000);
  expect(await stuck).toEqual([
    {
      id: 'name-taken',
      status: 'skip',
      title: 'all is fine',
      because: { code: 'unseen', says: 'it took longer than 10 s' },
    },
  ]);
});

test('a bug of ours is no finding', async () => {
  await expect(find(() => Promise.reject(new TypeError('x')))).rejects.toThrow(TypeError);
});

test('a check is listed once, and so is what it finds', () => {
  expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
});

test('what takes the place of an answer may be a failure', async () => {
  const refuse = () => {
    throw new Error('too late');
  };
  await expect(within(10, never(), refuse)).rejects.toThrow('too late');
  expect(await within(1000, Promise.resolve('in time'), refuse)).toBe('in time');
});
