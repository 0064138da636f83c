import type { Reason } from '../model/reason.ts';
import { type Found, type Id, type KindName, type Observed, parseId, type Specs } from '../model/resource.ts';
import type { Shown } from '../model/shown.ts';
import type { World } from '../world/world.ts';

/** What a thing that is right still waits for. `starting`: as every other of its sort does after a start. */
export interface Readiness {
  readonly because: Reason;
  /** What was last heard from it. */
  readonly line?: string;
  /** It never will be ready by itself. */
  readonly isLost?: true;
}

/** What is behind a thing that will not come right; with a fix of its own where the cause is known. */
export interface Explanation {
  readonly details: Shown;
  readonly fix?: Shown;
}

/** How things of a kind are told to people. */
export interface Telling {
  readonly noun: string;
  /** The heading of one, and of several, where it is not the noun, and the noun with an s. */
  readonly heading?: string;
  readonly many?: string;
  /** There is one: its key says nothing to a person. */
  readonly isOne?: true;
  /** Told under one heading with all that lives there. */
  readonly place?: 'in authentik';
  readonly note?: string;
  /** One of several under a heading: the key, and with others of its place the noun too, unless given. */
  item?(key: string, base: string): string;
  /** What a change comes to, where that is less than the name and all reasons. */
  sum?(because: readonly Reason[]): string | undefined;
  /** A step, or a part: where it is only made, what it is made for is told in its place. `partOf`: known by its key. */
  readonly isPart?: true;
  partOf?(key: string): Id;
}

/** How to look at, judge and fix one kind of resource. */
export interface Kind<Want, Have = Want> {
  readonly told: Telling;
  /** Look; never touch. `want` helps to find a thing that goes by another name. */
  observe(key: string, world: World, want?: Want): Promise<Observed<Have>>;
  /** How `have` falls short of `want`; empty when it does not. Pure. */
  differs(want: Want, have: Have): readonly Reason[];
  /** Whether `apply` would be refused, asked before any of `changing` is touched. @throws Failure as `apply` would */
  rehearse?(want: Want, world: World, changing: ReadonlySet<Id>): Promise<void>;
  /** Make it `want`; `undefined` means gone. Left out when only the user, or time, can. */
  apply?(key: string, want: Want | undefined, world: World, have: Have | undefined): Promise<void>;
  /** What it still waits for once it is right: waited on, never applied again. Pure. */
  ready?(have: Have): Readiness | undefined;
  /** A program of the user's: it is waited for only where it was touched. */
  readonly readyIfTouched?: true;
  /** For a thing that others made and share: what it becomes when we let go. Pure. */
  release?(ours: Want, before: Have, have: Have): Want;
  /** Whether somebody else chose what stands there instead: it is told, and stays as long as we never set it. Pure. */
  isTheirs?(want: Want, have: Have): boolean;
  /** In a program of the user's that uses what we made: it is let go of before all that goes. */
  readonly leansOnOurs?: true;
  /** What letting go of it comes to, where that is more than that nobody wants it. */
  readonly unwanted?: Reason;
  /** In a program of the user's that was made with files of ours: it is let go of once they are gone. */
  readonly outlivesOurs?: true;
  /** Why what we made stays: it has become the user's own meanwhile, is out of reach for now (`away`), or for good (`left`). */
  keeps?(ours: Want, have: Have, world: World): Reason | undefined | Promise<Reason | undefined>;
  /** Made once, and its owner's to go on with: what we put there tells later whether they have. Pure. */
  isSeed?(want: Want): boolean;
  /** For a whole thing that cannot be made again as it was: lets go of what we put in its place. */
  giveBack?(key: string, world: World): Promise<void>;
  /** Removes the user's data with it: only when that was asked for by name. */
  destroy?(key: string, world: World): Promise<void>;
  /** Something homeauth uses and never removes: the ledger has at most a note about it, which goes in silence. */
  readonly shared?: true;
  /** What the ledger keeps about a shared thing from when it is first seen until nobody wants it. Pure. */
  note?(have: Have): unknown;
  /** How long it may take to come right after its last sign of life, in ms. Nothing unless given. */
  readonly patience?: number;
  /** Returns when another look is worthwhile, after `ms` at the latest. */
  wait?(key: string, world: World, ms: number): Promise<void>;
  /** A closer look at one that will not come right, for the error's text. */
  explain?(key: string, world: World): Promise<Explanation | undefined>;
  /** What the user can do when it stays wrong. */
  hint(key: string): Shown;
}

export type Kinds = { readonly [K in KindName]: Kind<Specs[K], Found<K>> };

/** A resource in the user's words: `container whoami`, `folder /srv/authentik/certs`. */
export function named(id: Id, kinds: Kinds): string {
  const { kind, key } = parseId(id);
  const { noun, isOne } = kinds[kind].told;
  return isOne ? noun : `${noun} ${key}`;
}
