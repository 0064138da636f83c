import type { UnaskedWay } from '../proxy.ts';
import type { Configuration } from './configuration.ts';

/** As far as it is read; other handlers keep what they do in other fields. */
interface Handler {
  readonly handler?: string;
  readonly routes?: readonly Route[];
  readonly rewrite?: { readonly uri?: string };
  readonly upstreams?: readonly { readonly dial?: string }[];
}

interface Route {
  readonly match?: readonly { readonly host?: readonly string[] }[];
  readonly handle?: readonly Handler[];
}

/** authentik's outpost, asked whether a visitor may go on. */
const question = '/outpost.goauthentik.io/auth/';

/**
 * Where the sites of a configuration lead without asking authentik first. What stands before in the same list of routes,
 * for every visitor alike, counts as asked.
 */
export function unguarded({ apps }: Configuration): readonly UnaskedWay[] {
  return Object.values(apps?.http?.servers ?? {}).flatMap(({ routes = [], listen = [] }) =>
    (routes as readonly Route[]).flatMap((route) => {
      const hosts = hostsOf(route);
      return waysIn([route], hosts.length > 0 ? hosts : listen);
    }),
  );
}

const hostsOf = ({ match = [] }: Route): readonly string[] => match.flatMap(({ host = [] }) => host);

function waysIn(routes: readonly Route[], sites: readonly string[]): UnaskedWay[] {
  const found: UnaskedWay[] = [];
  for (const route of routes) {
    const own = hostsOf(route);
    found.push(...behind(route.handle ?? [], own.length > 0 ? own : sites));
    if (!route.match && asks(route.handle ?? [])) break;
  }
  return found;
}

function behind(handlers: readonly Handler[], sites: readonly string[]): UnaskedWay[] {
  const found: UnaskedWay[] = [];
  for (const one of handlers) {
    if (isQuestion(one)) break;
    const dials = (one.upstreams ?? []).flatMap(({ dial }) => dial ?? []);
    found.push(...sites.flatMap((site) => dials.map((dial) => ({ site, dial }))));
    found.push(...waysIn(one.routes ?? [], sites));
    if (asks([one])) break;
  }
  return found;
}

const isQuestion = ({ rewrite }: Handler): boolean => rewrite?.uri?.startsWith(question) ?? false;

const asks = (handlers: readonly Handler[]): boolean =>
  handlers.some(
    (one) => isQuestion(one) || (one.routes ?? []).some((route) => !route.match && asks(route.handle ?? [])),
  );
