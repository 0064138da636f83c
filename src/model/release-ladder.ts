import { isOlder } from './release.ts';

/** What has to be asked of an installation before a line; the questions are in `src/lifecycle/upgrade/questions.ts`. */
export type Ask =
  | 'rights'
  | 'encoding'
  | 'group-names'
  | 'media-owner'
  | 'sessions'
  | 'sessions-in-redis'
  | 'external-users'
  | 'templates'
  | 'queue'
  | 'email-verified';

/** A step of an upgrade: between two releases of authentik, or of PostgreSQL, while the release stays the same. */
export interface Step {
  readonly from: string;
  readonly to: string;
  /** Major versions. */
  readonly postgres?: { readonly from: number; readonly to: number };
}

/** What runs before a step, and after it, for people. */
export const endsOf = ({ from, to, postgres }: Step): { readonly was: string; readonly is: string } =>
  postgres
    ? { was: `PostgreSQL ${postgres.from}`, is: `PostgreSQL ${postgres.to}` }
    : { was: `authentik ${from}`, is: `authentik ${to}` };

/** What a registry has beyond what runs. */
export interface Newer {
  readonly runs: string;
  /** The newest release of the line that runs, and the newest that homeauth can bring this installation to. */
  readonly ofLine: string;
  readonly newest: string;
  /** The first release of a line that this homeauth does not know yet. */
  readonly unknown?: string;
}

/** A release line as a step of an upgrade. What it is made of is its era (`release.ts`). */
export interface Line {
  readonly line: string;
  /** Its last release that is known to us. */
  readonly last: string;
  /** The oldest major version of PostgreSQL that it starts with. */
  readonly postgres: number;
  readonly asks: readonly Ask[];
}

/**
 * Oldest first; authentik is upgraded line by line, each to its last release before the next. Sources: authentik's tags
 * and release notes; for PostgreSQL the Django in each tag's lock file, which refuses an older one (the notes ask for 14
 * since 2024.6, and Django does since 2025.10).
 */
export const ladder: readonly Line[] = [
  { line: '2023.10', last: '2023.10.7', postgres: 12, asks: [] },
  { line: '2024.2', last: '2024.2.4', postgres: 12, asks: ['rights', 'media-owner', 'sessions'] },
  { line: '2024.4', last: '2024.4.4', postgres: 12, asks: [] },
  { line: '2024.6', last: '2024.6.5', postgres: 12, asks: [] },
  { line: '2024.8', last: '2024.8.6', postgres: 12, asks: ['external-users'] },
  { line: '2024.10', last: '2024.10.5', postgres: 12, asks: [] },
  { line: '2024.12', last: '2024.12.5', postgres: 12, asks: [] },
  { line: '2025.2', last: '2025.2.4', postgres: 12, asks: [] },
  { line: '2025.4', last: '2025.4.4', postgres: 13, asks: ['sessions-in-redis'] },
  { line: '2025.6', last: '2025.6.4', postgres: 13, asks: ['templates'] },
  { line: '2025.8', last: '2025.8.6', postgres: 13, asks: ['encoding', 'queue'] },
  { line: '2025.10', last: '2025.10.4', postgres: 14, asks: ['email-verified'] },
  { line: '2025.12', last: '2025.12.6', postgres: 14, asks: ['group-names'] },
  { line: '2026.2', last: '2026.2.7', postgres: 14, asks: [] },
  { line: '2026.5', last: '2026.5.8', postgres: 14, asks: [] },
  { line: '2026.8', last: '2026.8.6', postgres: 14, asks: [] },
];

/** When releases came out, where that is known. Source: the tags of authentik's repository. */
const released: Readonly<Record<string, string>> = {
  '2023.10.7': '2024-01-29',
  '2024.12.5': '2025-04-08',
  '2025.4.4': '2025-07-22',
  '2025.6.4': '2025-07-22',
  '2025.8.6': '2026-02-12',
  '2025.10.4': '2026-02-12',
  '2025.12.4': '2026-02-12',
  '2026.8.0': '2026-08-18',
  '2026.8.1': '2026-09-01',
  '2026.8.4': '2026-10-14',
  '2026.8.5': '2026-10-21',
  '2026.8.6': '2026-11-20',
};

/** Releases of a line that fail after a release of the line before, whose fixes they do not have yet. */
const failing = [{ from: '2026.5.7', below: '2026.8.3' }] as const;

/** The line of a release: 2026.8 of 2026.8.6. */
export const lineOf = (release: string): string => release.slice(0, release.lastIndexOf('.'));

/** Whether a release lacks what an older line got later: its migrations then meet a database that they do not fit. */
export function isTooOldAfter(from: string, to: string): boolean {
  const [then, now] = [released[from], released[to]];
  return (
    (then !== undefined && now !== undefined && now < then) ||
    failing.some(
      (pair) =>
        lineOf(pair.from) === lineOf(from) &&
        !isOlder(from, pair.from) &&
        lineOf(pair.below) === lineOf(to) &&
        isOlder(to, pair.below),
    )
  );
}

/** The releases to go through, in their order: the last one of each line, and `to` at the end. */
export function releasesBetween(
  from: string,
  to: string,
): readonly { readonly release: string; readonly line: Line }[] {
  const [first, end] = [from, to].map((release) => ladder.findIndex(({ line }) => line === lineOf(release)));
  return ladder.slice(first, (end ?? -1) + 1).flatMap((line, n, all) => {
    const release = n === all.length - 1 ? to : line.last;
    return isOlder(from, release) ? [{ release, line }] : [];
  });
}
