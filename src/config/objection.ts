import type { Path } from './location.ts';
import type { Refusal } from './refusal.ts';

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
