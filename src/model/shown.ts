import { oneLine } from './control-characters.ts';

declare const words: unique symbol;

/**
 * Words for people. They are made and passed on, and never looked into: what is decided, is decided by codes. The type
 * has no methods and fits no pattern, so looking into it does not compile. Several are lines of ours, one below the
 * other; a line's end inside of one of them is somebody else's, and makes no line.
 */
export type Shown = string | readonly string[] | { readonly [words]: true };

/** Each line of ours by itself. */
export const linesOf = (shown: Shown): string[] => [shown as string | readonly string[]].flat().map(oneLine);

/** The letters, for whoever lays them out. */
export const textOf = (shown: Shown): string => linesOf(shown).join('\n');

/** Quoted material, such as a log's last lines, as it is. */
export const quotationOf = (shown: Shown): string => [shown as string | readonly string[]].flat().join('\n');

/** A sentence without its full stop, to become part of another one. */
export const clause = (shown: Shown): string => textOf(shown).replace(/\.$/, '');
