import type { Shown } from './shown.ts';

/** Why a request got no answer. */
const silences = ['refused', 'cut', 'no-way', 'unresolved', 'late', 'no-tls', 'no-certificate', 'unanswered'] as const;

export type Silence = (typeof silences)[number];

type Code =
  | Silence
  // What is wrong with a thing.
  | 'missing'
  | 'differs'
  | 'not-served'
  | 'still-served'
  // Why something goes, or stays.
  | 'unwanted'
  | 'holds-data'
  | 'holds-ledger'
  | 'holds-text'
  | 'holds-others'
  | 'was-there'
  // What is waited for, or never comes.
  | 'starting'
  | 'stopped'
  | 'removing'
  | 'unhealthy'
  | 'dead'
  | 'not-made'
  | 'broken'
  | 'busy'
  // Why a check could not be made, or an answer is not the one that was hoped for.
  | 'failed'
  | 'unseen'
  | 'away'
  | 'left'
  // What others say.
  | 'taken'
  | 'no-recovery-flow';

/** Why something is as it is: a code with what it is about, to decide by; and words, to show. */
export interface Reason {
  readonly code: Code;
  /** The field that differs, the provider that is not served, who does not answer. */
  readonly of?: string;
  readonly says: Shown;
  /** How it makes a sentence with a name before it: by itself, or with "is" between. Left out where it makes none. */
  readonly reads?: 'itself' | 'is';
}

export const isSilence = ({ code }: Reason): boolean => silences.some((one) => one === code);

/** A field that is not as it should be. */
export const differs = (of: string, says: Shown): Reason => ({ code: 'differs', of, says });

/** The same where both sides can be shown; nothing where they are alike. */
export const changes = (of: string, is: string, should: string): Reason[] =>
  is === should ? [] : [differs(of, `${of}: ${is || 'none'} → ${should || 'none'}`)];

/** Reasons as one text. */
export const inWords = (because: readonly Reason[]): string => because.map(({ says }) => says).join('; ');
