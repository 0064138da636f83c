import { dirname, resolve } from 'node:path';
import { Failure } from '../../model/failure.ts';
import type { Secret } from '../../model/secret.ts';
import type { Api } from './api.ts';
import { containerPath, inspectContainer } from './containers.ts';
import { Refusal } from './refusal.ts';

/** A file of a container, running or not; undefined where there is no such file, or no such container. */
export async function readContainerFile(api: Api, container: string, path: string): Promise<string | undefined> {
  const archive = await api.lookRaw(containerPath(container, '/archive'), { path });
  const entry = archive && firstEntry(archive);
  if (entry?.type === 'file') return entry.content.toString();
  // The engine follows links on the way to a file, sends a file that is one as it is, and refuses a circle of them.
  return entry?.type === 'link' ? readContainerFile(api, container, resolve(dirname(path), entry.target)) : undefined;
}

/** The header of a file that a secret may be written into. @throws Failure file-readable, file-mounted, file-read-only, file-not-there */
export async function writableHeader(api: Api, container: string, path: string): Promise<Buffer> {
  const archive = await api.lookRaw(containerPath(container, '/archive'), { path });
  const header = archive && headerOf(archive);
  if (!header) throw notThere(`${container}:${path}`);
  if ((octalIn(header, 100, 8) & 0o004) !== 0) throw readable(`${container}:${path}`);
  const { mounts = [] } = (await inspectContainer(api, container)) ?? {};
  if (mounts.some(({ target }) => target === path)) throw mounted(`${container}:${path}`);
  const around = mounts.filter(({ target }) => path.startsWith(`${target}/`));
  const [nearest] = around.toSorted((one, other) => other.target.length - one.target.length);
  if (nearest?.readOnly) throw readOnly(`${container}:${path}`);
  return header;
}

/** @throws Failure file-readable, file-mounted, file-read-only, file-not-there */
export async function writeContainerFile(api: Api, container: string, path: string, content: Secret): Promise<void> {
  const header = await writableHeader(api, container, path);
  const query = { path: dirname(path), noOverwriteDirNonDir: true };
  const file = entryOf(header, Buffer.from(content.reveal()));
  await api.touch('PUT', containerPath(container, '/archive'), { query, file }).catch((error: unknown) => {
    const words = error instanceof Refusal ? error.words : '';
    if (/busy/.test(words)) throw mounted(`${container}:${path}`);
    throw /read-only/.test(words) ? readOnly(`${container}:${path}`) : error;
  });
}

/** The header of a regular file, with its owner and mode. */
function headerOf(archive: Buffer): Buffer | undefined {
  for (let at = 0; at + block <= archive.length && archive[at] !== 0; ) {
    const header = archive.subarray(at, at + block);
    const type = String.fromCharCode(header.readUInt8(156));
    if (type === '0' || type === '\0') return Buffer.from(header);
    if (type !== 'x' && type !== 'L') return undefined;
    at += block + Math.ceil(sizeIn(header) / block) * block;
  }
  return undefined;
}

/** An archive with this one file: the same header, for another content. */
function entryOf(header: Buffer, content: Buffer): Buffer {
  const octal = (value: number, at: number, length: number) =>
    header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, length, 'latin1');
  octal(content.length, 124, 12);
  // The sum counts its own field as blanks.
  header.fill(' ', 148, 156);
  octal(
    header.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  const padding = Buffer.alloc(Math.ceil(content.length / block) * block - content.length);
  return Buffer.concat([header, content, padding, Buffer.alloc(2 * block)]);
}

const octalIn = (header: Buffer, at: number, length: number) =>
  Number.parseInt(text(header, at, length).trim() || '0', 8);

const notThere = (file: string): Failure =>
  new Failure({
    code: 'file-not-there',
    problem: `${file} is no file that homeauth can write: it is missing, or a link.`,
    fix: 'Name the file itself.',
  });

const readable = (file: string): Failure =>
  new Failure({
    code: 'file-readable',
    problem: `Everybody in that container, and perhaps on this server, can read ${file}.`,
    why: 'homeauth would write a secret into it.',
    fix: `Take that right away:  docker exec --user 0 ${file.replace(':', ' chmod o= ')}   then run the same command again.`,
  });

const readOnly = (file: string): Failure =>
  new Failure({
    code: 'file-read-only',
    problem: `${file} is in a place that its container may only read.`,
    fix: 'Take ":ro" or "read_only" out of the compose file of the app, or enter the settings by hand: homeauth app NAME',
  });

const mounted = (file: string): Failure =>
  new Failure({
    code: 'file-mounted',
    problem: `${file} is a mount of its own, which Docker cannot replace.`,
    fix: 'Mount the folder around it in place of the file, or enter the settings by hand: homeauth app NAME',
  });

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

const sizeIn = (header: Buffer) => octalIn(header, 124, 12);
