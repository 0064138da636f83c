import type { Era } from './era.ts';
import { firstState } from './seed.ts';
import type { State } from './state.ts';
import type { Store } from './store.ts';

/**
 * Runs the migrations as server and worker both do: long on an empty database, a seventh of that later. Each release that
 * was here leaves one row, at its first start.
 */
export async function migrate(
  store: Store,
  duration: number,
  sleep: (ms: number) => Promise<void>,
  era: Era,
  failing: readonly string[] = [],
): Promise<void> {
  const there = await store.read();
  await sleep(there ? duration / 7 : duration);
  if (there) assertFits(there, era);
  await store.change((there) => {
    const state = there ?? firstState();
    if (era.keepsHistory && !state.history.includes(era.version)) state.history.push(era.version);
    return { state, result: undefined };
  });
  // Its row is there by now: system migrations come before those of Django.
  if (failing.includes(era.version))
    throw new Error('InconsistentMigrationHistory: Migration authentik_core.0056 is applied before its dependency');
}

/** What a release refuses before it has written anything. */
function assertFits({ groups, history }: State, { refusesSkips, uniqueGroups, version }: Era): void {
  const names = groups.map(({ name }) => name);
  const twice = names.find((name, n) => names.indexOf(name) < n);
  if (uniqueGroups && twice !== undefined)
    throw new Error(`DuplicateNameError: Group "${twice}" is there more than once`);
  const last = history.at(-1);
  if (!refusesSkips || last === undefined || last === version) return;
  const lineOf = (release: string) => release.split('.').slice(0, 2).join('.');
  const [from, to] = [last, version].map((release) => lines.indexOf(lineOf(release)));
  if (from === undefined || to === undefined || from < 0 || to < 0 || from === to || from === to - 1) return;
  throw new Error(`Major version skips are not allowed: ${last} to ${version}`);
}

/** Releases that follow each other, as far as the newest has something to refuse. */
const lines = ['2025.2', '2025.4', '2025.6', '2025.8', '2025.10', '2025.12', '2026.2', '2026.5', '2026.8'];

/** A log line as authentik writes them. */
export const logLine = (logger: string, level: string, event: string, extra: object = {}): string =>
  JSON.stringify({ event, level, logger, timestamp: new Date().toISOString(), ...extra });
