import { parseArgs } from 'node:util';
import { searchForCanaries } from './canaries.ts';
import { type Figures, isWhole, table } from './figures.ts';
import { cutEverywhere, faultEverywhere } from './memory.ts';
import { readValues } from './values/values.ts';

const say = (line: string) => void process.stderr.write(`${line}\n`);
/** Given by HOMEAUTH_SEED to see one run again, and said at the start of every other. */
const seed = Number(process.env['HOMEAUTH_SEED'] ?? Date.now() % 1_000_000_000);
const { values: given } = parseArgs({ options: { json: { type: 'boolean', default: false } } });

say(`· seed ${seed}`);
const began = performance.now();
const points = await cutEverywhere();
const faults = await faultEverywhere();
const values = await readValues(10_000, seed, say);
const { canaries, found } = await searchForCanaries();
for (const where of found) say(`✗ a secret is in ${where}`);
const figures: Figures = {
  points: points.tried,
  survived: points.good,
  faults: faults.tried,
  named: faults.good,
  values: values.tried,
  equal: values.good,
  canaries,
  leaked: found.length,
};
say(`· ${Math.round((performance.now() - began) / 1000)} s`);
process.stdout.write(`${given.json ? JSON.stringify(figures) : table(figures)}\n`);
process.exit(isWhole(figures) ? 0 : 1);
