import { believesHeader } from '../config/app-login.ts';
import type { App, Config } from '../config/config.ts';
import type { Issue } from '../model/failure.ts';
import { composeLabel } from '../model/label.ts';
import { headerNetwork } from '../model/networks.ts';
import type { ContainerSummary } from '../world/docker/docker.ts';
import type { World } from '../world/world.ts';
import { ourText } from './caddy/read.ts';
import { dialsIn } from './caddy/site-changes.ts';
import { dialled } from './caddy/text.ts';
import type { ProxyFacts, UnaskedWay } from './proxy.ts';
import { addressIn, containerBehind, inDocker, isPlain, upstreamsOf } from './upstream.ts';

/** `own`: it joins the networks that homeauth makes. */
type Caddy = Pick<ProxyFacts & { is: 'caddy' }, 'container' | 'own' | 'unasked'>;

/** When it is asked: before homeauth moves what is its own, or of what is there. */
interface Moment {
  readonly is: 'before' | 'now';
  /** The upstreams that the app is served at as one that believes a header: a container that is missing there says nothing. */
  readonly served: readonly string[];
}

/** What Docker tells of who reaches whom. `drivers`: of the networks that the apps are on. */
interface Seen {
  readonly containers: readonly ContainerSummary[];
  readonly drivers: ReadonlyMap<string, string>;
  /** The containers of the apps, by their addresses. */
  readonly addresses?: ReadonlyMap<string, string>;
}

/** Networks that end on this server: of any other kind, machines that homeauth does not see may be part. */
const driversHere: readonly (string | undefined)[] = ['bridge', 'null', undefined];

const instead = ({ name }: App): string =>
  `Or without the header: homeauth add-app ${name} --login forward-auth (where it is in homeauth.yaml: login: forward-auth).`;
const isEverywhere = (address: string): boolean => !/^(127\.|::1$)/.test(address);

/**
 * Why an app that believes a header must not be served: somebody beside Caddy can send it one, or nobody can tell.
 * Undefined where Caddy alone reaches it.
 */
export function notAlone(app: App, seen: Seen, caddy: Caddy, moment: Moment): Issue | undefined {
  for (const upstream of upstreamsOf(app)) {
    const issue = notAloneAt(upstream, app, seen, caddy, moment);
    if (issue) return issue;
  }
  return undefined;
}

function notAloneAt(
  upstream: string,
  app: App,
  { containers, drivers, addresses }: Seen,
  caddy: Caddy,
  moment: Moment,
): Issue | undefined {
  const { name } = headerNetwork(app.name);
  const proxy = containers.find((one) => one.name === caddy.container);
  const caddys = [...(proxy?.networks ?? []), ...(caddy.own ? [name] : [])];
  const host = inDocker(addressIn(upstream).host);
  const found = containerBehind(host, containers);
  if (!found && app.container) return apart(app, caddy, caddys, [name]);
  if (!found) return isPlain(host) && moment.served.includes(upstream) ? undefined : unseen(app, upstream);
  const { owner } = found;
  // One that homeauth starts is made anew there, and on no other network.
  const isMoving = app.container !== undefined && moment.is === 'before' && !owner.networks.includes(name);
  const networks = isMoving ? [name] : owner.networks;
  const project = owner.labels[composeLabel.project];
  const servers = upstreamsOf(app).flatMap((one) => {
    const server = containerBehind(inDocker(addressIn(one).host), containers);
    return server ? [server.container.name, server.owner.name] : [];
  });
  const others = containers.filter((one) => ![...servers, caddy.container].includes(one.name));
  const networksOf = (one: ContainerSummary) =>
    containers.find((other) => other.name === one.networkOf)?.networks ?? one.networks;
  const riders = others.filter(({ networkOf }) => networkOf === owner.name || networkOf === caddy.container);
  // Its own database, for one: of the same project, on a network without Caddy, and no site of Caddy's itself.
  const isHelper = (one: ContainerSummary, network: string): boolean =>
    project !== undefined &&
    one.labels[composeLabel.project] === project &&
    !caddys.includes(network) &&
    !networksOf(one).some((name) => caddys.includes(name));
  const shared = networks.flatMap((network) => {
    const there = others.filter((one) => networksOf(one).includes(network) && !isHelper(one, network));
    return there.length > 0 ? [{ network, there: there.map((one) => one.name) }] : [];
  });
  // A site that homeauth writes for the app itself takes the header off, also on paths that need no login.
  const around = (caddy.unasked ?? []).find(({ site, dial }) => {
    const host = inDocker(addressIn(dial).host.replace(/\.$/, ''));
    const name = addresses?.get(host) ?? containerBehind(host, containers)?.owner.name;
    return site !== app.host && name === owner.name;
  });
  const port = owner.ports.find(({ address }) => isEverywhere(address));
  const outside = networks.find((network) => !driversHere.includes(drivers.get(network)));
  if (riders.length > 0) return riding(app, riders);
  if (outside !== undefined) return leadingOut(app, owner, outside, drivers.get(outside));
  if (shared.length > 0) return sharing(app, owner, shared, caddy, caddys);
  if (around) return passingOn(app, owner, around);
  if (port) return published(app, owner, port);
  return apart(app, caddy, caddys, networks);
}

