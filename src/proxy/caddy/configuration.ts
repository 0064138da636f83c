import { innerHost } from '../../model/networks.ts';

/** Caddy's configuration as JSON, as far as homeauth reads it: what a Caddyfile gives, and what Caddy says it runs. */
export interface Configuration {
  readonly admin?: { readonly disabled?: boolean; readonly listen?: string; readonly config?: { persist?: boolean } };
  readonly apps?: {
    readonly http?: {
      readonly http_port?: number;
      readonly https_port?: number;
      readonly servers?: Readonly<Record<string, Server>>;
    };
    readonly tls?: unknown;
  };
}

interface Server {
  readonly listen?: readonly string[];
  readonly routes?: readonly Route[];
  readonly tls_connection_policies?: unknown;
  readonly automatic_https?: { readonly disable?: boolean; readonly disable_certificates?: boolean };
}

interface Route {
  readonly match?: readonly { readonly host?: readonly string[] }[];
}

/** A site of the owner's: for which hosts, on which listeners, and all of it. */
export interface OwnersSite {
  readonly listen: readonly string[];
  /** Empty: whatever comes there. */
  readonly hosts: readonly string[];
  readonly route: Route;
  /** It is served in plain HTTP, whatever its port. */
  readonly isPlain: boolean;
}

/** An empty configuration is `null` to Caddy. */
export const configurationIn = (json: string): Configuration => (JSON.parse(json) as Configuration | null) ?? {};

/** Every host that a route of this configuration is for, however deep. */
export function hostsIn(configuration: unknown): Set<string> {
  if (Array.isArray(configuration)) return new Set(configuration.flatMap((value) => [...hostsIn(value)]));
  if (typeof configuration !== 'object' || configuration === null) return new Set();
  return new Set(
    Object.entries(configuration).flatMap(([key, value]) => {
      const matchers: unknown[] = key === 'match' && Array.isArray(value) ? value : [];
      const here = matchers.flatMap((matcher) => (matcher as { host?: string[] }).host ?? []);
      return [...here, ...hostsIn(value)];
    }),
  );
}

/** The sites that homeauth did not write. `ours`: the hosts of those that it did, and where these dial authentik. */
export function ownersSites({ apps }: Configuration, ours: ReadonlySet<string>): readonly OwnersSite[] {
  const addresses = new Set([inDocker, ...ours]);
  return Object.values(apps?.http?.servers ?? {}).flatMap((server) => {
    const { listen = [], routes = [] } = server;
    return routes.flatMap((route): OwnersSite[] => {
      const hosts = hostsOf(route);
      const isOurs = (hosts.length > 0 && hosts.every((host) => ours.has(host))) || dials(route, addresses);
      return isOurs ? [] : [{ listen, hosts, route, isPlain: isPlain(server) }];
    });
  });
}

const hostsOf = ({ match = [] }: Route): readonly string[] => match.flatMap(({ host = [] }) => host);

/** Caddy speaks TLS for names of sites, and where it is told how. */
const isPlain = ({ tls_connection_policies: policies, automatic_https: automatic, routes = [] }: Server): boolean =>
  policies === undefined && (automatic?.disable === true || routes.every((route) => hostsOf(route).length === 0));

/** Whether a route asks one of these addresses, however deep. */
function dials(route: unknown, addresses: ReadonlySet<string>): boolean {
  if (typeof route !== 'object' || route === null) return false;
  if ('dial' in route && addresses.has(String(route.dial))) return true;
  // A hundred sites have tens of thousands of values: no list is made of each.
  for (const key in route) if (dials(route[key as keyof typeof route], addresses)) return true;
  return false;
}

/** What only homeauth's own sites dial; on this server itself it is a port of its own. */
const inDocker = `${innerHost('authentik')}:9000`;

/** How two configurations differ in what is the owner's. Empty: they do not. */
export interface Difference {
  /** Names of sites that only the first has, that only the other has, and that are not the same in the two. */
  readonly gone: readonly string[];
  readonly fresh: readonly string[];
  readonly changed: readonly string[];
}

/** homeauth's own sites, and the certificates that come with sites, are left out. */
export function difference(
  running: Configuration,
  given: Configuration,
  ours: ReadonlySet<string>,
): Difference | undefined {
  const [runs, gives] = [running, given].map((one) => ownersSites(one, ours)) as [OwnersSite[], OwnersSite[]];
  const key = (site: OwnersSite) => `${site.listen.toSorted().join()} ${stable(site.route)}`;
  const beyond = (sites: readonly OwnersSite[], others: readonly OwnersSite[]) => {
    const known = new Set(others.map(key));
    return [...new Set(sites.filter((site) => !known.has(key(site))).flatMap(namesOf))];
  };
  const [gone, fresh] = [beyond(runs, gives), beyond(gives, runs)];
  const changed = [...gone.filter((name) => fresh.includes(name)), ...(rest(running) === rest(given) ? [] : [options])];
  if (gone.length + fresh.length + changed.length === 0) return undefined;
  return {
    gone: gone.filter((name) => !changed.includes(name)),
    fresh: fresh.filter((name) => !changed.includes(name)),
    changed,
  };
}

const options = 'the options for all of Caddy';

const namesOf = ({ hosts, listen }: OwnersSite): readonly string[] => (hosts.length > 0 ? hosts : listen);

/** What no site has a part in: homeauth writes sites alone. */
function rest({ apps, ...others }: Configuration): string {
  const { http, tls: _, ...more } = apps ?? {};
  const { servers: __, ...options } = http ?? {};
  return stable({ others, more, options });
}

/** The same text for the same data, whatever order its keys are in. */
function stable(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
