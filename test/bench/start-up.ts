import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const bin = join(import.meta.dirname, '../../bin/homeauth.js');

/** How much longer `homeauth --help` takes than Node alone, in medians. The two take turns, so load hits both. */
export function helpRatio(rounds = 31): number {
  const bare: number[] = [];
  const help: number[] = [];
  for (let n = 0; n < rounds; n++) {
    bare.push(wallTime(['-e', '0']));
    help.push(wallTime([bin, '--help']));
  }
  return median(help) / median(bare);
}

/** In ms. */
function wallTime(args: readonly string[]): number {
  const began = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
  return performance.now() - began;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
