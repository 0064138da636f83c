import { Failure } from '../../model/failure.ts';
import { proxyNetwork } from '../../model/networks.ts';
import type { CaddyPlace } from '../../model/resource.ts';
import { bySetting, type Setting } from '../../model/setting.ts';
import type { ContainerSummary } from '../../world/docker/docker.ts';
import type { Program } from '../../world/world.ts';
import type { Apart } from './listeners.ts';
import { wordsFor } from './words.ts';

const manual = ({ to }: Setting): string => `Or configure the proxy yourself: ${to('proxy', 'manual')}`;

const onThisServer = ({ to }: Setting): string =>
  `Say so: ${to('proxy', 'host-caddy')}; authentik then listens on a port that only this server reaches.`;

export const several = (found: readonly ContainerSummary[]): Failure =>
  new Failure({
    code: 'caddy-ambiguous',
    problem: `${found.length} containers could be the Caddy in front of your apps.`,
    details: found.map(({ name, image }) => `${name}  ${image}`).join('\n'),
    ...bySetting(({ to }) => `Say which one, for example ${to('caddy-container', found[0]?.name ?? 'NAME')}`),
  });

export const notThere = (name: string, found: readonly ContainerSummary[]): Failure =>
  new Failure({
    code: 'caddy-not-found',
    problem: `Caddy should be in the container ${name}, but there is no such container.`,
    ...bySetting(({ to, without }) =>
      found.length > 0
        ? `Name one that is there: ${to('caddy-container', found.map((container) => container.name).join(' or '))}`
        : `Start it, or ${without('caddy-container')}: homeauth then sets up a Caddy of its own.`,
    ),
  });

export const stopped = (name: string): Failure =>
  new Failure({
    code: 'caddy-stopped',
    problem: `Caddy's container ${name} does not run.`,
    fix: `Start it: docker start ${name}`,
  });

export const dockerProxy = (name: string): Failure =>
  new Failure({
    code: 'caddy-docker-proxy',
    problem: `The container ${name} is caddy-docker-proxy.`,
    why: "It makes Caddy's configuration from container labels, and would remove homeauth's part at every change.",
    ...bySetting(
      ({ to }) => `Set ${to('proxy', 'manual')}; homeauth then shows the text to put into its base Caddyfile.`,
    ),
  });

export const noCaddyfile = (place: CaddyPlace, what: string): Failure =>
  new Failure({
    code: 'caddy-without-caddyfile',
    problem: `${wordsFor(place).name} loads ${what}.`,
    why: 'homeauth adds its part to a Caddyfile, and this Caddy does not read one.',
    ...bySetting((setting) => [
      'Start it with: caddy run --config /etc/caddy/Caddyfile --adapter caddyfile',
      manual(setting),
    ]),
  });

export const notOnHost = (name: string, inside: string): Failure =>
  new Failure({
    code: 'caddyfile-in-image',
    problem: `The Caddyfile of the container ${name} (${inside}) lies inside the container and not on this server.`,
    why: 'What is changed there is lost when the container is recreated.',
    fix: [
      `Take it out, beside the container's compose file: mkdir etc && docker cp ${name}:${inside} etc/Caddyfile`,
      'Then add "- ./etc:/etc/caddy" below volumes there, and: docker compose up -d',
    ],
  });

export const missing = (place: CaddyPlace, inside: string, outside: string): Failure =>
  new Failure({
    code: 'caddyfile-missing',
    problem: `${wordsFor(place).name} should read ${inside} (${outside} on this server), but there is no such file.`,
    ...bySetting(
      (setting) => `Put its Caddyfile there, or start it with --config and the right path. ${manual(setting)}`,
    ),
  });

export const leadsElsewhere = (name: string, inside: string, outside: string): Failure =>
  new Failure({
    code: 'caddyfile-link',
    problem: `${outside} leads to another file in the container ${name} than on this server, or to none.`,
    why: `Caddy reads it there as ${inside}. A link on the way begins with a slash, or leads out of the mounted folder.`,
    fix: [
      `See which link it is: namei -l ${outside}`,
      'Let it lead to a file in the same folder, with a relative path, or put the file itself there. Then run the command again.',
    ],
  });

export const onHostNetwork = (name: string): Failure =>
  new Failure({
    code: 'caddy-host-network',
    problem: `The container ${name} is on the host's own network.`,
    why: 'From there it cannot reach authentik and the apps by their names.',
    ...bySetting(onThisServer),
  });

