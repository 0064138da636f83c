import { expect, test } from 'vitest';
import { diskFaultsEverywhere } from '../crash/faults/disk/everywhere.ts';

// A share of them; `npm run crash` tries every one. What went wrong is told on stderr.
test.runIf(process.getuid?.() === 0)(
  'a full disk, a read-only one and no handle left end in one named error, and the next run finishes',
  async () => {
    const { tried, good } = await diskFaultsEverywhere({ nth: 1, of: 16 });
    expect(tried).toBeGreaterThan(8);
    expect(good).toBe(tried);
  },
  180_000,
);
