import { readFile } from 'node:fs/promises';
import { Failure } from '../model/failure.ts';
import type { Secret } from '../model/secret.ts';
import { explainRestic } from './restic-failures.ts';

/** A repository of restic, on this machine or elsewhere. */
export interface Repository {
  /** As restic takes it: a path, `rest:https://…`, `sftp:…`, `s3:…`; undefined where the environment says it. */
  readonly address: string | undefined;
  /** What restic is told of it: a password or where it is, a login for the server. */
  readonly environment: Readonly<Record<string, Secret>>;
}

export interface Snapshot {
  readonly id: string;
  readonly tags: readonly string[];
}

export interface Restic {
  /** Makes the repository. */
  init(repository: Repository): Promise<void>;
  /** All of them, whosever. */
  snapshots(repository: Repository): Promise<readonly Snapshot[]>;
  /** The files in a snapshot, by their paths in it, with their sizes. */
  files(repository: Repository, snapshot: string): Promise<Readonly<Record<string, number>>>;
  /** The text of one file. */
  read(repository: Repository, snapshot: string, file: string): Promise<string>;
  /** Makes a snapshot of what lies in a directory: all of it, or none. */
  save(repository: Repository, directory: string, tags: readonly string[]): Promise<void>;
  /** Puts what is in a snapshot into a directory. */
  fetch(repository: Repository, snapshot: string, directory: string): Promise<void>;
  /** Removes snapshots; the space that they take is freed by `prune`. */
  forget(repository: Repository, snapshots: readonly string[]): Promise<void>;
  prune(repository: Repository): Promise<void>;
}

/** What takes the place of each other, so that one in the environment of a repository counts alone. */
const ways = ['RESTIC_PASSWORD', 'RESTIC_PASSWORD_FILE', 'RESTIC_PASSWORD_COMMAND'];

/** What only looks, and what that may take in ms: a server may take a question and never answer it. */
const looks = ['snapshots', 'ls', 'dump'];
const patience = 600_000;

/** What moves less than this between two looks is stuck, in bytes: renewing a lock takes some hundred. */
const least = 65_536;

/** Looks again and again whether it still moves, until it is told to stop. */
type Watch = (look: () => Promise<void>) => () => void;

const watchEvery: Watch = (look) => {
  const timer = setInterval(look, patience);
  return () => clearInterval(timer);
};

/**
 * The `restic` command of this machine. What is secret goes by its environment: where a repository is, too. A look ends
 * in time; what sends or fetches takes as long as it takes, while it moves something.
 */
export function resticCommand(command = 'restic', lookLimit = patience, watch = watchEvery): Restic {
  async function restic({ address, environment }: Repository, args: readonly string[], cwd?: string): Promise<string> {
    const { execa } = await import('execa');
    const says = ways.some((name) => name in environment) ? ways : [];
    const stuck = new AbortController();
    const child = execa(command, args, {
      cancelSignal: stuck.signal,
      reject: false,
      stdin: 'ignore',
      stripFinalNewline: false,
      maxBuffer: 1e9,
      ...(looks.includes(args[0] ?? '') && { timeout: lookLimit }),
      ...(cwd !== undefined && { cwd }),
      env: {
        LC_ALL: 'C',
        // Where it keeps a cache of lists; a timer of systemd has none.
        HOME: process.env['HOME'] ?? '/root',
        ...Object.fromEntries(says.map((name) => [name, undefined])),
        ...revealed(environment),
        ...(address !== undefined && { RESTIC_REPOSITORY: address, RESTIC_REPOSITORY_FILE: undefined }),
      },
    });
    const stop = looks.includes(args[0] ?? '') ? () => {} : watch(whenStuck(child.pid, () => stuck.abort()));
    const { exitCode, stdout, stderr, code, timedOut, isCanceled } = await child.finally(stop);
    if (exitCode === 0) return stdout;
    const secrets = Object.values(environment).map((secret) => secret.reveal());
    throw new Failure(
      explainRestic(args[0] ?? '', {
        exitCode,
        code,
        timedOut: timedOut || isCanceled,
        stderr: masked(stderr, secrets),
      }),
    );
  }

  return {
    async init(repository) {
      await restic(repository, ['init']);
    },

    async snapshots(repository) {
      const found = JSON.parse(await restic(repository, ['snapshots', '--no-lock', '--json'])) ?? [];
      return (found as readonly Snapshot[]).map(({ id, tags }) => ({ id, tags: tags ?? [] }));
    },

    async files(repository, snapshot) {
      const lines = (await restic(repository, ['ls', '--no-lock', '--json', snapshot])).split('\n');
      const nodes = lines.filter((line) => line !== '').map((line) => JSON.parse(line));
      const files = nodes.filter(({ type, path }) => type === 'file' && typeof path === 'string');
      return Object.fromEntries(files.map(({ path, size }) => [path.slice(1), size ?? 0]));
    },

    read: (repository, snapshot, file) => restic(repository, ['dump', '--no-lock', snapshot, `/${file}`]),

    async save(repository, directory, tags) {
      const named = tags.flatMap((tag) => ['--tag', tag]);
      // By their names below it: they lie at the top of the snapshot then.
      await restic(repository, ['backup', '--quiet', ...named, '.'], directory);
    },

    async fetch(repository, snapshot, directory) {
      await restic(repository, ['restore', snapshot, '--target', directory]);
    },

    async forget(repository, snapshots) {
      await restic(repository, ['forget', '--quiet', ...snapshots]);
    },

    async prune(repository) {
      await restic(repository, ['prune', '--quiet']);
    },
  };
}

/** A look that gives a process up which has read and written next to nothing since the last one: its server is silent. */
function whenStuck(pid: number | undefined, giveUp: () => void): () => Promise<void> {
  let before = 0;
  return async () => {
    const moved = await movedBy(String(pid)).catch(() => undefined);
    // Where that is not told, it is not known to be stuck.
    if (moved === undefined) return;
    if (moved - before < least) giveUp();
    before = moved;
  };
}

/** Bytes that a process has read and written, with those that it started: `restic` may be a script around it. */
async function movedBy(pid: string): Promise<number> {
  const io = await readFile(`/proc/${pid}/io`, 'utf8');
  const own = [...io.matchAll(/^[rw]char: (\d+)$/gm)].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
  const started = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter((one) => one !== '');
  // What has just ended is counted with who started it.
  const theirs = await Promise.all(started.map((one) => movedBy(one).catch(() => 0)));
  return theirs.reduce((sum, bytes) => sum + bytes, own);
}

const revealed = (environment: Readonly<Record<string, Secret>>): Record<string, string> =>
  Object.fromEntries(Object.entries(environment).map(([name, secret]) => [name, secret.reveal()]));

/** restic may repeat what it was given; an address can have a password in it, too. */
function masked(text: string, secrets: readonly string[]): string {
  const known = secrets.filter((secret) => secret.length > 3);
  return known
    .reduce((now, secret) => now.replaceAll(secret, '•••'), text)
    .replace(/(:\/\/[^\s/:@]*):[^\s/@]*@/g, '$1:•••@');
}
