import { z } from 'zod';
import type { Path } from './location.ts';

/** Why a value is not accepted. */
export interface Refusal {
  /** Says it of the value, which stands in front: `has a space in it`. */
  readonly problem: string;
  /** A whole sentence, where the reason is not plain from the problem. */
  readonly why?: string;
  /** A whole sentence: what to write instead. */
  readonly fix: string;
}

export type Check = (value: string) => Refusal | undefined;

/** A refused value in one line, for a prompt or a flag. */
export function sentence(value: string, refusal: Refusal): string {
  return [`${quote(value)} ${refusal.problem}.`, refusal.why, refusal.fix]
    .filter((part) => part !== undefined)
    .join(' ');
}

/** The first refusal of several checks. */
export function firstOf(...checks: readonly Check[]): Check {
  return (value) => {
    for (const check of checks) {
      const refusal = check(value);
      if (refusal) return refusal;
    }
    return undefined;
  };
}

/** A string in the schema that obeys a check; the refusal travels in the issue's `params`. */
export function text(check: Check): z.ZodString {
  return z.string().check((context) => {
    const refusal = check(context.value);
    if (!refusal) return;
    context.issues.push({
      code: 'custom',
      input: context.value,
      message: sentence(context.value, refusal),
      params: { ...refusal },
    });
  });
}

/** A value between quotes, on one line, not too long for a terminal and without what would steer one. */
export function quote(value: string): string {
  const shown = value.length > 60 ? `${value.slice(0, 57)}…` : value;
  return JSON.stringify(shown).replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, '·');
}

/** A refusal of what stands at a path. */
export interface Objection extends Refusal {
  readonly path: Path;
  readonly value: unknown;
}

/** A part of the file as it was read, valid or not. */
export type Loose = Readonly<Record<string, unknown>>;

export function loose(value: unknown): Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : {};
}

/** Text that says something; anything else is left to the schema. */
export function string(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
