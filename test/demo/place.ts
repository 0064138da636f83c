import { rmSync } from 'node:fs';
import { mkdtemp, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The one directory that a demonstration writes to. */
export interface Place {
  readonly root: string;
  readonly baseDir: string;
  /** What /etc/homeauth/location is on a real server. */
  readonly pointer: string;
  readonly passwordFile: string;
  /** Leaves it on the disk when the process ends: something in it is still needed. */
  keep(): void;
}

/** Known to everybody who reads this, and to nothing but a demonstration. */
export const password = 'open-sesame';

/** Makes it, and sees to it that it is gone when the process ends, however it ends short of being killed. */
export async function makePlace(): Promise<Place> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'homeauth-demo-')));
  const leave = () => rmSync(root, { recursive: true, force: true });
  process.on('exit', leave);
  const passwordFile = join(root, 'password');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  return {
    root,
    baseDir: join(root, 'docker'),
    pointer: join(root, 'etc', 'location'),
    passwordFile,
    keep: () => void process.off('exit', leave),
  };
}