/** Look at all that decides who reaches these apps. */
export async function seenBy(docker: World['docker'], apps: readonly App[]): Promise<Seen> {
  const containers = await docker.containers();
  const networks = apps.flatMap((app) => [
    headerNetwork(app.name).name,
    ...upstreamsOf(app).flatMap(
      (one) => containerBehind(inDocker(addressIn(one).host), containers)?.owner.networks ?? [],
    ),
  ]);
  const drivers = await Promise.all(
    [...new Set(networks)].map(async (name) => {
      const { driver, gatewayMode } = (await docker.network(name)) ?? {};
      return [name, gatewayMode === undefined ? driver : `${driver} with gateway_mode ${gatewayMode}`] as const;
    }),
  );
  const owners = apps.flatMap((app) =>
    upstreamsOf(app).flatMap((one) => containerBehind(inDocker(addressIn(one).host), containers)?.owner.name ?? []),
  );
  const addresses = await Promise.all(
    [...new Set(owners)].map(async (name) =>
      Object.values((await docker.container(name))?.addresses ?? {}).map((address) => [address, name] as const),
    ),
  );
  return {
    addresses: new Map(addresses.flat()),
    containers,
    drivers: new Map(drivers.flatMap(([name, driver]) => (driver ? [[name, driver]] : []))),
  };
}

/** The first such app of a configuration, as a refusal. */
export async function firstNotAlone(
  { apps }: Pick<Config, 'apps'>,
  { docker, files }: Pick<World, 'docker' | 'files'>,
  proxy: ProxyFacts,
): Promise<Issue | undefined> {
  const believers = apps.filter(believesHeader);
  if (believers.length === 0 || proxy.is !== 'caddy') return undefined;
  const seen = await seenBy(docker, believers);
  const text = await ourText(files, proxy.caddyfile.outside);
  for (const app of believers) {
    // homeauth makes that network for such an app alone: one with another login had the same site, but not this.
    const was = seen.drivers.has(headerNetwork(app.name).name) ? dialsIn(text, app.host) : [];
    const served = upstreamsOf(app).filter((one) => was.includes(dialled(one, app)));
    const issue = notAlone(app, seen, proxy, { is: 'before', served });
    if (issue) return issue;
  }
  return undefined;
}

function sharing(
  app: App,
  { name }: ContainerSummary,
  shared: readonly { readonly network: string; readonly there: readonly string[] }[],
  caddy: Caddy,
  caddys: readonly string[],
): Issue {
  const who = [...new Set(shared.flatMap(({ there }) => there))];
  const some = who.length > 4 ? `${who.slice(0, 3).join(', ')} and ${who.length - 3} more` : who.join(', ');
  return {
    code: 'header-shared',
    problem: `Other containers reach ${app.name}, and could log in there as anybody: ${some}.`,
    why: `${app.name} believes whoever sends it a header with a user's name, and they share a network with it: ${shared.map(({ network }) => network).join(', ')}.`,
    fix: [...linesFor(app, name, caddy, caddys, shared), instead(app)],
  };
}

