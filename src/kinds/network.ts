import type { Kind } from '../engine/kind.ts';
import type { NetworkSpec } from '../model/container.ts';
import { exitCodes, Failure } from '../model/failure.ts';

/** A Docker network. One that is there is fine as it is, whoever made it. */
export const networkKind: Kind<NetworkSpec> = {
  async observe(key, { docker }) {
    const spec = await docker.network(key);
    return spec ? { is: 'present', spec } : { is: 'absent' };
  },

  differs: () => [],

  async apply(key, want, { docker }) {
    if (want) return docker.createNetwork(key, want);
    const users = (await docker.containers()).filter(({ networks }) => networks.includes(key)).map(({ name }) => name);
    if (users.length === 0) return docker.removeNetwork(key);
    throw new Failure({
      code: 'network-in-use',
      problem: `The network ${key} cannot be removed: ${users.join(', ')} ${users.length === 1 ? 'is' : 'are'} on it.`,
      fix: `Take them off, then run the same command again:\n${users.map((name) => `docker network disconnect ${key} ${name}`).join('\n')}`,
      exit: exitCodes.halfway,
    });
  },

  hint: (key) => `Look at it:  docker network inspect ${key}`,
};
