import type { Kind } from '../engine/kind.ts';
import { Failure } from '../model/failure.ts';
import { differs } from '../model/reason.ts';
import type { DirectorySpec, Owner } from '../model/resource.ts';
import { otherMode } from './regular-file.ts';

const same = (a: Owner, b: Owner): boolean => a.uid === b.uid && a.gid === b.gid;
const named = ({ uid, gid }: Owner): string => `${uid}:${gid}`;

/** A directory with a mode and an owner. One that was there before gets both back when homeauth lets go of it. */
export const directoryKind: Kind<DirectorySpec> = {
  told: { noun: 'folder', item: (key, base) => (key.startsWith(`${base}/`) ? key.slice(base.length + 1) : key) },

  async observe(key, { files }) {
    const found = await files.stat(key);
    if (!found) return { is: 'absent' };
    if (found.type !== 'directory') throw inTheWay(key, found.type);
    return { is: 'present', spec: { mode: found.mode, owner: found.owner } };
  },

  differs(want, have) {
    return [
      ...otherMode(have.mode, want.mode),
      ...(same(have.owner, want.owner) ? [] : [differs('owner', `owner ${named(have.owner)} → ${named(want.owner)}`)]),
    ];
  },

  async apply(key, want, { files }, have) {
    if (!want) await files.remove(key);
    else if (have) await files.setAccess(key, want.mode, want.owner);
    else await files.makeDirectory(key, want.mode, want.owner);
  },

  /** What somebody changed after us stays changed. */
  release: (ours, before, have) => ({
    mode: have.mode === ours.mode ? before.mode : have.mode,
    owner: same(have.owner, ours.owner) ? before.owner : have.owner,
  }),

  destroy: (key, { files }) => files.removeTree(key),

  hint: (key) => `Look at it:  ls -ld ${key}`,
};

const inTheWay = (path: string, type: 'file' | 'link' | 'other'): Failure =>
  new Failure({
    code: type === 'link' ? 'unexpected-link' : 'not-a-directory',
    problem: `${path} is ${type === 'link' ? 'a symbolic link' : 'a file'}, but homeauth needs a directory there.`,
    why: 'homeauth sets its owner and mode, and through a link it would change something else. Only the base directory may be behind a link.',
    fix: `See what it is, and move it away:  ls -l ${path}`,
  });
