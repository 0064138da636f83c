import { expect, test } from 'vitest';
import { Failure } from '../../../src/model/failure.ts';
import type { Finding } from '../../../src/model/finding.ts';
import { observe, within } from '../../../src/procedures/checks/check.ts';

const check = (id: string, look: () => Promise<readonly Finding[]>) => ({ id, title: `${id} is fine`, look });
const never = () => new Promise<never>(() => {});

test('one that is stuck and one that is broken hide none of the others', async () => {
  const fine: Finding = { id: 'fine', status: 'ok', title: 'fine' };
  const broken = new Failure({
    code: 'broken',
    problem: 'It is broken.',
    why: 'It fell.',
    details: 'crack',
    fix: 'Glue.',
  });
  const found = await observe(
    [check('stuck', never), check('broken', () => Promise.reject(broken)), check('fine', async () => [fine])],
    30,
  );
  expect(found).toEqual([
    {
      id: 'stuck',
      status: 'skip',
      title: 'stuck is fine',
      because: { code: 'unseen', says: 'it took longer than 0.03 s' },
    },
    { id: 'broken', status: 'fail', title: 'broken is fine', issue: broken },
    fine,
  ]);
});

test('they are looked at side by side', async () => {
  const slow = async () => {
    await new Promise((done) => setTimeout(done, 100));
    return [];
  };
  const began = performance.now();
  await observe(Array.from({ length: 10 }, (_, n) => check(`slow-${n}`, slow)));
  expect(performance.now() - began).toBeLessThan(500);
});

test('a bug of ours is no finding', async () => {
  await expect(observe([check('bug', () => Promise.reject(new TypeError('x')))])).rejects.toThrow(TypeError);
});

test('what takes the place of an answer may be a failure', async () => {
  const refuse = () => {
    throw new Error('too late');
  };
  await expect(within(10, never(), refuse)).rejects.toThrow('too late');
  expect(await within(1000, Promise.resolve('in time'), refuse)).toBe('in time');
});
