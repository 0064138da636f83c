import type { Lines } from './scale.ts';

/** What `npm run bench` finds. */
export interface Figures {
  /** `homeauth --help` over Node alone, in wall time. */
  readonly helpRatio: number;
  /** Requests to authentik of a plan that remembers nothing, by the number of apps. */
  readonly planCalls: Readonly<Record<string, number>>;
  /** Lists among those of a plan for one app, in a home without mail, policies and invitations. */
  readonly planLists: number;
  /** Requests of the apply that removes 100 apps, and how many of them had to wait for one another. */
  readonly remove100: { readonly calls: number; readonly chain: number };
  /** What making 30 apps and removing them takes, looks included, over the bare calls on the same slow server. */
  readonly objectsOverBare: number;
  readonly removalOverBare: number;
  /** What `init` and `add-app` take, proofs included, over the same order by hand on the same slow server. */
  readonly setUpOverHand: number;
  /** Lines that each command says of 100 apps. */
  readonly lines100: Lines;
  /** Requests other than GET of the apply that makes 100 apps, and of the apply after it. */
  readonly apply100NonGet: number;
  readonly secondApplyNonGet: number;
  /** Memory of a process that does that second apply, in MB. */
  readonly peakMb: number;
}

interface Row {
  readonly what: string;
  readonly found: number;
  readonly goal: number;
}

/** What somebody still reads; every app that was left is told by itself, where they are few. */
const mostLines = 50;

/** Every figure beside the most that it may be. */
export function rows(figures: Figures): Row[] {
  const { helpRatio, planCalls, planLists, apply100NonGet, secondApplyNonGet, remove100, peakMb } = figures;
  const [few = 0] = Object.values(planCalls);
  return [
    { what: 'homeauth --help, times Node alone', found: helpRatio, goal: 1.2 },
    ...Object.entries(planCalls).map(([apps, found]) => ({
      what: `requests of a plan, apps: ${apps}`,
      found,
      // A list has 100 rows a page, and of what grows with the apps there are two lists and a part of a third.
      goal: apps === '100' ? 20 : few + 3 * Math.ceil(Number(apps) / 100),
    })),
    { what: 'lists of a plan', found: planLists, goal: 10 },
    { what: 'changes of an apply that makes 100 apps', found: apply100NonGet, goal: 205 },
    { what: 'changes of the apply after it', found: secondApplyNonGet, goal: 0 },
    { what: 'memory of that apply, MB', found: peakMb, goal: 150 },
    // An application and a provider for each, the outpost, and the looks.
    { what: 'requests of an apply that removes 100 apps', found: remove100.calls, goal: 230 },
    { what: 'of these, one after the other', found: remove100.chain, goal: 90 },
    { what: 'making 30 apps, times the bare calls', found: figures.objectsOverBare, goal: 1.3 },
    { what: 'removing 30 apps, times the bare calls', found: figures.removalOverBare, goal: 1.5 },
    { what: 'init and add-app, times the same by hand', found: figures.setUpOverHand, goal: 1.1 },
    ...Object.entries(figures.lines100).map(([command, found]) => ({
      what: `lines about 100 apps: ${command}`,
      found,
      goal: mostLines,
    })),
  ];
}

export const isMet = ({ found, goal }: Row): boolean => found <= goal;

/** For people: one line a figure. */
export function table(all: readonly Row[]): string {
  const width = Math.max(...all.map(({ what }) => what.length));
  return all
    .map((row) => {
      const found = String(row.found).padStart(7);
      return `${isMet(row) ? '✓' : '✗'} ${row.what.padEnd(width)} ${found}   goal: at most ${row.goal}`;
    })
    .join('\n');
}
