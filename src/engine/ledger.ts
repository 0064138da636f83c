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
  /** The last lines are about to go: the ledger leaves its directory, so that it is empty, and goes with the last. */
  close(): Promise<void>;
}

export interface Judge {
  /** There is such a kind: a line about another one is damaged, or a later homeauth's. */
  isKnown(id: Id): boolean;
  /** homeauth may have written this line for this installation. */
  isOurs(made: Made): Promise<boolean>;
}

/**
 * The ledger as a file, oldest line first. Until the directory that holds it is there, it lies at `waiting`: the
 * directory itself is among the first things that homeauth makes, and a crash between the two must orphan neither.
 */
export function ledgerFile(files: Files, path: string, waiting: string, judge: Judge): LedgerStore {
  const home = path.slice(0, path.lastIndexOf('/'));
  let hasLeft = false;
  /** The text that was read last, parsed and judged: a run reads the file some sixty times, and changes it a few times. */
  let known: { readonly text: string; readonly ledger: Ledger } | undefined;
  return {
    async close() {
      hasLeft = true;
      const text = await files.read(path);
      if (text === undefined) return;
      await files.write(waiting, text, 0o600);
      await files.remove(path);
    },
    async read() {
      for (const place of [path, waiting]) {
        const text = await files.read(place);
        if (text === undefined) continue;
        if (known?.text !== text) known = { text, ledger: await believed(parse(text, place, judge), place, judge) };
        return known.ledger;
      }
      return [];
    },
    async save(ledger) {
      const text = `${JSON.stringify({ version: 1, made: ledger }, undefined, 1)}\n`;
      const isHome = !hasLeft && (await files.stat(home))?.type === 'directory';
      const isOver = hasLeft && ledger.length === 0;
      if (!isOver) await files.write(isHome ? path : waiting, text, 0o600);
      if ((isHome || isOver) && (await files.stat(waiting))) await files.remove(waiting);
    },
  };
}

function parse(text: string, path: string, { isKnown }: Judge): Ledger {
  const isLine = (line: { id?: unknown } | null): boolean => typeof line?.id === 'string' && isKnown(line.id as Id);
  try {
    const { version, made } = JSON.parse(text);
    if (version === 1 && Array.isArray(made) && made.every(isLine)) return made;
  } catch {}
  throw new Failure({
    code: 'ledger-unreadable',
    problem: `${path} cannot be read as homeauth's ledger.`,
    why: 'It lists the files, containers and authentik objects that homeauth made. Without it homeauth removes nothing.',
    fix: 'Put it back from a backup or a snapshot of that directory, then run the command again.',
  });
}

/** @throws Failure ledger-foreign where following a line would reach out of this installation */
async function believed(ledger: Ledger, path: string, { isOurs }: Judge): Promise<Ledger> {
  for (const made of ledger) {
    if (await isOurs(made)) continue;
    throw new Failure({
      code: 'ledger-foreign',
      problem: `${path} lists ${made.id}, which homeauth does not make for this installation.`,
      why: 'homeauth removes or restores, as root, what is listed there. The file is damaged, comes from another installation, or somebody edited it. Nothing was changed.',
      fix: 'Put it back from a backup or a snapshot of that directory, then run the command again.',
    });
  }
  return ledger;
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
