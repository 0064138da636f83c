import type { Kind, Telling } from '../../engine/kind.ts';
import type { ObjectSpec } from '../../model/sso.ts';
import { lacks, missing } from '../authentik.ts';
import { alike, pointsToFlow } from './fields.ts';
import { change, objectKind, type Place, rowAt } from './object.ts';

/**
 * Fields of an object that authentik ships, or its owner made: set by homeauth, and given back as they were. A flow that
 * its owner has chosen there is left alone.
 */
export const adjustedKind = (
  told: Omit<Telling, 'place'>,
  placeOf: (key: string) => Place,
  words: { readonly what: string; readonly where: string; hint(key: string): string },
): Kind<ObjectSpec> => ({
  ...objectKind(told, placeOf, words.hint),

  // At its first start authentik makes its own objects one by one: what it was before us is not known until it is there.
  async observe(key, world, want) {
    const found = await objectKind(told, placeOf, words.hint).observe(key, world, want);
    if (found.is !== 'absent' || !want) return found;
    const failure = lacks(words.what, key, words.where);
    const says = `authentik has no ${words.what} for ${key} yet`;
    return { is: 'unknown', because: { code: 'not-made', of: key, says }, failure };
  },

  async apply(key, want, { authentik }) {
    if (!want) return;
    const place = placeOf(key);
    // Others change it, too: what travels along is as it is at this moment.
    const row = await rowAt(place, authentik, 'fresh');
    await change(place, row ?? missing(words.what, key, words.where), want, authentik);
  },

  release: (ours, before, have) => ({
    fields: Object.fromEntries(
      Object.keys(ours.fields).flatMap((field) => {
        const [now, then] = [have.fields[field], before.fields[field]];
        const theirs = now !== undefined && !alike(now, ours.fields[field]) ? now : then;
        return theirs === undefined ? [] : [[field, theirs]];
      }),
    ),
  }),

  isTheirs: (want, have) =>
    Object.entries(want.fields).some(([field, value]) => {
      const now = have.fields[field];
      return pointsToFlow(field) && now !== null && now !== undefined && now !== value;
    }),
});
