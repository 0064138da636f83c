import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

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
