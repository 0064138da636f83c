import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../../machine/engine.ts';
import { WHOAMI_IMAGE } from '../../machine/names.ts';
import { type Environment, projectOf } from '../values/compose.ts';

/** Every 25th container is started, and its first program asked; of the others, what it would be given is enough. */
const startedEach = 25;

/** The environments of the containers that the real Compose makes of env files. */
export async function containerEnvironments(engine: Engine, envFiles: readonly string[]): Promise<Environment[]> {
  const directory = await mkdtemp(join(tmpdir(), 'environments-'));
  const names = envFiles.map((_, n) => `t-s${n}-1`);
  const started = names.filter((_, n) => n % startedEach === 0);
  try {
    const files = Object.entries(projectOf(envFiles, WHOAMI_IMAGE));
    for (const [name, text] of files) await writeFile(join(directory, name), text);
    await engine.compose(['create'], { cwd: directory });
    await engine.docker(['start', ...started]);
    const inspected: { Config: { Env: string[] } }[] = JSON.parse(await engine.docker(['inspect', ...names]));
    const read = inspected.map(async ({ Config }, n) => {
      const name = names[n] ?? '';
      if (!started.includes(name)) return variables(Config.Env);
      return variables((await engine.docker(['exec', name, 'cat', '/proc/1/environ'])).split('\0').slice(0, -1));
    });
    return await Promise.all(read);
  } finally {
    await engine.remove({ label: 'com.docker.compose.project=t' });
    await rm(directory, { recursive: true });
  }
}

const variables = (lines: readonly string[]): Environment =>
  Object.fromEntries(lines.map((line) => line.split(/=(.*)/s, 2)));
