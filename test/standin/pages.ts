import { execute } from './flow/executor.ts';
import { makePlan } from './flow/plan.ts';
import type { Call } from './http/call.ts';
import { html, notFound, type Reply, redirect } from './http/reply.ts';
import { authorize, endApplicationSession } from './oauth/authorize.ts';
import { discovery, jwks } from './oauth/discovery.ts';
import { token, userinfo } from './oauth/token.ts';
import { flowPage, homePage } from './page.ts';
import { useToken } from './recovery-link.ts';
import { newSession, sessionOf, withSession } from './sessions.ts';

const EXECUTOR = /^\/api\/v3\/flows\/executor\/([^/]+)\/$/;
const OF_APPLICATION = /^\/application\/o\/([^/]+)\/(end-session\/|jwks\/|\.well-known\/openid-configuration)$/;
const FLOW = /^\/if\/flow\/([^/]+)\/$/;

/** Which addresses may change something even with GET. */
export const changesOnGet = (path: string): boolean =>
  EXECUTOR.test(path) ||
  path.startsWith('/application/o/') ||
  path.startsWith('/flows/-/') ||
  path.startsWith('/recovery/') ||
  path === '/setup';

/** Everything of authentik's core outside of the REST collections: flows, single sign-on, pages. */
export function corePage(call: Call): Reply {
  const { path, state, method } = call;
  const executor = EXECUTOR.exec(path)?.[1];
  if (executor) return execute(call, executor);
  if (path === '/application/o/authorize/') return authorize(call);
  if (path === '/application/o/token/' && method === 'POST') return token(call);
  if (path === '/application/o/userinfo/') return userinfo(call);
  const [, slug, page] = OF_APPLICATION.exec(path) ?? [];
  if (slug && page === 'end-session/') return endApplicationSession(call, slug);
  if (slug) return page === 'jwks/' ? jwks(call, slug) : discovery(call, slug);
  if (path === '/setup' && call.site.era.setupPage) return setup(call);
  if (method !== 'GET' && method !== 'HEAD') return notFound(method);
  if (path.startsWith('/recovery/use-token/')) return useToken(call);
  const flow = FLOW.exec(path)?.[1];
  if (flow)
    return state.flows.some((one) => one.slug === flow) ? framed(html(200, 'authentik', flowPage())) : notFound(method);
  switch (path) {
    case '/':
      return redirect(home(call));
    case '/flows/-/default/authentication/':
      return redirect(
        `/if/flow/default-authentication-flow/?next=${encodeURIComponent(call.query.get('next') ?? '/')}`,
      );
    case '/flows/-/default/invalidation/':
      return redirect('/if/flow/default-invalidation-flow/');
    case '/flows/-/cancel/':
      return cancel(call);
    case '/if/user/':
    case '/if/admin/':
      return framed(html(200, 'authentik', homePage()));
    default:
      return notFound(method);
  }
}

const framed = (reply: Reply): Reply => ({ ...reply, headers: { 'x-frame-options': 'DENY', ...reply.headers } });

function home(call: Call): string {
  if (call.site.era.setupPage && !call.state.setup) return '/setup';
  return sessionOf(call)?.data.user ? '/if/user/' : '/flows/-/default/authentication/?next=/';
}

/** HEAD: 200 while the setup is open and its flow is there, 503 otherwise. GET: starts it, or leads home. */
function setup(call: Call): Reply {
  const flow = call.state.flows.find((one) => one.slug === 'initial-setup');
  if (call.method === 'HEAD') return html(flow && !call.state.setup ? 200 : 503, 'authentik');
  if (call.state.setup) return redirect('/');
  if (!flow) return html(503, 'authentik');
  call.session = sessionOf(call) ?? newSession(call);
  call.session.data.plan = makePlan(call, flow, { steps: [{ own: 'close-setup' }] });
  return withSession(call, redirect('/if/flow/initial-setup/'));
}

function cancel(call: Call): Reply {
  const session = sessionOf(call);
  if (session) delete session.data.plan;
  const next = call.query.get('next');
  return redirect(next && /^\/(?!\/)/.test(next) ? next : '/');
}
