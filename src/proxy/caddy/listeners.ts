import type { Listeners } from '../proxy.ts';
import { type Configuration, ownersSites } from './configuration.ts';

/** Caddy's own choice. */
export const everywhere: Listeners = { http: 80, https: 443, bind: [] };

/** Some sites listen everywhere, and others on addresses of their own. */
export interface Apart {
  readonly hosts: readonly string[];
  readonly bind: readonly string[];
}

/**
 * A site of ours on a listener of its own would share the port with theirs: the kernel gives each a part of the visitors,
 * or all of them to the one with the narrower address.
 */
export function listenersIn(
  configuration: Configuration,
  ours: ReadonlySet<string>,
  isAfterTls = false,
): Listeners | Apart {
  const { http_port: http = everywhere.http, https_port: https = everywhere.https } = configuration.apps?.http ?? {};
  const sites = listening(configuration, ours);
  const [only, ...more] = new Set(sites.map(({ port }) => port));
  const isOwnPort = isAfterTls && more.length === 0 && only !== undefined && only !== http && only !== https;
  // Where nobody serves https yet, plain http is what ours are sent on from.
  const alike = (isOwnPort ? [only] : [https, http])
    .map((port) => sites.filter((site) => site.port === port))
    .find((all) => all.length > 0);
  const own = (alike ?? []).filter(({ at }) => at !== '');
  const bind = [...new Set(own.map(({ at }) => at))].toSorted();
  if (alike && own.length > 0 && own.length < alike.length) {
    return { hosts: [...new Set(own.flatMap(({ hosts }) => hosts))], bind };
  }
  return { http, https, bind, ...(isOwnPort && { plain: only }) };
}

/** Each address where a site of the owner's is served. */
const listening = (configuration: Configuration, ours: ReadonlySet<string>) =>
  ownersSites(configuration, ours).flatMap(({ listen, hosts }) =>
    listen.flatMap((address) => {
      const [, at, port] = /^(.*):(\d+)$/.exec(address) ?? [];
      return at === undefined ? [] : [{ at, port: Number(port), hosts }];
    }),
  );

/** The ports of a configuration in which nothing is homeauth's yet. */
export const portsOf = (configuration: Configuration): readonly number[] => [
  ...new Set(listening(configuration, new Set()).map(({ port }) => port)),
];

/** `auto_https off`, or `disable_certs`: Caddy gets no certificate for any site. */
export const withoutCertificates = ({ apps }: Configuration): boolean =>
  Object.values(apps?.http?.servers ?? {}).some(
    ({ automatic_https: automatic }) => automatic?.disable === true || automatic?.disable_certificates === true,
  );
