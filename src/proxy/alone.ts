import { believesHeader } from '../config/app-login.ts';
import type { App, Config } from '../config/config.ts';
import type { Issue } from '../model/failure.ts';
import { composeLabel } from '../model/label.ts';
import { headerNetwork } from '../model/networks.ts';
import type { ContainerSummary } from '../world/docker/docker.ts';
import type { World } from '../world/world.ts';
import type { ProxyFacts } from './proxy.ts';
import { addressIn, containerBehind, inDocker, upstreamsOf } from './upstream.ts';

/** `own`: it joins the networks that homeauth makes. */
type Caddy = Pick<ProxyFacts & { is: 'caddy' }, 'container' | 'own'>;

/** When it is asked: before homeauth moves what is its own, or of what is there. */
interface Moment {
  readonly is: 'before' | 'now';
  /** The app was served so before: a container that is missing at the moment says nothing. */
  readonly isServed: boolean;
}

const instead = ({ name }: App): string =>
  `Or without the header: homeauth add-app ${name} --login forward-auth (where it is in homeauth.yaml: login: forward-auth).`;
const isEverywhere = (address: string): boolean => !/^(127\.|::1$)/.test(address);

/**
 * Why an app that believes a header must not be served: somebody beside Caddy can send it one, or nobody can tell.
 * Undefined where Caddy alone reaches it.
 */
export function notAlone(
  app: App,
  containers: readonly ContainerSummary[],
  caddy: Caddy,
  moment: Moment,
): Issue | undefined {
  for (const upstream of upstreamsOf(app)) {
    const issue = notAloneAt(upstream, app, containers, caddy, moment);
    if (issue) return issue;
  }
  return undefined;
}

function notAloneAt(
  upstream: string,
  app: App,
  containers: readonly ContainerSummary[],
  caddy: Caddy,
  moment: Moment,
): Issue | undefined {
  const { name } = headerNetwork(app.name);
  const proxy = containers.find((one) => one.name === caddy.container);
  const caddys = [...(proxy?.networks ?? []), ...(caddy.own ? [name] : [])];
  const found = containerBehind(inDocker(addressIn(upstream).host), containers);
  if (!found && (app.container || moment.isServed)) return app.container && apart(app, caddy, caddys, [name]);
  if (!found) return unseen(app, upstream);
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
  // Its own database, for one: of the same project, on a network without Caddy, and no site of Caddy's itself.
  const isHelper = (one: ContainerSummary, network: string): boolean =>
    project !== undefined &&
    one.labels[composeLabel.project] === project &&
    !caddys.includes(network) &&
    !one.networks.some((name) => caddys.includes(name));
  const shared = networks.flatMap((network) => {
    const there = others.filter((one) => one.networks.includes(network) && !isHelper(one, network));
    return there.length > 0 ? [{ network, there: there.map((one) => one.name) }] : [];
  });
  const port = owner.ports.find(({ address }) => isEverywhere(address));
  if (shared.length > 0) return sharing(app, owner, shared, caddy, caddys);
  if (port) return published(app, owner, port);
  return apart(app, caddy, caddys, networks);
}

/** The first such app of a configuration, as a refusal. */
export async function firstNotAlone(
  { apps }: Pick<Config, 'apps'>,
  { docker }: Pick<World, 'docker'>,
  proxy: ProxyFacts,
  isServed: (app: App) => boolean,
): Promise<Issue | undefined> {
  const believers = apps.filter(believesHeader);
  if (believers.length === 0 || proxy.is !== 'caddy') return undefined;
  const containers = await docker.containers();
  for (const app of believers) {
    const issue = notAlone(app, containers, proxy, { is: 'before', isServed: isServed(app) });
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

const unseen = (app: App, upstream: string): Issue => ({
  code: 'header-unseen',
  problem: `${app.name} is to believe a header, and homeauth cannot see who else reaches it at ${upstream}.`,
  why: 'It is no container of this server. Whoever reaches it beside Caddy could log in there as anybody.',
  fix: [`Write the container's name: upstream: CONTAINER:PORT`, instead(app)],
});
