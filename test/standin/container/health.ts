import { existsSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MODE = join(tmpdir(), 'authentik-mode');
const STALE = 60_000;

/** Leaves word of what runs in this container; the worker's word has to be renewed. */
export function noteMode(mode: 'server' | 'worker', port: number): void {
  writeFileSync(MODE, `${mode} ${port}`);
}

export const beat = (): void => utimesSync(MODE, new Date(), new Date());

/** `ak healthcheck`: the server has to answer `live`, the worker has to have beaten within a minute. */
export async function healthy(): Promise<boolean> {
  if (!existsSync(MODE)) return false;
  const [mode, port] = readFileSync(MODE, 'utf8').split(' ');
  if (mode === 'worker') return Date.now() - statSync(MODE).mtimeMs < STALE;
  try {
    return (await fetch(`http://127.0.0.1:${port}/-/health/live/`)).ok;
  } catch {
    return false;
  }
}
