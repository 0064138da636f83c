import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { World } from '../../src/world/world.ts';
import type { Machine } from './machine.ts';

const program = join(import.meta.dirname, 'second-apply.js');

/**
 * The most memory that homeauth, alone in a process, as it is built and with its own adapters, takes for an `apply`
 * with nothing left to do, in MB. What it asks of files and of Docker is answered by this process.
 */
export async function peakOf({ world }: Machine): Promise<number> {
  const child = fork(program, {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  serve(child, world);
  let peak: number | undefined;
  child.on('message', (message: { peak?: number }) => {
    peak = message.peak ?? peak;
  });
  const [code] = await once(child, 'exit');
  if (code !== 0 || peak === undefined) throw new Error(`the second apply ended with ${code}`);
  return peak;
}

interface Asked {
  readonly id: number;
  readonly part: 'files' | 'docker' | 'zfs';
  readonly method: string;
  readonly args: readonly unknown[];
}

type Methods = Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;

/** Answers what another process asks of files, Docker and ZFS. */
function serve(child: ChildProcess, world: Pick<World, Asked['part']>): void {
  child.on('message', async (message: Partial<Asked>) => {
    const { id, part, method, args = [] } = message;
    if (id === undefined || part === undefined || method === undefined) return;
    try {
      child.send({ id, value: await (world[part] as unknown as Methods)[method]?.(...args) });
    } catch (error) {
      child.send({ id, error: String(error) });
    }
  });
}
