import type { Installation } from '../installation/installation.ts';
import { Failure } from '../model/failure.ts';
import { type Finding, ok, wrong } from '../model/finding.ts';
import { bySetting, type Setting } from '../model/setting.ts';
import { portTaken } from '../proxy/choose.ts';
import type { ProxyFacts } from '../proxy/proxy.ts';
import { failed } from '../verify/check.ts';
import type { ContainerSummary } from '../world/docker/docker.ts';
import type { World } from '../world/world.ts';
import { type Appliance, applianceOf } from './system.ts';

const needed = [80, 443];
const title = (port: number) => `port ${port} is free for Caddy`;

/** Who has the ports that a Caddy of our own needs? `caddy`: what looking for one came to. */
export async function portsCheck(
  world: Pick<World, 'docker' | 'host' | 'files'>,
  caddy: ProxyFacts | Failure,
): Promise<Finding[]> {
  const isOwn = caddy instanceof Failure ? caddy.code === 'port-taken' : caddy.is === 'caddy' && caddy.own;
  if (!isOwn) return [];
  // A paused one keeps its ports.
  const containers = (await world.docker.containers()).filter(({ running, ports }) => running || ports.length > 0);
  // They are with our own Caddy already.
  if (containers.some(({ name }) => name === 'caddy')) return [];
  const appliance = await applianceOf(world);
  const found = await Promise.all(needed.map((port) => holderOf(world, containers, port)));
  return needed.map((port, n) => {
    const holder = found[n];
    return holder ? taken(port, holder, appliance) : ok({ id: 'port-taken', title: title(port) });
  });
}

/** Whether authentik can listen where a Caddy on this server itself asks it. */
export async function listenCheck({ world, config }: Pick<Installation, 'world' | 'config'>): Promise<Finding[]> {
  if (!config.listen) return [];
  const { address, port } = config.listen;
  const about = { id: 'listen-taken', title: `authentik can listen at ${address}:${port}` };
  const own = (await world.host.addresses()).map((one) => one.address);
  if (config.proxyAddress !== undefined && !own.includes(address)) {
    return [
      wrong({ id: 'listen-elsewhere', title: `${address} is this server's` }, 'fail', {
        problem: `This server has no address ${address}, where authentik is to listen for your proxy.`,
        why: `It has ${own.join(', ') || 'none'}.`,
        ...bySetting(
          ({ to }) => `Bring that network up, or name another one: ${to('listen', `${own[0] ?? 'ADDRESS'}:${port}`)}`,
        ),
      }),
    ];
  }
  const containers = (await world.docker.containers()).filter(({ running }) => running);
  const holder = await holderOf(world, containers, port);
  if (!holder || holder.container?.name === 'authentik') return [ok(about)];
  return [
    wrong(about, 'fail', {
      problem: `Port ${port} is held by ${holder.container ? `the container ${holder.container.name}` : holder.process}.`,
      why: 'authentik is to listen there for Caddy (listen).',
      ...bySetting(({ to }) => `Choose a free one: ${to('listen', `${address}:${port + 1}`)}`),
    }),
  ];
}

interface Holder {
  readonly process: string;
  readonly container?: ContainerSummary;
}

/** A port that a container publishes has no process of its own where Docker's proxy is switched off. */
async function holderOf(
  { host }: Pick<World, 'host'>,
  containers: readonly ContainerSummary[],
  port: number,
): Promise<Holder | undefined> {
  const container = containers.find((one) => one.ports.some((published) => published.port === port));
  if (container) return { process: 'docker-proxy', container };
  return host.listener(port);
}

const words: Readonly<Record<string, string>> = {
  apache2: 'Apache',
  httpd: 'Apache',
  haproxy: 'HAProxy',
  traefik: 'Traefik',
};

const ownPage: Readonly<Record<Appliance, (setting: Setting) => string>> = {
  Synology: ({ to }) =>
    `DSM keeps these ports. Set ${to('proxy', 'manual')}, and use Control Panel > Login Portal > Advanced.`,
  Unraid: () => 'Give its page other ports, under Settings > Management Access, then run the command again.',
  TrueNAS: () => 'Give its page other ports, under System > General Settings > GUI, then run the command again.',
  openmediavault: () => 'Give its page other ports, under System > Workbench, then run the command again.',
};

function taken(port: number, { process, container }: Holder, appliance: Appliance | undefined): Finding {
  if (process === 'caddy') return failed({ id: 'port-taken', title: title(port) }, portTaken(process, undefined));
  const isPage = !container && appliance !== undefined && /^(nginx|lighttpd|apache2|httpd)$/.test(process);
  const name = words[process] ?? process;
  const who = container
    ? `the container ${container.name} (${container.image})`
    : isPage
      ? `the page of ${appliance} itself (${name})`
      : name;
  const stop = container ? `it: docker stop ${container.name}` : who;
  const fixes = bySetting((setting) =>
    isPage ? ownPage[appliance](setting) : `Stop ${stop}. If it stays in front: ${setting.to('proxy', 'manual')}`,
  );
  const problem = `Port ${port} is held by ${who}.`;
  const why = 'homeauth would set up a Caddy of its own there.';
  return wrong({ id: 'port-taken', title: title(port) }, 'fail', { problem, why, ...fixes });
}
