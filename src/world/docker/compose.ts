import { dirname } from 'node:path';
import type { Environment } from './client-config.ts';

/** Compose as a plugin of the `docker` command, and standing alone. */
const commands = [['docker', 'compose'], ['docker-compose']] as const;

/**
 * What Compose itself would put into the config-hash labels of a file's services; undefined where there is no Compose v2,
 * or it cannot read the file.
 */
export async function composeHashes(file: string, env: Environment): Promise<Record<string, string> | undefined> {
  for (const [program, ...first] of commands) {
    const compose = async (args: readonly string[], input: string) => {
      const options = { cwd: dirname(file), env: plain(env), extendEnv: false, reject: false, input } as const;
      const { execa } = await import('execa');
      const run = await execa(program, [...first, ...args], options);
      return run.failed ? undefined : run.stdout;
    };
    // With an env_file `config --hash` differs from the label up to Compose 5.4; what `config` prints has none any more.
    const resolved = await compose(['-f', file, 'config', '--format', 'json'], '');
    if (resolved === undefined) continue;
    const { name } = JSON.parse(resolved) as { readonly name: string };
    const project = ['--project-name', name, '--project-directory', dirname(file)];
    const hashes = await compose([...project, '-f', '-', 'config', '--hash', '*'], resolved);
    if (hashes === undefined) continue;
    return Object.fromEntries(hashes.split('\n').map((line) => line.split(' ', 2) as [string, string]));
  }
  return undefined;
}

/** Without the variables that would point Compose at another project or file. */
const plain = (env: Environment) => Object.fromEntries(Object.entries(env).filter(([k]) => !k.startsWith('COMPOSE_')));
