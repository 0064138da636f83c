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

const caddyfile = `{
	# The names here are known to nobody outside.
	local_certs
	skip_install_trust
}

mine.home.example.com {
	respond "a page of my own"
}
`;

/** `directory`: all of /etc/caddy is a directory on the server; `file`: the Caddyfile alone is mounted. */
export async function startUsersCaddy({ around, engine }: Place, mount: 'directory' | 'file'): Promise<UsersCaddy> {
  const directory = join(around, `caddy-by-${mount}`);
  const path = join(directory, mount === 'directory' ? 'etc/Caddyfile' : 'Caddyfile');
  await mkdir(join(directory, 'etc'), { recursive: true });
  await writeFile(path, caddyfile);
  const volume = mount === 'directory' ? './etc:/etc/caddy' : './Caddyfile:/etc/caddy/Caddyfile';
  await writeFile(
    join(directory, 'docker-compose.yml'),
    `name: caddy
services:
  caddy:
    container_name: caddy
    image: ${CADDY_IMAGE}
    ports: ['80:80', '443:443']
    volumes: ['${volume}', './data:/data']
    networks: [caddynet]
networks:
  caddynet: {}
`,
  );
  await engine.compose(['up', '--detach'], { cwd: directory });
  return { directory, caddyfile: path };
}
