import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, constants, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../model/failure.ts';
import { distrust } from '../model/trust.ts';
import { codeOf, inWords } from './file-failures.ts';
import { wayTo } from './symlinks.ts';
import type { Holder, Locks } from './world.ts';

/** flock(1) answers at once; a file system that hangs does not. In ms. */
const patience = 5_000;

/** Locks of root below /run, and of anybody else in their home: where nobody else can write. */
export const systemLocks: Locks = {
  take: (name, holder) => fileLocks(placeOf(process.getuid?.() ?? -1)).take(name, holder),
};

const placeOf = (uid: number): string => (uid === 0 ? '/run/homeauth' : join(homedir(), '.local/state/homeauth'));

/**
 * Locks of the kernel, flock(2), on files of one directory. Such a lock belongs to the open file: taking it is atomic,
 * it ends with the process that has the file open, and a file that nobody has open locks nothing. Node cannot ask for
 * one. flock(1), which is given our open file, can: the lock stays with the file when that little program has ended.
 */
export function fileLocks(directory: string): Locks {
  return {
    async take(name, holder) {
      await inWords(directory, 'made', () => makePrivate(directory));
      const path = join(directory, `${createHash('sha256').update(name).digest('hex').slice(0, 32)}.lock`);
      return inWords(path, 'locked', async () => {
        // A number, and no FileHandle, which Node closes when nothing mentions it any more. No child inherits it.
        const file = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
        let isOurs = false;
        try {
          isOurs = await isLocked(file);
          if (!isOurs) return { heldBy: decodeHolder(read(file)) };
        } finally {
          if (!isOurs) closeSync(file);
        }
        note(file, encodeHolder(holder));
        return {
          async release() {
            note(file, '');
            closeSync(file);
          },
        };
      });
    },
  };
}

/** @throws Failure untrusted-path where somebody else could put a lock of theirs there, or take ours away */
async function makePrivate(directory: string): Promise<void> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const refusal = distrust(directory, await wayTo(directory), process.getuid?.() ?? 0);
  if (refusal) throw new Failure(refusal);
}

/** Has this open file locked, where nobody else has. @returns whether it is ours now */
function isLocked(file: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const refuse = (why: string, cause?: Error) => reject(new Failure(unavailable(why), { cause }));
    // Apart from our own process group: a Ctrl-C is for us.
    const stdio = ['ignore', 'ignore', 'ignore', file] as const;
    const child = spawn('flock', ['-n', '3'], { stdio: [...stdio], detached: true, timeout: patience });
    child.once('error', (error) => {
      if (codeOf(error) === 'ENOENT') refuse('There is no program flock on this machine.', error);
      else reject(error);
    });
    child.once('close', (code, signal) => {
      if (code === 0 || code === 1) resolve(code === 0);
      else refuse(signal ? `flock did not answer within ${patience / 1000} s.` : `flock ended with status ${code}.`);
    });
  });
}

const unavailable = (why: string) => ({
  code: 'lock-unavailable',
  problem: `The lock cannot be taken, which keeps two homeauth from changing the same things at once. ${why}`,
  why: 'Nothing was changed.',
  fix: 'The program comes with util-linux. See whether it works:  flock -n /run true',
});

/** For whoever finds it taken. The lock holds without it, on a full disk for example. */
function note(file: number, words: string): void {
  try {
    ftruncateSync(file, 0);
    writeSync(file, words, 0);
  } catch {}
}

function read(file: number): string {
  const bytes = Buffer.alloc(holderSize);
  return bytes.toString('utf8', 0, readSync(file, bytes, 0, holderSize, 0));
}

/** As many bytes of it as are looked at: what homeauth writes is shorter. */
const holderSize = 300;

const encodeHolder = ({ pid, command, since }: Holder): string => JSON.stringify({ pid, command, since });

/** Who holds a lock, by what its file says; undefined where that is not what a homeauth that still runs has written. */
function decodeHolder(text: string): Holder | undefined {
  try {
    const { pid, command, since } = JSON.parse(text) as Record<string, unknown>;
    const isOne =
      Number.isSafeInteger(pid) &&
      lives(pid as number) &&
      typeof command === 'string' &&
      /^[a-z0-9][a-z0-9 -]{0,39}$/.test(command) &&
      typeof since === 'string' &&
      /^\d{4}-\d\d-\d\dT[\d:.]{8,15}Z$/.test(since);
    return isOne ? { pid: pid as number, command, since } : undefined;
  } catch {
    return undefined;
  }
}

/** One that was killed could not take its words back. */
function lives(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
