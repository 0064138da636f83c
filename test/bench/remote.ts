import type { ChildProcess } from 'node:child_process';
import type { World } from '../../src/world/world.ts';

interface Asked {
  readonly id: number;
  readonly part: 'files' | 'docker' | 'zfs';
  readonly method: string;
  readonly args: readonly unknown[];
}

type Methods = Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;

/** Answers what another process asks of files, Docker and ZFS. */
export function serve(child: ChildProcess, world: Pick<World, Asked['part']>): void {
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
