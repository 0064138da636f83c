import type { Kind } from '../engine/kind.ts';
import type { ImageSpec } from '../model/container.ts';

/** An image. One that is here is never fetched again: its tag is exact. */
export const imageKind: Kind<ImageSpec> = {
  shared: true,

  async observe(key, { docker }) {
    return (await docker.hasImage(key)) ? { is: 'present', spec: { reference: key } } : { is: 'absent' };
  },

  differs: () => [],

  async apply(key, want, { docker }) {
    if (want) await docker.pull(key);
  },

  hint: (key) => `See whether this says more:  docker pull ${key}`,
};