/** What to type and to write, so that Caddy and the app are alone together. */
function linesFor(
  app: App,
  container: string,
  caddy: Caddy,
  caddys: readonly string[],
  leaves: readonly { readonly network: string }[] = [],
): string[] {
  const { name } = headerNetwork(app.name);
  const lines = ['    networks:', `      ${name}: { external: true }`];
  const without = leaves.length > 0 ? `, and without ${leaves.map(({ network }) => network).join(', ')}` : '';
  return [
    `docker network create ${name}`,
    `In the compose file of ${container}: "${name}" below its networks${without}; and at the end:`,
    ...lines,
    ...(caddys.includes(name)
      ? []
      : [`The same in the compose file of ${caddy.container}, beside its other networks.`]),
    'Then docker compose up -d there, and this command again.',
  ];
}

const apart = (app: App, caddy: Caddy, caddys: readonly string[], networks: readonly string[]): Issue | undefined =>
  networks.some((network) => caddys.includes(network))
    ? undefined
    : {
        code: 'header-apart',
        problem: `Caddy and ${app.name} have no network of their own in common.`,
        why: `${app.name} believes whoever sends it a header with a user's name, so it is served on a network of the two alone.`,
        fix: [...linesFor(app, app.name, caddy, caddys), instead(app)],
      };

const published = (
  app: App,
  { name }: ContainerSummary,
  { address, port, inside }: ContainerSummary['ports'][number],
): Issue => ({
  code: 'header-shared',
  problem: `Whoever reaches port ${port} of this server could log in to ${app.name} as anybody.`,
  why: `The container ${name} publishes it${address ? ` at ${address}` : ''}, and believes whoever sends it a header with a user's name.`,
  fix: [`Remove "${port}:${inside}" from its compose file, then there: docker compose up -d`, instead(app)],
});

const passingOn = (app: App, { name }: ContainerSummary, { site, dial }: UnaskedWay): Issue => ({
  code: 'header-passed',
  problem: `${site} in your Caddyfile leads to ${app.name} without a login: whoever opens it could be anybody there.`,
  why: `That site hands on what a visitor sends to ${dial}, the container ${name}, which believes whoever sends it a header with a user's name.`,
  fix: [`Remove that site from your Caddyfile, and reload Caddy. ${app.name} is at https://${app.host}`, instead(app)],
});

const riding = (app: App, riders: readonly ContainerSummary[]): Issue => ({
  code: 'header-shared',
  problem: `Other containers reach ${app.name}, and could log in there as anybody: ${riders.map(({ name }) => name).join(', ')}.`,
  why: `${app.name} believes whoever sends it a header with a user's name, and they use the network of another container: ${[...new Set(riders.map(({ networkOf }) => networkOf))].join(', ')}.`,
  fix: [
    ...riders.map(
      (one) => `Remove the line network_mode of ${one.name} from its compose file, then there: docker compose up -d`,
    ),
    instead(app),
  ],
});

const leadingOut = (app: App, { name }: ContainerSummary, network: string, driver = ''): Issue => ({
  code: 'header-shared',
  problem: `Other machines may reach ${app.name} on the network ${network}, and could log in there as anybody.`,
  why: `${app.name} believes whoever sends it a header with a user's name, and the driver of that network is ${driver}: homeauth cannot see who is there.`,
  fix: [`Take ${name} off ${network} in its compose file, then there: docker compose up -d`, instead(app)],
});

const unseen = (app: App, upstream: string): Issue => ({
  code: 'header-unseen',
  problem: `${app.name} should believe a header, but homeauth cannot see who else reaches it at ${upstream}.`,
  why: 'It is no container of this server. Whoever reaches it beside Caddy could log in there as anybody.',
  fix: [`Write the container's name: upstream: CONTAINER:PORT`, instead(app)],
});
