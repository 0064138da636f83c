import { overHand } from './by-hand.ts';
import { countCalls } from './calls.ts';
import { type Figures, isMet, rows, table } from './figures.ts';
import { peakOf } from './memory.ts';
import { ratios } from './ratios.ts';
import { linesOfHundred } from './scale.ts';
import { helpRatio } from './start-up.ts';

// npm run bench, or npm run --silent bench -- --json. Ends with 1 where a goal is missed.
const given = process.argv.slice(2);
if (given.some((flag) => flag !== '--json')) {
  console.error('npm run bench, or npm run --silent bench -- --json');
  process.exit(2);
}
const ratio = helpRatio();
const few = [await countCalls(1), await countCalls(10)];
let peakMb = Number.NaN;
const hundred = await countCalls(100, async (machine) => {
  peakMb = await peakOf(machine);
});
const many = await countCalls(300);

const { objects, removal } = await ratios();
const setUp = await overHand();

const figures: Figures = {
  helpRatio: Number(ratio.toFixed(3)),
  planCalls: { 1: few[0]!.plan, 10: few[1]!.plan, 100: hundred.plan, 300: many.plan },
  planLists: few[0]!.lists,
  apply100NonGet: hundred.apply,
  secondApplyNonGet: hundred.again,
  remove100: { calls: hundred.remove, chain: hundred.removeChain },
  objectsOverBare: Number(objects.toFixed(3)),
  removalOverBare: Number(removal.toFixed(3)),
  lines100: await linesOfHundred(),
  setUpOverHand: Number(setUp.toFixed(3)),
  peakMb: Number(peakMb.toFixed(1)),
};
const all = rows(figures);
console.log(given.includes('--json') ? JSON.stringify(figures) : table(all));
process.exit(all.every(isMet) ? 0 : 1);
