import type { Kind } from '../engine/kind.ts';
import { differs } from '../model/reason.ts';
import { type FileSpec, short } from '../model/resource.ts';
import { reveal, Secret } from '../model/secret.ts';
import type { World } from '../world/world.ts';
import { changedLines, changedNames } from './file-changes.ts';
import { otherMode, regularFile } from './regular-file.ts';

/** A text file, whole. */
export const fileKind: Kind<FileSpec> = {
  told: { noun: 'file', item: short },

  async observe(key, { files }) {
    const found = await regularFile(key, files);
    const content = found && (await files.read(key));
    if (!found || content === undefined) return { is: 'absent' };
    // Not a Secret even where one is wanted: the ledger, which only root reads, keeps it to put it back one day.
    return { is: 'present', spec: { content, mode: found.mode } };
  },

  differs(want, have) {
    if (want.once) return [];
    const [wanted, found] = [reveal(want.content), reveal(have.content)];
    return [
      ...otherMode(have.mode, want.mode),
      ...(wanted === found
        ? []
        : want.content instanceof Secret
          ? changedNames(found, wanted)
          : changedLines(found, wanted)
      ).map((line) => differs('content', line)),
    ];
  },

  async apply(key, want, { files }) {
    if (!want) await files.remove(key);
    else if (want.once) await seed(key, want, files);
    else await files.write(key, reveal(want.content), want.mode);
  },

  // A seed that its owner has written into is theirs.
  keeps: (ours, have) =>
    ours.once === true && reveal(ours.content) !== reveal(have.content)
      ? { code: 'holds-text', says: 'holds text of yours' }
      : undefined,

  isSeed: ({ once }) => once === true,

  hint: (key) => `Look at it:  ls -l ${key}`,
};

async function seed(key: string, { content, mode, like }: FileSpec, files: World['files']): Promise<void> {
  const isNew = await files.create(key, reveal(content), mode);
  const model = like === undefined ? undefined : await files.stat(like);
  if (isNew && model) await files.setAccess(key, model.mode, model.owner);
}
