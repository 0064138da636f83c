import { dirname } from 'node:path/posix';
import type { CaddyPlace } from '../../model/resource.ts';
import type { ExecResult } from '../../world/docker/docker.ts';

/** How a Caddy is called, and what its owner types. */
export interface Words {
  readonly name: string;
  readonly start: string;
  readonly restart: string;
  readonly log: string;
  readonly reload: (inside: string) => string;
}

/** Pure. */
export function wordsFor({ container, unit }: CaddyPlace): Words {
  const load = (inside: string) => `caddy reload --config ${inside} --adapter caddyfile`;
  if (container !== undefined) {
    return {
      name: `Caddy in the container ${container}`,
      start: `docker start ${container}`,
      restart: `docker restart ${container}`,
      log: `docker logs --tail 50 ${container}`,
      reload: (inside) => `docker exec -w ${dirname(inside)} ${container} ${load(inside)}`,
    };
  }
  const service = unit ?? 'caddy';
  return {
    name: `Caddy on this server (${unit ?? 'no unit of systemd'})`,
    start: `systemctl start ${service}`,
    restart: unit === undefined ? 'stop and start it as you did' : `systemctl restart ${service}`,
    log:
      unit === undefined ? "where it was started, or in your service manager's log" : `journalctl -n 50 -u ${service}`,
    reload: load,
  };
}

/** What Caddy said went wrong, without its log lines. */
export function complaint({ stdout, stderr }: ExecResult): string {
  const lines = `${stderr}\n${stdout}`.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('{"'));
  const error = lines.findLast((line) => line.startsWith('Error: ')) ?? lines.at(-1) ?? 'It gave no reason.';
  return error.replace(/^Error: (adapting config using caddyfile: )?/, '').replace(/(^|[\s[('"])-:(\d+)/g, '$1line $2');
}
