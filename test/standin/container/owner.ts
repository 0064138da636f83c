import { accessSync, chownSync, constants, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const AUTHENTIK = 1000;

/**
 * Started as root, the container gives the mounted directories to uid 1000 and goes on as that. Only as process 1,
 * that is in a container: anywhere else `/media` is somebody's own.
 */
export function dropRoot(say: (event: string) => void): void {
  if (process.getuid?.() !== 0) {
    say('Not running as root, disabling permission fixes');
    return;
  }
  if (process.pid !== 1) return;
  for (const root of ['/data', '/media', '/certs'].filter((one) => existsSync(one))) {
    const below = readdirSync(root, { recursive: true }).map((name) => join(root, String(name)));
    for (const path of [root, ...below]) chownSync(path, AUTHENTIK, AUTHENTIK);
  }
  process.setgid?.(AUTHENTIK);
  process.setuid?.(AUTHENTIK);
}

/** `/data` since 2025.12, `/media` before. */
export function dataIsWritable(): boolean {
  const directory = ['/data', '/media'].find((one) => existsSync(one));
  try {
    accessSync(directory ?? '/data', constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
