import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** What is looked at again and again, in ms. */
const pause = 50;

/** Calls `look` again and again while `work` goes on, and once more at its end. */
export async function watching<T>(work: () => Promise<T>, look: () => Promise<void>): Promise<T> {
  let over = false;
  const watch = async () => {
    while (!over) {
      await look();
      await sleep(pause);
    }
  };
  const working = work().finally(() => {
    over = true;
  });
  const [result] = await Promise.all([working, watch()]);
  await look();
  return result;
}

/** The arguments of every process there is, those in containers too: what `ps` shows to everybody. */
export async function allArguments(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.map((line) => line.replaceAll('\0', ' ').trim()).filter(Boolean);
}
