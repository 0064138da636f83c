import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export type Environment = Record<string, string>;

/** The environments that the real Compose reads from a project, by service; it doubles every dollar when it prints them. */
export async function composeReads(files: Readonly<Record<string, string>>): Promise<Environment[]> {
  const directory = await mkdtemp(join(tmpdir(), 'homeauth-env-'));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
    const { stdout } = await promisify(execFile)(
      'docker-compose',
      ['-f', 'docker-compose.yml', 'config', '--format', 'json'],
      { cwd: directory, env: { PATH: process.env['PATH'] }, maxBuffer: 64 * 1024 * 1024 },
    );
    const services = Object.entries<{ environment: Environment }>(JSON.parse(stdout).services);
    return services
      .toSorted(([a], [b]) => Number(a.slice(1)) - Number(b.slice(1)))
      .map(([, { environment }]) => {
        const values = Object.entries(environment).map(([name, value]) => [name, value.replaceAll('$$', '$')]);
        return Object.fromEntries(values);
      });
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** A project with one service for each env file. */
export function projectOf(envFiles: readonly string[], image = 'x'): Record<string, string> {
  const services = envFiles.map((_, n) => `  s${n}:\n    image: ${image}\n    env_file: [${n}.env]\n`);
  return {
    'docker-compose.yml': `name: t\nservices:\n${services.join('')}`,
    ...Object.fromEntries(envFiles.map((text, n) => [`${n}.env`, text])),
  };
}
