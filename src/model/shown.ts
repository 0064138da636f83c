declare const words: unique symbol;

/**
 * Words for people. They are made and passed on, and never looked into: what is decided, is decided by codes. The type
 * has no methods and fits no pattern, so looking into it does not compile.
 */
export type Shown = string | { readonly [words]: true };

/** The letters, for whoever lays them out. */
export const textOf = (shown: Shown): string => shown as string;

/** A sentence without its full stop, to become part of another one. */
export const clause = (shown: Shown): string => textOf(shown).replace(/\.$/, '');
