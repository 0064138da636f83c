import { resolve } from 'node:path';
import { Failure } from '../../src/model/failure.ts';
import type { Owner } from '../../src/model/resource.ts';
import { nodeFiles } from '../../src/world/files.ts';
import type { Files } from '../../src/world/world.ts';

export interface DemoFiles extends Files {
  /** Whose a path ought to be, where the system would not have it: without root, owners cannot be set. */
  noted(path: string): Owner | undefined;
}

/**
 * Real files below one directory. A writer that is told of any other place throws, relative paths begin at the
 * directory, and whoever runs this stands for root.
 */
export function demoFiles(place: string): DemoFiles {
  const real = nodeFiles();
  const owners = new Map<string, Owner>();
  const at = (path: string) => resolve(place, path);
  const inside = (path: string): string => {
    const full = at(path);
    if (full !== place && !full.startsWith(`${place}/`)) throw new Error(`the demonstration would write to ${full}`);
    return full;
  };
  const asWished = async (path: string, owner: Owner, work: (owner: Owner) => Promise<void>): Promise<void> => {
    try {
      await work(owner);
      owners.delete(path);
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'permission') throw error;
      await work(ownerOfNew());
      owners.set(path, owner);
    }
  };
  return {
    noted: (path) => owners.get(path),
    read: (path) => real.read(at(path)),
    async stat(path) {
      const found = await real.stat(at(path));
      if (!found) return undefined;
      return { ...found, owner: owners.get(at(path)) ?? asRoot(found.owner) };
    },
    list: (path) => real.list(at(path)),
    async way(path) {
      const steps = await real.way(at(path));
      return steps.map((step) => ({ ...step, owner: owners.get(step.path) ?? asRoot(step.owner) }));
    },
    // No image and no database is ever put there, so that any disk will do.
    filesystem: async (path) => ({ ...(await real.filesystem(at(path))), type: 'ext4', free: 100e9 }),
    write: (path, content, mode) => real.write(inside(path), content, mode),
    create: (path, content, mode) => real.create(inside(path), content, mode),
    stream: (path) => real.stream(at(path)),
    pour: (path, mode, pour) => real.pour(inside(path), mode, pour),
    rename: (from, to) => real.rename(inside(from), inside(to)),
    overwrite: (path, content) => real.overwrite(inside(path), content),
    makeDirectory: (path, mode, owner) =>
      asWished(inside(path), owner, (set) => real.makeDirectory(inside(path), mode, set)),
    setAccess: (path, mode, owner) => asWished(inside(path), owner, (set) => real.setAccess(inside(path), mode, set)),
    remove: (path) => real.remove(inside(path)),
    removeTree: (path) => real.removeTree(inside(path)),
  };
}

/** Whoever shows the demonstration is its root. */
function asRoot({ uid, gid }: Owner): Owner {
  const own = ownerOfNew();
  return { uid: uid === own.uid ? 0 : uid, gid: gid === own.gid ? 0 : gid };
}

const ownerOfNew = (): Owner => ({ uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 });
