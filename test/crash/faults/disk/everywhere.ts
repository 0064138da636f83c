import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Batch, sum, type Tally } from '../../trials.ts';

const enter = join(import.meta.dirname, 'enter');

/** A share of the faults of a real disk, each errand in a process and with a disk of its own. For root alone, who may mount. */
export async function diskFaultsEverywhere(batch: Batch): Promise<Tally> {
  if (process.getuid?.() !== 0) {
    process.stderr.write('· not root: nothing is tried on a real disk\n');
    return { tried: 0, good: 0 };
  }
  return sum(await Promise.all(['init', 'add-app', 'apply'].map((name) => tallyOf(name, batch))));
}

async function tallyOf(name: string, { nth, of }: Batch): Promise<Tally> {
  const running = promisify(execFile)(enter, [name, String(nth), String(of)]);
  running.child.stderr?.pipe(process.stderr, { end: false });
  return JSON.parse((await running).stdout);
}
