import { createHash } from 'node:crypto';
import { join } from 'node:path/posix';
import { Failure } from '../../src/model/failure.ts';
import type { Repository, Restic } from '../../src/world/restic.ts';
import { explainRestic } from '../../src/world/restic-failures.ts';
import type { Files } from '../../src/world/world.ts';

interface Stored {
  readonly id: string;
  readonly tags: readonly string[];
  readonly files: Readonly<Record<string, string>>;
}

/** Repositories by their address; they outlive a machine. */
export interface Vault {
  readonly repositories: Map<string, { readonly password: string; snapshots: Stored[] }>;
  /** What restic would print instead of doing anything. */
  says?: string;
  /** How often each repository was pruned. */
  pruned: number;
}

export const vault = (): Vault => ({ repositories: new Map(), pruned: 0 });

const failed = (verb: string, stderr: string) =>
  new Failure(explainRestic(verb, { exitCode: 1, code: undefined, stderr }));

/** restic, as the real one behaves for what homeauth asks of it (test/world/restic.test.ts holds that one to the same). */
export function memoryRestic(files: Files, of: Vault): Restic {
  const { repositories } = of;
  async function passwordOf({ environment }: Repository): Promise<string> {
    const file = environment['RESTIC_PASSWORD_FILE']?.reveal();
    return environment['RESTIC_PASSWORD']?.reveal() ?? ((file && (await files.read(file))) || '').trim();
  }
  async function opened(verb: string, repository: Repository) {
    if (of.says !== undefined) throw failed(verb, of.says);
    const address = addressOf(repository);
    const found = repositories.get(address);
    if (!found)
      throw failed(
        verb,
        `Fatal: unable to open config file\nIs there a repository at the following location?\n${address}`,
      );
    const password = await passwordOf(repository);
    if (password === '') throw failed(verb, 'Fatal: an empty password is not a password');
    if (password !== found.password) throw failed(verb, 'Fatal: wrong password or no key found');
    return found;
  }
  const snapshotOf = async (verb: string, repository: Repository, id: string): Promise<Stored> => {
    const found = (await opened(verb, repository)).snapshots.find((one) => one.id === id);
    if (!found) throw failed(verb, `invalid id "${id}": no matching ID found for prefix "${id}"`);
    return found;
  };
  return {
    async init(repository) {
      const password = await passwordOf(repository);
      if (password === '') throw failed('init', 'Fatal: an empty password is not a password');
      repositories.set(addressOf(repository), { password, snapshots: [] });
    },
    async snapshots(repository) {
      return (await opened('snapshots', repository)).snapshots.map(({ id, tags }) => ({ id, tags }));
    },
    async files(repository, id) {
      const { files: all } = await snapshotOf('ls', repository, id);
      return Object.fromEntries(Object.entries(all).map(([name, text]) => [name, Buffer.byteLength(text)]));
    },
    async read(repository, id, file) {
      return (await snapshotOf('dump', repository, id)).files[file] ?? '';
    },
    async save(repository, directory, tags) {
      const found = await opened('backup', repository);
      const all: Record<string, string> = {};
      for (const name of (await files.list(directory)) ?? [])
        all[name] = (await files.read(join(directory, name))) ?? '';
      const id = createHash('sha256')
        .update(JSON.stringify([tags, all]))
        .digest('hex');
      found.snapshots.push({ id, tags, files: all });
    },
    async fetch(repository, id, directory) {
      for (const [name, text] of Object.entries((await snapshotOf('restore', repository, id)).files))
        await files.write(join(directory, name), text, 0o600);
    },
    async forget(repository, ids) {
      const found = await opened('forget', repository);
      found.snapshots = found.snapshots.filter(({ id }) => !ids.includes(id));
    },
    async prune(repository) {
      await opened('prune', repository);
      of.pruned += 1;
    },
  };
}

const addressOf = ({ address, environment }: Repository): string =>
  address ?? environment['RESTIC_REPOSITORY']?.reveal() ?? '';
