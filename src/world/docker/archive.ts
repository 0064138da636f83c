import { dirname, resolve } from 'node:path';
import type { Api } from './api.ts';
import { containerPath } from './containers.ts';

/** A file of a container, running or not; undefined where there is no such file, or no such container. */
export async function readContainerFile(api: Api, container: string, path: string): Promise<string | undefined> {
  const archive = await api.lookRaw(containerPath(container, '/archive'), { path });
  const entry = archive && firstEntry(archive);
  if (entry?.type === 'file') return entry.content.toString();
  // The engine follows links on the way to a file, sends a file that is one as it is, and refuses a circle of them.
  return entry?.type === 'link' ? readContainerFile(api, container, resolve(dirname(path), entry.target)) : undefined;
}

const block = 512;

export type TarEntry =
  | { readonly type: 'file'; readonly content: Buffer }
  | { readonly type: 'link'; readonly target: string }
  | { readonly type: 'directory' };

/**
 * The first entry of a tar archive. The engine sends a single file as one, with records of longer names, times and owners
 * before it; a reader for whole archives would be a dependency more for these lines.
 */
export function firstEntry(archive: Buffer): TarEntry | undefined {
  let longTarget: string | undefined;
  for (let at = 0; at + block <= archive.length; ) {
    const header = archive.subarray(at, at + block);
    // Blocks of zeros end an archive.
    if (header[0] === 0) return undefined;
    const size = sizeIn(header);
    const content = archive.subarray(at + block, at + block + size);
    const type = String.fromCharCode(header.readUInt8(156));
    if (type === '0' || type === '\0') return { type: 'file', content };
    if (type === '1' || type === '2') return { type: 'link', target: longTarget ?? text(header, 157, 100) };
    if (type === '5') return { type: 'directory' };
    if (type === 'x') longTarget = /^\d+ linkpath=(.*)$/m.exec(content.toString())?.[1] ?? longTarget;
    at += block + Math.ceil(size / block) * block;
  }
  return undefined;
}

function text(header: Buffer, at: number, length: number): string {
  const field = header.subarray(at, at + length).toString();
  return field.split('\0', 1)[0] ?? '';
}

const sizeIn = (header: Buffer) => Number.parseInt(text(header, 124, 12).trim() || '0', 8);
