import { dirname, resolve } from 'node:path';
import type { Api } from './api.ts';
import { containerPath } from './containers.ts';
import { firstEntry } from './tar.ts';

/** A file of a container, running or not; undefined where there is no such file, or no such container. */
export async function readContainerFile(api: Api, container: string, path: string): Promise<string | undefined> {
  const archive = await api.lookRaw(containerPath(container, '/archive'), { path });
  const entry = archive && firstEntry(archive);
  if (entry?.type === 'file') return entry.content.toString();
  // The engine follows links on the way to a file, sends a file that is one as it is, and refuses a circle of them.
  return entry?.type === 'link' ? readContainerFile(api, container, resolve(dirname(path), entry.target)) : undefined;
}
