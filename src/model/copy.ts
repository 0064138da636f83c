import type { Step } from './release-ladder.ts';

/** Why a copy was made. */
export type CopyReason = 'asked' | 'before-restore' | 'before-upgrade';

/** How a copy is encrypted: for who holds a key, or for who knows a passphrase. */
export type Encryption = 'recipients' | 'passphrase';

/** What a copy of an installation says of itself: `manifest.json`, written last. */
export interface Manifest {
  readonly format: 1;
  /** The release of homeauth that made it. */
  readonly homeauth: string;
  /** ISO 8601. */
  readonly made: string;
  readonly why: CopyReason;
  readonly domain: string;
  readonly baseDir: string;
  readonly authentik: string;
  /** Which image each name stood for, where that was known. */
  readonly images: Readonly<Record<string, string>>;
  readonly postgres: string;
  /** What authentik had; absent where it could not be asked. */
  readonly counts?: Readonly<Record<string, number>>;
  readonly people?: readonly { readonly username: string; readonly active: boolean }[];
  /** With age, each file but this one; absent where it is not. */
  readonly encrypted?: Encryption;
  /** By homeauth.yaml. */
  readonly apps: readonly string[];
  /** Tables that are there without their rows. */
  readonly leftOut: readonly string[];
  readonly files: Readonly<Record<string, { readonly size: number; readonly sha256: string }>>;
}

/** A copy that is there, whole by its manifest; whether its files are is another question. */
export interface Copy {
  readonly name: string;
  /** As it is named to people: a directory, or `restic:REPOSITORY:NAME`. */
  readonly path: string;
  readonly manifest: Manifest;
  /** The snapshot that it is in a repository, and what brings its files here; absent where they lie in `path`. */
  readonly away?: { readonly snapshot: string; readonly fetch: (directory: string) => Promise<void> };
}

/** A copy whose files are on this machine. */
export interface CopyHere extends Copy {
  readonly directory: string;
}

/** What a restore would change that people notice. */
export interface Loss {
  /** Made since; they go. */
  readonly people: readonly string[];
  readonly apps: readonly string[];
  /** Removed or disabled since; they can log in again. */
  readonly back: readonly string[];
  /** Whether authentik could say who is there now, and the copy who was there then. */
  readonly known: boolean;
}

/** The way back over one step of an upgrade. */
export interface WayBack extends Step {
  /** It is under way, and was cut off. */
  readonly isOpen: boolean;
  /** What it is put back from, and what would be lost; none while authentik has been stopped since. */
  readonly copy?: Copy;
  readonly loss?: Loss;
}

/** Bytes of all its files. */
export const sizeOf = ({ files }: Manifest): number => Object.values(files).reduce((sum, { size }) => sum + size, 0);
