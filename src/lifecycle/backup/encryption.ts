import { join } from 'node:path/posix';
import { PassThrough, Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import type { Installation } from '../../installation/installation.ts';
import type { CopyHere, Encryption, Manifest } from '../../model/copy.ts';
import { Failure } from '../../model/failure.ts';
import type { Secret } from '../../model/secret.ts';
import type { Files } from '../../world/world.ts';

/** For whom a copy is encrypted, in the format of age: who holds the key of a recipient, or who knows the passphrase. */
export type Readers = { readonly recipients: readonly string[] } | { readonly passphrase: Secret };

/** What opens a copy. */
export type Key = { readonly identities: readonly Secret[] } | { readonly passphrase: Secret };

/** How the files of a copy are written, and read back while it is made. */
export interface Seal {
  readonly encryption: Encryption;
  pour(into: Writable, write: (plain: Writable) => Promise<unknown>): Promise<void>;
  open(sealed: Readable): Promise<Readable>;
}

const ending = '.age';

/** The name of a file in a copy. */
export const sealedName = (file: string, isEncrypted: boolean): string => (isEncrypted ? `${file}${ending}` : file);
export const plainName = (file: string): string => (isSealed(file) ? file.slice(0, -ending.length) : file);
export const isSealed = (file: string): boolean => file.endsWith(ending);

/**
 * Encryption for these readers. A file for recipients is one for a key, too, that is made here and forgotten with the
 * process: without it this server could not read back what it has written.
 * @throws Failure recipient-unfit
 */
export async function sealFor(readers: Readers): Promise<Seal> {
  const passing = await generateX25519Identity();
  const own = await identityToRecipient(passing);
  const encrypter = () => {
    const one = new Encrypter();
    if ('passphrase' in readers) one.setPassphrase(readers.passphrase.reveal());
    else for (const recipient of [...readers.recipients, own]) addTo(one, recipient);
    return one;
  };
  encrypter();
  const decrypter = new Decrypter();
  if ('passphrase' in readers) decrypter.addPassphrase(readers.passphrase.reveal());
  else decrypter.addIdentity(passing);
  return {
    encryption: 'passphrase' in readers ? 'passphrase' : 'recipients',
    async pour(into, write) {
      const plain = new PassThrough();
      const sealed = await encrypter().encrypt(webOf(plain));
      const written = write(plain).then(
        () => void plain.end(),
        (error: unknown) => {
          plain.destroy(error instanceof Error ? error : new Error(String(error)));
          throw error;
        },
      );
      const [first, second] = await Promise.allSettled([written, pipeline(nodeOf(sealed), into, { end: false })]);
      // What went wrong first is the cause of the other.
      for (const one of [first, second]) if (one.status === 'rejected') throw one.reason;
    },
    open: async (sealed) => nodeOf(await decrypter.decrypt(webOf(sealed))),
  };
}

/** Opens what was encrypted for somebody who has this key. @throws Failure copy-locked */
export async function opened(
  sealed: Readable,
  key: Key | undefined,
  encryption: Encryption | undefined,
): Promise<Readable> {
  const decrypter = new Decrypter();
  if (key && 'passphrase' in key) decrypter.addPassphrase(key.passphrase.reveal());
  else for (const identity of key?.identities ?? []) addKey(decrypter, identity);
  try {
    if (key) return nodeOf(await decrypter.decrypt(webOf(sealed)));
  } catch (error) {
    if (error instanceof Failure) throw error;
  }
  sealed.destroy();
  throw locked(key !== undefined, encryption);
}

/** What is in a file of a copy, by its plain name. @throws Failure copy-locked */
export async function contentOf({ directory, manifest }: CopyHere, file: string, files: Files, key: Key | undefined) {
  const { encrypted } = manifest;
  const stream = await files.stream(join(directory, sealedName(file, encrypted !== undefined)));
  return encrypted === undefined ? stream : opened(stream, key, encrypted);
}

/** For whom copies are encrypted that nobody asked for by name. */
export function readersIn({ config: { backup } }: Pick<Installation, 'config'>): Readers | undefined {
  return backup.recipients && { recipients: backup.recipients };
}

/** Those who read what this key opens. */
export async function readersWith(key: Key | undefined): Promise<Readers | undefined> {
  if (!key || 'passphrase' in key) return key;
  return { recipients: await Promise.all(key.identities.map((one) => identityToRecipient(one.reveal()))) };
}

/** A key was named where a copy needs one; whether it opens that is seen by `opened`. @throws Failure copy-locked */
export function assertKey({ encrypted }: Manifest, key: Key | undefined): void {
  if (encrypted && !key) throw locked(false, encrypted);
}

function addTo(encrypter: Encrypter, recipient: string): void {
  try {
    encrypter.addRecipient(recipient);
  } catch {
    throw new Failure({
      code: 'recipient-unfit',
      problem: `${recipient} is no public key of age.`,
      why: 'It has a wrong letter, or one is missing.',
      fix: 'Take the line "Public key" that age-keygen printed: age1 and 58 letters and digits.',
    });
  }
}

function addKey(decrypter: Decrypter, identity: Secret): void {
  try {
    decrypter.addIdentity(identity.reveal());
  } catch {
    throw new Failure({
      code: 'identity-unfit',
      problem: 'The file behind --identity holds a line that is no key of age.',
      fix: 'Name the file that age-keygen wrote: its key begins with AGE-SECRET-KEY-1.',
    });
  }
}

const locked = (isTried: boolean, encryption: Encryption | undefined): Failure =>
  new Failure({
    code: 'copy-locked',
    problem: isTried ? 'This key does not open the copy.' : 'The copy is encrypted.',
    fix:
      encryption === 'passphrase'
        ? 'Add its passphrase, alone in a file: --passphrase-file FILE'
        : 'Add the file with its key, which age-keygen wrote: --identity FILE',
  });

const webOf = (stream: Readable) => Readable.toWeb(stream) as unknown as globalThis.ReadableStream<Uint8Array>;
const nodeOf = (stream: unknown): Readable => Readable.fromWeb(stream as ReadableStream<Uint8Array>);
