import { join } from 'node:path/posix';
import { Failure } from '../../src/model/failure.ts';
import type { Owner } from '../../src/model/resource.ts';
import type { Files, Tar } from '../../src/world/world.ts';
import { textOf } from './streams.ts';

interface Entry {
  readonly name: string;
  readonly type: 'file' | 'directory';
  readonly mode: number;
  readonly owner: Owner;
  readonly content?: string;
}

const failed = (details: string) =>
  new Failure({ code: 'tar-failed', problem: 'tar ended with status 2.', details, fix: 'Look at it.' });

/** An archive as one line of JSON for each entry, and one for its end. */
export function memoryTar(files: Files): Tar {
  async function* entriesOf(directory: string, name: string, without: readonly string[]): AsyncGenerator<Entry> {
    const path = join(directory, name);
    const stat = await files.stat(path);
    if (!stat) throw failed(`${name}: Cannot stat: No such file or directory`);
    if (without.some((one) => name === one)) return;
    const { type, mode, owner } = stat;
    if (type === 'file') yield { name, type, mode, owner, content: (await files.read(path)) ?? '' };
    if (type === 'directory') {
      yield { name, type, mode, owner };
      for (const below of (await files.list(path)) ?? []) yield* entriesOf(directory, `${name}/${below}`, without);
    }
  }

  async function read(from: Parameters<Tar['names']>[0]): Promise<Entry[]> {
    const lines = (await textOf(from)).split('\n');
    if (lines.at(-1) !== 'end') throw failed('Unexpected EOF in archive');
    return lines.slice(0, -1).map((line) => JSON.parse(line));
  }

  return {
    async pack(directory, names, without, into) {
      for (const name of names)
        for await (const entry of entriesOf(directory, name, without)) into.write(`${JSON.stringify(entry)}\n`);
      into.write('end');
    },
    async unpack(from, directory) {
      for (const { name, type, mode, owner, content = '' } of await read(from)) {
        const path = join(directory, name);
        if (type === 'directory') {
          if (!(await files.stat(path))) await files.makeDirectory(path, mode, owner);
          continue;
        }
        // Directories on the way that are no entries of their own.
        const parent = path.slice(0, path.lastIndexOf('/'));
        if (!(await files.stat(parent))) await files.makeDirectory(parent, 0o755, { uid: 0, gid: 0 });
        await files.write(path, content, mode);
        await files.setAccess(path, mode, owner);
      }
    },
    names: async (from) => (await read(from)).map(({ name, type }) => (type === 'directory' ? `${name}/` : name)),
  };
}
