import { spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, type StatsFs } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { underWay } from '../../../fakes/clock.ts';
import { places } from './files.ts';

/** The file system below /srv and /etc, and what can happen to it while homeauth is at work. */
export function openDisk() {
  const shell = openShell();
  const all = places.join(' ');
  const remount = (options: string) => shell.run(`mount /srv -o remount,${options}`);
  /** Tried until nothing is written between the look and the change. */
  const shrunk = async (to: (now: StatsFs) => string): Promise<void> => {
    const options = to(await statfs('/srv'));
    await remount(`${options} 2>/dev/null`).catch(() => shrunk(to));
  };
  const limitHandles = (limit: string) => shell.run(`prlimit --pid ${process.pid} --nofile=${limit}:`);
  const held: number[] = [];
  return {
    /** What is on it now can be put back by this name. */
    save: (name: string) => shell.run(`tar -C / -cPf /mnt/${name} $(ls -d ${all} 2>/dev/null)`),
    putBack: (name: string) => shell.run(`rm -rf /srv/* ${places.slice(1).join(' ')} && tar -C / -xpPf /mnt/${name}`),
    /** Somebody else has filled it, but for so many pages. */
    fill: (left: number) => shrunk(({ blocks, bfree, bsize }) => `size=${(blocks - bfree + left) * bsize}`),
    useUpInodes: () => shrunk(({ files, ffree }) => `nr_inodes=${files - ffree}`),
    /** Tried again while something on it is open for writing, as a write beside this one may be. */
    async makeReadOnly(patience = 100): Promise<void> {
      try {
        await shell.run('(mount -o remount,bind,ro /srv && mount -o remount,bind,ro /etc)');
      } catch (error) {
        if (patience === 0) throw error;
        await setTimeout(20);
        await this.makeReadOnly(patience - 1);
      }
    },
    /** This process may open nothing more than what is open. */
    async useUpHandles() {
      await limitHandles(String(Math.max(...readdirSync('/proc/self/fd').map(Number)) + 1));
      try {
        for (;;) held.push(openSync('/dev/null', 'r'));
      } catch {}
    },
    async mend() {
      for (const handle of held.splice(0)) closeSync(handle);
      await limitHandles('$(ulimit -Hn)');
      await shell.run('mount -o remount,bind,rw /srv && mount -o remount,bind,rw /etc');
      await remount('size=20g,nr_inodes=1000000');
    },
    close: shell.close,
  };
}

export type Disk = ReturnType<typeof openDisk>;

export interface Shell {
  /** Carries out a command line. @throws where it fails */
  run(line: string): Promise<void>;
  close(): void;
}

/** A shell that is there already: whoever has no file handle left cannot start another process. */
function openShell(): Shell {
  const bash = spawn('bash', [], { stdio: ['pipe', 'pipe', 'inherit'] });
  bash.unref();
  return {
    async run(line) {
      const said = new Promise<string>((done) => bash.stdout.once('data', (part) => done(String(part).trim())));
      bash.stdin.write(`${line} >&2; echo $?\n`);
      if ((await underWay(said)) !== '0') throw new Error(`it fails: ${line}`);
    },
    close: () => bash.stdin.end(),
  };
}
