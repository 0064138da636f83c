import type { Kind } from '../engine/kind.ts';
import type { NetworkFound, NetworkSpec } from '../model/container.ts';
import { revisionLabel } from '../model/label.ts';
import { headerNetwork } from '../model/networks.ts';

/** A Docker network. One that is there is fine as it is, whoever made it. */
export const networkKind: Kind<NetworkSpec, NetworkFound> = {
  told: { noun: 'network' },

  async observe(key, { docker }) {
    const spec = await docker.network(key);
    return spec ? { is: 'present', spec } : { is: 'absent' };
  },

  differs: () => [],

  async apply(key, want, { docker }) {
    if (want) return docker.createNetwork(key, want);
    // Somebody else's containers may have joined it: then it stays, and is told as kept.
    const users = (await docker.containers()).filter(({ networks }) => networks.includes(key));
    // Caddy was on one of these for an app alone, and is made anew for no network.
    const isForOne = key.startsWith(headerNetwork('').name);
    const leave = isForOne && users.every(({ labels }) => labels[revisionLabel] !== undefined);
    if (leave) for (const { name } of users) await docker.disconnect(name, key);
    if (leave || users.length === 0) await docker.removeNetwork(key);
  },

  hint: (key) => `Look at it:  docker network inspect ${key}`,
};
