import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sum, type Tally } from '../../trials.ts';

const enter = join(import.meta.dirname, 'enter');

/** Every fault of a real disk, each errand in a process and with a disk of its own. For root alone, who may mount. */
export async function diskFaultsEverywhere(each = 1): Promise<Tally> {
  if (process.getuid?.() !== 0) {
    process.stderr.write('· not root: nothing is tried on a real disk\n');
    return { tried: 0, good: 0 };
  }
  return sum(await Promise.all(['init', 'add-app', 'apply'].map((name) => tallyOf(name, each))));
}

async function tallyOf(name: string, each: number): Promise<Tally> {
  const running = promisify(execFile)(enter, [name, String(each)]);
  running.child.stderr?.pipe(process.stderr, { end: false });
  return JSON.parse((await running).stdout);
}
