import { readdir, readFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Busy } from './world.ts';

/** How long processes are watched, in ms. */
const watched = 500;
/** What /proc counts time in, a second: the same on every Linux that Node runs on. */
const ticks = 100;
/** Less than this of one core is not worth a name. */
const little = 0.1;

/** What this machine is busy with: its load, and the programs that take the most of it. */
export async function busyWith(): Promise<Busy> {
  const before = await times();
  const began = performance.now();
  await sleep(watched);
  const after = await times();
  const seconds = (performance.now() - began) / 1000;
  const shares = new Map<string, number>();
  for (const [pid, { program, spent }] of after) {
    const share = (spent - (before.get(pid)?.spent ?? spent)) / ticks / seconds;
    shares.set(program, (shares.get(program) ?? 0) + share);
  }
  const programs = [...shares]
    .map(([program, cores]) => ({ program, cores }))
    .filter(({ cores }) => cores >= little)
    .toSorted((a, b) => b.cores - a.cores);
  return { load: loadavg()[0] ?? 0, cores: availableParallelism(), programs: programs.slice(0, 3) };
}

/** Of every process: its program, and the time it has spent so far. One that ended meanwhile is left out. */
async function times(): Promise<Map<string, { program: string; spent: number }>> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')));
  return new Map(
    stats.flatMap((text, n) => {
      // The name stands in parentheses, and may hold some itself.
      const [open, close] = [text.indexOf('('), text.lastIndexOf(')')];
      if (close < 0) return [];
      const fields = text.slice(close + 2).split(' ');
      const spent = Number(fields[11]) + Number(fields[12]);
      return [[pids[n] ?? '', { program: text.slice(open + 1, close), spent }] as const];
    }),
  );
}