export const elsewhere = (name: string, networks: readonly string[], exists: boolean): Failure =>
  new Failure({
    code: 'caddy-network',
    problem: `The container ${name} is not on the network ${proxyNetwork}.`,
    why: `It is on ${networks.join(', ') || 'none'}, and would not reach authentik and the apps by their names.`,
    fix: [
      `In its compose file, add "caddynet" below its networks, and at the end:`,
      `  networks: { caddynet: { external: true, name: ${proxyNetwork} } }`,
      `Now, without a restart: ${exists ? '' : `docker network create ${proxyNetwork} && `}docker network connect ${proxyNetwork} ${name}`,
    ],
  });

export const portTaken = (process: string, container: string | undefined): Failure => {
  if (process === 'caddy') {
    return new Failure({
      code: 'caddy-outside-docker',
      problem: 'Caddy runs on this server itself and not in a container.',
      why: 'From there it cannot reach authentik and the apps by their names in Docker.',
      ...bySetting((setting) => [
        onThisServer(setting),
        'Or stop it, and homeauth sets up one in a container: systemctl disable --now caddy',
      ]),
    });
  }
  const who = container === undefined ? process : `the container ${container}`;
  return new Failure({
    code: 'port-taken',
    problem: `There is no Caddy, and port 443 is held by ${who}.`,
    why: 'homeauth would set up a Caddy of its own there.',
    ...bySetting(
      ({ to }) => `Stop ${who} if Caddy should replace it. If it should stay in front: ${to('proxy', 'manual')}`,
    ),
  });
};

export const listensApart = (path: string, { hosts, bind }: Apart): Failure =>
  new Failure({
    code: 'caddy-listeners',
    problem: `In ${path}, some sites listen everywhere, and ${hosts.join(', ') || 'others'} on ${bind.join(' ')} alone ("bind").`,
    why: "homeauth's sites could take over only one of the two, and visitors of the other would get an empty page.",
    fix: [
      `Let all of them listen at the same addresses. In the braces at the top of ${path}:`,
      `  default_bind ${bind.join(' ')}`,
      'Or remove the "bind" lines. Then reload Caddy, and run the command again.',
    ],
  });

export const noCertificates = (path: string): Failure =>
  new Failure({
    code: 'caddy-auto-https-off',
    problem: `${path} says "auto_https off", so Caddy gets no certificates for homeauth's sites.`,
    why: 'A login needs https.',
    ...bySetting((setting) => [
      `If TLS ends before Caddy, say what connects to it: ${setting.to('tls', 'external')}, ${setting.to('tls-from', 'cloudflared')} (its container or its address)`,
      `Otherwise remove "auto_https off" from ${path}, and write http:// before the address of each site that should stay on plain HTTP. ${manual(setting)}`,
    ]),
  });

export const severalHere = (found: readonly Program[]): Failure =>
  new Failure({
    code: 'caddy-ambiguous',
    problem: `${found.length} Caddys run on this server itself, and none of them has port 443.`,
    details: found.map(({ pid, argv }) => `${pid}  ${argv.join(' ')}`).join('\n'),
    fix: 'Stop all but the one that is in front of your apps, then run the command again.',
  });

export const noneHere = (named: string | undefined): Failure =>
  new Failure({
    code: 'caddy-not-found',
    problem:
      named === undefined
        ? "No Caddy runs on this server itself, or in a container on the host's network."
        : `There is no container ${named} on the host's network.`,
    ...bySetting(
      ({ to }) =>
        `Start it (systemctl start caddy). For one in a container on a network of Docker: ${to('proxy', 'caddy')}`,
    ),
  });

export const readOnly = (path: string): Failure =>
  new Failure({
    code: 'caddyfile-read-only',
    problem: `${path} cannot be changed: the system generates it, as NixOS does.`,
    why: 'homeauth adds its part to the Caddyfile.',
    fix: [
      'Let the service read a file of your own: on NixOS  services.caddy.configFile = "/etc/caddy/Caddyfile.mine";  with a path in quotes,',
      'which keeps it out of the store. Put what the Caddyfile says now in there, switch, then run the command again.',
    ],
  });

export const notRoots = ({ pid, uid, argv }: Program): Failure =>
  new Failure({
    code: 'caddy-untrusted',
    problem: `Caddy (process ${pid}) runs as user ${uid}, and in no unit of systemd.`,
    why: 'homeauth would write, as root, to a file that this user chose. Only root can make a program a systemd service.',
    details: argv.join(' '),
    fix: 'Run it as a service: caddyserver.com/docs/running. Or in a container.',
  });
