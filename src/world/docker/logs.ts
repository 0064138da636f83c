import type { Api } from './api.ts';
import { containerPath } from './containers.ts';
import { framesOf, textOf } from './frames.ts';

/** The last lines of both of a container's streams, oldest first; none where there is no such container. */
export async function lastLines(api: Api, name: string, lines: number): Promise<string[]> {
  const query = { stdout: true, stderr: true, tail: lines };
  const data = await api.lookRaw(containerPath(name, '/logs'), query);
  return textOf(framesOf(data ?? Buffer.alloc(0)))
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .slice(-lines);
}
