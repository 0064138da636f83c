import { expect, test } from 'vitest';
import { memoryStore } from './standin/index.ts';
import { outpostPools } from './standin/outpost/pools.ts';

test('the outpost opens four connections for each app that is used, and for a moment twice as many', async () => {
  const store = memoryStore();
  store.limit = 100;
  const pools = outpostPools(store);
  for (let n = 0; n < 12; n++) await pools.use(`app${n}`);
  await pools.use('app0');
  expect(store.held).toBe(48);
  const { dial } = store;
  let most = 0;
  store.dial = async () => {
    const held = await dial();
    most = Math.max(most, store.held);
    return held;
  };
  await pools.refresh();
  expect(most).toBe(96);
  expect(store.held).toBe(48);
  for (let n = 12; n < 25; n++) await pools.use(`app${n}`);
  await expect(pools.use('one too many')).rejects.toThrow('too many clients already');
  await expect(store.read()).rejects.toThrow('too many clients already');
});
