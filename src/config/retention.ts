import type { Refusal } from './refusal.ts';

/** How many of the newest days, weeks and months keep a copy. */
export interface Keep {
  readonly days: number;
  readonly weeks: number;
  readonly months: number;
}

const units = { d: 'days', w: 'weeks', m: 'months' } as const;

/** `7d,4w,6m`; undefined where it is nothing of that sort. */
export function keepIn(text: string): Keep | undefined {
  const keep = { days: 0, weeks: 0, months: 0 };
  for (const part of text.split(',')) {
    const [, number, unit] = /^\s*([1-9]\d{0,2})([dwm])\s*$/.exec(part) ?? [];
    if (number === undefined) return undefined;
    keep[units[unit as keyof typeof units]] += Number(number);
  }
  return keep;
}

/** Which copies are kept, as it is written. */
export function checkKeep(value: string): Refusal | undefined {
  if (keepIn(value)) return undefined;
  return {
    problem: 'does not say which copies to keep',
    fix: 'Write days, weeks and months with a comma between, such as 7d,4w,6m.',
  };
}

/** A public key of age, as far as its form tells. */
export function checkRecipient(value: string): Refusal | undefined {
  if (/^age1[02-9ac-hj-np-z]{58}$/.test(value)) return undefined;
  if (/^AGE-SECRET-KEY-/i.test(value)) {
    return {
      problem: 'is a secret key',
      why: 'Whoever has it opens every copy.',
      fix: 'Write the public key beside it, which begins with age1. Keep the secret one away from this server.',
    };
  }
  return {
    problem: 'is no public key of age',
    fix: 'Make one:  age-keygen -o key.txt  prints it. It begins with age1 and has 62 letters and digits.',
  };
}
