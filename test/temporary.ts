import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A directory for this test alone, which goes with it. */
export async function temporary(): Promise<string> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'homeauth-')));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}
