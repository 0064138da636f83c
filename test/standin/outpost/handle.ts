import { randomUUID } from 'node:crypto';
import type { Call } from '../http/call.ts';
import { type Reply, text } from '../http/reply.ts';
import type { OutpostSession, ServedApp } from '../state.ts';
import { cookieName, outpostSession, withCookie } from './cookie.ts';
import { callback, found, safeTarget, toLogin } from './login.ts';
import { appFor } from './served.ts';

export const OUTPOST = '/outpost.goauthentik.io/';

/** The application of the host that the request is for, if the outpost serves it. */
const appOf = (call: Call, served: readonly ServedApp[]): ServedApp | undefined =>
  appFor(served, call.forwarded.host ?? call.host);

/** Answers below `/outpost.goauthentik.io/`; undefined lets the request fall through to authentik itself. */
export function outpost(call: Call): Reply | undefined {
  const app = appOf(call, call.state.propagation.served);
  if (!app) return undefined;
  switch (call.path.slice(OUTPOST.length)) {
    case 'auth/caddy':
    case 'auth/traefik':
    case 'auth/envoy':
      return forwardAuth(call, app);
    case 'auth/nginx':
      return nginx(call, app);
    case 'start':
      return toLogin(call, app, safeTarget(app, call.query.get('rd')));
    case 'callback':
      return callback(call, app);
    case 'sign_out':
      return signOut(call, app);
    default:
      return undefined;
  }
}

function forwardAuth(call: Call, app: ServedApp): Reply {
  const { host, proto, uri = '/' } = call.forwarded;
  if (!host || !proto) return text(500, 'configuration error\n');
  const session = outpostSession(call, app);
  if (session) return granted(call, app, session);
  const wanted = `${proto}://${host}${uri}`;
  return skips(app, wanted) ? passed() : toLogin(call, app, wanted);
}

function nginx(call: Call, app: ServedApp): Reply {
  const session = outpostSession(call, app);
  return session ? granted(call, app, session) : withCookie(app, text(401, 'unauthorized request\n'), strange());
}

const strange = (): string => `authentik_proxy_session_${randomUUID()}`;

const passed = (): Reply => ({ status: 200, headers: { 'x-powered-by': 'authentik_proxy2' }, body: '' });

/** A list of expressions, one a line, not anchored: on the path for one application, on the whole URL for a domain. */
function skips(app: ServedApp, wanted: string): boolean {
  const subject = app.mode === 'forward_domain' ? wanted : new URL(wanted).pathname;
  return app.skip
    .split('\n')
    .filter((line) => line.trim())
    .some((line) => {
      try {
        return new RegExp(line.trim()).test(subject);
      } catch {
        return false;
      }
    });
}

function granted(call: Call, app: ServedApp, { claims }: OutpostSession): Reply {
  const { headers, ...rest } = passed();
  return {
    ...rest,
    headers: {
      ...headers,
      'x-authentik-username': claims.username,
      'x-authentik-groups': claims.groups.join('|'),
      'x-authentik-entitlements': '',
      'x-authentik-email': claims.email,
      'x-authentik-name': claims.name,
      'x-authentik-uid': claims.uid,
      'x-authentik-jwt': claims.jwt,
      'x-authentik-meta-jwks': `${app.authentikHost}/application/o/${app.slug}/jwks/`,
      'x-authentik-meta-outpost': app.outpost,
      'x-authentik-meta-provider': app.provider,
      'x-authentik-meta-app': app.slug,
      'x-authentik-meta-version': `goauthentik.io/outpost/${call.site.era.version}`,
    },
  };
}

function signOut(call: Call, app: ServedApp): Reply {
  const session = outpostSession(call, app);
  if (!session) {
    const start = `${app.externalHost}/outpost.goauthentik.io/start?rd=${encodeURIComponent(app.externalHost)}`;
    return withCookie(app, found(call, start), strange());
  }
  delete call.state.outpostSessions[call.cookies[cookieName(app)] ?? ''];
  return found(call, `${app.authentikHost}/application/o/${app.slug}/end-session/?id_token_hint=${session.claims.jwt}`);
}
