import type { Refusal } from './refusal.ts';

const units = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const;
const longest = 90 * units.d;
const example = 'Write it like 12h, 7d or 2w.';

/** `7d`, `12h`, `2w` or `30m` in ms; undefined where it is none. */
export function durationIn(text: string): number | undefined {
  const [, number, unit] = /^([1-9]\d{0,5})([mhdw])$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * units[unit as keyof typeof units];
}

/** How long a link may be good. */
export function checkLifetime(value: string): Refusal | undefined {
  const ms = durationIn(value);
  if (ms === undefined) return { problem: 'is no length of time', fix: example };
  if (ms <= longest) return undefined;
  return {
    problem: 'is longer than 90 days',
    why: 'Whoever finds the link gets an account with it.',
    fix: 'Write a shorter time, such as 7d. A new link is made in a moment.',
  };
}
