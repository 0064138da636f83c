import { parseArgs } from 'node:util';
import { searchForCanaries } from './canaries.ts';
import { onTheEngine } from './docker/main.ts';
import { type Figures, isWhole, table } from './figures.ts';
import { cutEverywhere, faultEverywhere } from './memory.ts';
import type { Batch } from './trials.ts';
import { readValues } from './values/values.ts';

const say = (line: string) => void process.stderr.write(`${line}\n`);
const given = givenFlags(process.argv.slice(2));
if (!given) {
  say('npm run --silent crash -- [--json] [--docker [--batch 1/6]] [--seed N]');
  process.exit(2);
}
say(`· to see the same run again: --seed ${given.seed}`);
const began = performance.now();
const { docker, batch, seed } = given;
const count = Math.ceil(10_000 / batch.of);
const real = docker ? await onTheEngine(batch, { count, seed }, say) : undefined;
const points = real?.points ?? (await cutEverywhere());
const values = real?.values ?? (await readValues(count, seed, say));
const faults = await faultEverywhere(batch, seed);
const searches = [await searchForCanaries(), ...(real ? [real.secrets] : [])];
const found = searches.flatMap((search) => search.found);
for (const where of found) say(`✗ a secret is in ${where}`);
const figures: Figures = {
  points: points.tried,
  survived: points.good,
  faults: faults.tried,
  named: faults.good,
  values: values.tried,
  equal: values.good,
  canaries: searches.reduce((n, { canaries }) => n + canaries, 0),
  leaked: found.length,
};
say(`· it took ${Math.round((performance.now() - began) / 1000)} s`);
process.stdout.write(`${given.json ? JSON.stringify(figures) : table(figures)}\n`);
process.exit(isWhole(figures) ? 0 : 1);

interface Given {
  readonly json: boolean;
  readonly docker: boolean;
  readonly batch: Batch;
  readonly seed: number;
}

/** npm run crash [-- --json] [--docker [--batch 1/6]] [--seed N]; undefined where that is not what was typed. */
function givenFlags(argv: readonly string[]): Given | undefined {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        json: { type: 'boolean', default: false },
        docker: { type: 'boolean', default: false },
        batch: { type: 'string', default: '1/1' },
        seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
      },
    });
    const [nth, of] = values.batch.split('/').map(Number);
    const seed = Number(values.seed);
    if (!nth || !of || nth > of || !Number.isInteger(seed)) return undefined;
    return { json: values.json, docker: values.docker, batch: { nth, of }, seed };
  } catch {
    return undefined;
  }
}
