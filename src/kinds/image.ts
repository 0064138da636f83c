import type { Kind } from '../engine/kind.ts';
import { thirdParty } from '../model/caddy.ts';
import type { ImageSpec } from '../model/container.ts';
import { digestIn, nameByDigest } from '../model/image-name.ts';
import { short } from '../model/resource.ts';

/** The name to look for and to fetch: of one that was chosen before, nothing else will do. */
const nameOf = (key: string, want: ImageSpec | undefined): string =>
  want?.digest === undefined ? key : nameByDigest(key, want.digest);

/** An image. One that is here is never fetched again, and what its tag stood for the first time is what it stays. */
export const imageKind: Kind<ImageSpec> = {
  told: { noun: 'image', item: (key) => (thirdParty[key] ? `${short(key)} (${thirdParty[key]})` : short(key)) },

  shared: true,

  async observe(key, { docker }, want) {
    const found = await docker.image(nameOf(key, want));
    if (!found) return { is: 'absent' };
    const digest = want?.digest ?? digestIn(found.digests, key);
    return { is: 'present', spec: { reference: key, ...(digest !== undefined && { digest }) } };
  },

  differs: () => [],

  async apply(key, want, { docker }) {
    if (want) await docker.pull(nameOf(key, want));
  },

  note: ({ digest }) => (digest === undefined ? undefined : { digest }),

  hint: (key) => `See whether this says more:  docker pull ${key}`,
};
