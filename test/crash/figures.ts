/** What `npm run crash` found. */
export interface Figures {
  /** Effects before and after which the process was killed, and those after which the next run came to the same end. */
  readonly points: number;
  readonly survived: number;
  /** Faults staged; and those that were got over, or told in one named error that the next run finished after. */
  readonly faults: number;
  readonly named: number;
  /** Values written by us; and those that Compose, a container and our reader all read as they were. */
  readonly values: number;
  readonly equal: number;
  /** Secrets looked for; and those found where they should not be. */
  readonly canaries: number;
  readonly leaked: number;
}

export const isWhole = ({ points, survived, faults, named, values, equal, canaries, leaked }: Figures): boolean =>
  survived === points &&
  named === faults &&
  equal === values &&
  leaked === 0 &&
  [points, faults, values, canaries].every((n) => n > 0);

/** For people: one line a promise. */
export function table({ points, survived, faults, named, values, equal, canaries, leaked }: Figures): string {
  const line = (what: string, good: number, of: number, words: string) =>
    `${good === of && of > 0 ? '✓' : '✗'} ${what.padEnd(12)} ${String(good).padStart(6)} of ${String(of).padStart(6)}   ${words}`;
  return [
    line('killed', survived, points, 'the next run came to the same end'),
    line('faults', named, faults, 'got over, or one named error and a next run that finishes'),
    line('values', equal, values, 'read back as they were'),
    line('secrets', canaries - leaked, canaries, 'found nowhere they should not be'),
  ].join('\n');
}
