import type { World } from '../world/world.ts';

/**
 * Where authentik's own server can be dialled from here, past Caddy. It believes nobody here to be a proxy, on none of
 * its networks. Undefined while its container does not run.
 */
export const serverAddress = ({ docker }: Pick<World, 'docker'>) => docker.dialAddress('authentik', 9000);
