import { Failure } from '../model/failure.ts';
import { type Id, idOf, type Resource } from '../model/resource.ts';
import type { Files } from '../world/world.ts';

/** A line of the ledger: something homeauth made, or a part of something it changed. */
export interface Made {
  readonly id: Id;
  readonly precious?: true;
  readonly inside?: Id;
  readonly home?: true;
  /** What we set in a thing that others share, and what was there before: what `release` and giving back need. */
  readonly ours?: unknown;
  readonly before?: unknown;
}

export type Ledger = readonly Made[];

export interface LedgerStore {
  read(): Promise<Ledger>;
  save(ledger: Ledger): Promise<void>;
  /** The last lines are about to go: removes the ledger itself, so that its directory is empty. */
  close(): Promise<void>;
}

/**
 * The ledger as a file, oldest line first. Until the directory that holds it is there, it is kept in memory: the
 * directory itself is the first thing that homeauth makes.
 */
export function ledgerFile(files: Files, path: string): LedgerStore {
  const home = path.slice(0, path.lastIndexOf('/'));
  let pending: Ledger = [];
  return {
    async close() {
      await files.remove(path);
    },
    async read() {
      const text = await files.read(path);
      return text === undefined ? pending : parse(text, path);
    },
    async save(ledger) {
      if ((await files.stat(home))?.type !== 'directory') pending = ledger;
      else await files.write(path, `${JSON.stringify({ version: 1, made: ledger }, undefined, 1)}\n`, 0o600);
    },
  };
}

function parse(text: string, path: string): Ledger {
  try {
    const { version, made } = JSON.parse(text);
    if (version === 1 && Array.isArray(made)) return made;
  } catch {}
  throw new Failure({
    code: 'ledger-unreadable',
    problem: `${path} cannot be read as homeauth's ledger.`,
    why: 'It says which files, containers and authentik objects homeauth made; without it nothing may be removed.',
    fix: 'Put it back from a backup or a snapshot of that directory, then run the command again.',
  });
}

/** Put lines in: a new one at the end, a known one in its place. */
export function record(ledger: Ledger, lines: readonly Made[]): Ledger {
  const fresh = new Map(lines.map((made) => [made.id, made]));
  const kept = ledger.map((made) => {
    const line = fresh.get(made.id);
    fresh.delete(made.id);
    return line ?? made;
  });
  return [...kept, ...fresh.values()];
}

export const madeOf = (ledger: Ledger, id: Id): Made | undefined => ledger.find((made) => made.id === id);

/** The line that makes a resource ours, if any. */
export const lineFor = (ledger: Ledger, resource: Resource): Made | undefined =>
  madeOf(ledger, resource.extends ?? idOf(resource));
