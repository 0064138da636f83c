import type { Kind } from '../src/engine/kind.ts';
import { plan } from '../src/engine/plan.ts';
import { kinds } from '../src/kinds/index.ts';
import { outpostKind } from '../src/kinds/outpost.ts';
import type { Finding } from '../src/model/finding.ts';
import type { Reason } from '../src/model/reason.ts';
import type { Id } from '../src/model/resource.ts';
import { textOf } from '../src/model/shown.ts';
import { findingsData } from '../src/report/findings.ts';

/** The words of reasons, in their order. */
export const said = (because: readonly Reason[]): string[] => because.map(({ says }) => textOf(says));

/** In which words a kind says how one falls short of the other. */
export const wordsOf =
  <Want, Have>(kind: Kind<Want, Have>) =>
  (want: Want, have: Have): string[] =>
    said(kind.differs(want, have));

/** A reason of which only the words matter, to those who lay it out. */
export const reason = (says: string): Reason => ({ code: 'differs', says });

/** A finding with its words as a script gets them. */
export const dataOf = (found: Finding | undefined) =>
  found && (Object.assign({}, found, findingsData([found]).checks[0]) as Finding & { cause?: string; fix?: string });

/** That the outpost lacks some applications, as its kind says it. */
export const notServed = (...providers: string[]): readonly Reason[] =>
  outpostKind.differs({ authentikHost: '', providers }, { authentikHost: '', providers: [] });

/** Why what homeauth made, and nobody wants any more, goes or stays, as the engine says it. */
export const leaving = (id: Id, precious?: true): readonly Reason[] =>
  plan(kinds, [], new Map(), [{ id, ...(precious && { precious }) }])[0]!.because;
