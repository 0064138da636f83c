import { isUtf8 } from 'node:buffer';
import { dirname, join } from 'node:path/posix';
import { Readable } from 'node:stream';
import type { Owner } from '../../src/model/resource.ts';
import { inWords } from '../../src/world/file-failures.ts';
import type { FileStat, Files } from '../../src/world/world.ts';
import { collected } from './streams.ts';

/** What is no text is kept so, and read as nonsense, as it would be. */
const binary = '\0base64:';
export const contentOf = (bytes: Buffer): string =>
  isUtf8(bytes) ? bytes.toString() : `${binary}${bytes.toString('base64')}`;
const bytesOf = (content: string): Buffer =>
  content.startsWith(binary) ? Buffer.from(content.slice(binary.length), 'base64') : Buffer.from(content);

interface Entry {
  readonly type: 'file' | 'directory';
  content: string;
  mode: number;
  owner: Owner;
}

/** Files that can be compared, and changed by somebody else. */
export interface OpenFiles extends Files {
  /** Everything that is there, for comparisons: path, mode, owner and content. */
  snapshot(): Readonly<Record<string, string>>;
  /** As somebody else would, past homeauth. */
  put(path: string, content: string, mode?: number): void;
}

/** Files in memory, with the promises of the real ones: every writer is one step. */
export interface MemoryFiles extends OpenFiles {
  /** A disk of its own with the same on it. */
  copy(): MemoryFiles;
}

const root: Owner = { uid: 0, gid: 0 };

const empty = ['/', '/etc'].map((path): [string, Entry] => [
  path,
  { type: 'directory', content: '', mode: 0o755, owner: root },
]);

export function memoryFiles(from = empty): MemoryFiles {
  const entries = new Map(from);
  const below = (path: string) =>
    [...entries.keys()].filter((p) => p !== path && p.startsWith(path === '/' ? '/' : `${path}/`));
  const fail = (code: string, path: string): never => {
    throw Object.assign(new Error(`${code}: ${path}`), { code });
  };
  const parents = (path: string): void => {
    const parent = dirname(path);
    if (at(parent)) return;
    parents(parent);
    entries.set(parent, { type: 'directory', content: '', mode: 0o755, owner: root });
  };
  /** What is there. @throws where the way to it leads through a file */
  const at = (path: string): Entry | undefined => {
    const parent = dirname(path);
    if (parent !== path && at(parent)?.type === 'file') fail('ENOTDIR', path);
    return entries.get(path);
  };
  /** What a writer finds there, who needs the directory around it. */
  const place = (path: string): Entry | undefined => {
    const entry = at(path);
    if (!entries.has(dirname(path))) fail('ENOENT', path);
    return entry;
  };
  const raw: Files = {
    async read(path) {
      const entry = at(path);
      if (entry?.type === 'directory') fail('EISDIR', path);
      return entry?.content;
    },
    async stat(path): Promise<FileStat | undefined> {
      const entry = at(path);
      return entry && { type: entry.type, mode: entry.mode, owner: entry.owner, size: bytesOf(entry.content).length };
    },
    async list(path) {
      if (entries.get(path)?.type !== 'directory') return undefined;
      return below(path)
        .filter((p) => dirname(p) === path)
        .map((p) => p.slice(join(path, '/').length));
    },
    async way(path) {
      const names = path.split('/').filter(Boolean);
      const all = ['/', ...names.map((_, n) => `/${names.slice(0, n + 1).join('/')}`)];
      return all.flatMap((at) => {
        const entry = entries.get(at);
        return entry ? [{ path: at, type: entry.type, mode: entry.mode, owner: entry.owner }] : [];
      });
    },
    async filesystem(realPath) {
      return { realPath, type: 'ext4', source: '/dev/fake', target: '/', free: 100e9, readOnly: false };
    },
    async write(path, content, mode) {
      const entry = place(path);
      if (entry?.type === 'directory') fail('EISDIR', path);
      entries.set(path, { type: 'file', content, mode, owner: entry?.owner ?? root });
    },
    async create(path, content, mode) {
      if (place(path)) return false;
      entries.set(path, { type: 'file', content, mode, owner: root });
      return true;
    },
    async stream(path) {
      const entry = entries.get(path);
      if (!entry) fail('ENOENT', path);
      return Readable.from([bytesOf(entry?.content ?? '')]);
    },
    async pour(path, mode, pour) {
      place(path);
      if (entries.has(path)) fail('EEXIST', path);
      const into = collected();
      const result = await pour(into);
      place(path);
      entries.set(path, { type: 'file', content: contentOf(into.bytes()), mode, owner: root });
      return result;
    },
    async rename(from, to) {
      const moved = [from, ...below(from)].map((path) => [path, entries.get(path) ?? fail('ENOENT', path)] as const);
      place(to);
      if (below(to).length > 0) fail('ENOTEMPTY', to);
      for (const [path] of moved) entries.delete(path);
      for (const [path, entry] of moved) entries.set(to + path.slice(from.length), entry);
    },
    async overwrite(path, content) {
      const entry = at(path) ?? fail('ENOENT', path);
      if (entry.type === 'directory') fail('EISDIR', path);
      entry.content = content;
    },
    async makeDirectory(path, mode, owner) {
      parents(path);
      if (at(path)?.type === 'file') fail('ENOTDIR', path);
      entries.set(path, { type: 'directory', content: '', mode, owner });
    },
    async setAccess(path, mode, owner) {
      Object.assign(at(path) ?? fail('ENOENT', path), { mode, owner });
    },
    async remove(path) {
      at(path);
      if (below(path).length > 0) return false;
      entries.delete(path);
      return true;
    },
    async removeTree(path) {
      at(path);
      for (const p of [path, ...below(path)]) entries.delete(p);
    },
  };
  return {
    ...inTheWordsOfADisk(raw),
    snapshot() {
      const lines = [...entries].map(([path, { type, mode, owner, content }]) => [
        path,
        `${type} ${mode.toString(8)} ${owner.uid}:${owner.gid} ${content}`,
      ]);
      return Object.fromEntries(lines.toSorted());
    },
    put(path, content, mode = 0o644) {
      parents(path);
      entries.set(path, { type: 'file', content, mode, owner: root });
    },
    copy: () => memoryFiles([...entries].map(([path, entry]) => [path, { ...entry }])),
  };
}

/** What goes wrong is told by the failures that a real disk's errors are told by. */
function inTheWordsOfADisk(raw: Files): Files {
  const told = Object.entries(raw).map(
    ([name, call]: [string, (path: string, ...more: never[]) => Promise<unknown>]) => [
      name,
      (path: string, ...more: never[]) => inWords(path, 'used', () => call(path, ...more)),
    ],
  );
  return Object.fromEntries(told) as Files;
}
