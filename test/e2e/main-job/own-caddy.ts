import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CADDY_IMAGE } from '../../machine/names.ts';
import type { Place } from './place.ts';

/** A Caddy of the user's own, as guides set it up: a Compose project named caddy, with its network and Caddyfile. */
export interface UsersCaddy {
  /** Its Compose project. */
  readonly directory: string;
  readonly caddyfile: string;
}

/** What it serves before homeauth comes. */
export const ownSites = `{
	# The names here are known to nobody outside.
	local_certs
	skip_install_trust
}

mine.home.example.com {
	respond "a page of my own"
}
`;

const onNetwork = `    ports: ['80:80', '443:443']
    networks: [caddynet]
networks:
  caddynet: {}`;

/**
 * `directory`: all of /etc/caddy is a directory on the server; `file`: the Caddyfile alone is mounted; `host`: the same,
 * on the server's own network.
 */
export async function startUsersCaddy(
  { around, engine }: Place,
  mount: 'directory' | 'file' | 'host',
): Promise<UsersCaddy> {
  const directory = join(around, `caddy-by-${mount}`);
  const path = join(directory, mount === 'directory' ? 'etc/Caddyfile' : 'Caddyfile');
  await mkdir(join(directory, 'etc'), { recursive: true });
  await writeFile(path, ownSites);
  const volume = mount === 'directory' ? './etc:/etc/caddy' : './Caddyfile:/etc/caddy/Caddyfile';
  await writeFile(
    join(directory, 'docker-compose.yml'),
    `name: caddy
services:
  caddy:
    container_name: caddy
    image: ${CADDY_IMAGE}
    volumes: ['${volume}', './data:/data']
${mount === 'host' ? '    network_mode: host' : onNetwork}
`,
  );
  await engine.compose(['up', '--detach'], { cwd: directory });
  return { directory, caddyfile: path };
}
