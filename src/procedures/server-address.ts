import { proxyNetwork } from '../desired/layout.ts';
import type { World } from '../world/world.ts';

/**
 * Where authentik's own server can be dialled from here, past Caddy. On the proxy's network our address is one that
 * authentik believes; before that network is there, any will do. Undefined while its container does not run.
 */
export const serverAddress = async ({ docker }: Pick<World, 'docker'>) =>
  (await docker.dialAddress('authentik', 9000, proxyNetwork)) ?? docker.dialAddress('authentik', 9000);
