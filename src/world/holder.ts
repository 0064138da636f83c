import type { Holder } from './world.ts';

/** As many bytes of it as are looked at: what homeauth writes is shorter. */
export const holderSize = 300;

export const encodeHolder = ({ pid, command, since }: Holder): string => JSON.stringify({ pid, command, since });

/** Who holds a lock, by what its file says; undefined where that is not what a homeauth that still runs has written. */
export function decodeHolder(text: string): Holder | undefined {
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
