import { type ExecFileOptions, execFile } from 'node:child_process';
import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const main = pathToFileURL(join(import.meta.dirname, '../src/main.ts')).href;
const run = `const { main } = await import('${main}'); process.exitCode = await main(process.argv.slice(1));`;

/** A directory that holds one program, `homeauth`: the one whose source is here, without a build. */
export async function programDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'homeauth-'));
  const tsx = import.meta.resolve('tsx');
  const path = join(directory, 'homeauth');
  await writeFile(
    path,
    `#!/bin/sh\nexec '${process.execPath}' --import '${tsx}' --input-type=module -e "${run}" -- "$@"\n`,
  );
  await chmod(path, 0o755);
  return directory;
}

/** Runs a program to its end, however it ends. */
export const outcome = (program: string, args: readonly string[], options: ExecFileOptions = {}) =>
  promisify(execFile)(program, args, { encoding: 'utf8', ...options }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
