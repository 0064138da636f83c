import { randomUUID } from 'node:crypto';
import { makePlan } from './flow/plan.ts';
import type { Call } from './http/call.ts';
import { html, notFound, type Reply, redirect } from './http/reply.ts';
import { mayEnter } from './people.ts';
import { newSession, sessionOf, withSession } from './sessions.ts';
import type { Application, ProxyProvider, State } from './state.ts';

const CALLBACK = 'X-authentik-auth-callback=true';

interface AuthorizeRequest {
  provider: ProxyProvider;
  application: Application;
  scopes: string[];
}

/** The provider and application an authorize request is about, or what is wrong with it. */
export function readAuthorize(state: State, query: URLSearchParams): AuthorizeRequest | { problem: string } {
  const provider = state.providers.find((one) => one.client_id === query.get('client_id'));
  const application = state.applications.find((one) => provider && one.provider === provider.pk);
  if (!provider || !application) return { problem: 'The client identifier (client_id) is missing or invalid.' };
  const root = provider.external_host.replace(/\/$/, '');
  const allowed = [`${root}/outpost.goauthentik.io/callback?${CALLBACK}`, `${root}?${CALLBACK}`];
  if (!allowed.includes(query.get('redirect_uri') ?? ''))
    return { problem: 'The request fails due to a missing, invalid, or mismatching redirection URI (redirect_uri).' };
  return { provider, application, scopes: (query.get('scope') ?? '').split(' ').filter(Boolean) };
}

/** `/application/o/authorize/`: to the login, to the refusal, to the consent, or straight back with a code. */
export function authorize(call: Call): Reply {
  const { state, query } = call;
  const search = call.target.split(/\?(.*)/s)[1] ?? '';
  const request = readAuthorize(state, query);
  if ('problem' in request) return html(400, 'Redirect URI Error', request.problem);
  const session = sessionOf(call) ?? newSession(call);
  call.session = session;
  const user = state.users.find((one) => one.pk === session.data.user);
  if (!user) {
    const next = encodeURIComponent(call.target);
    return withSession(call, redirect(`/if/flow/default-authentication-flow/?${search}&next=${next}`));
  }
  if (!mayEnter(state, request.application, user))
    return html(200, 'Permission denied', '<h1>Permission denied</h1><p>Request has been denied.</p>');
  const flow = state.flows.find((one) => one.pk === request.provider.authorization_flow);
  const plan = flow && makePlan(call, flow, { authorize: search, steps: [{ own: 'grant' }] });
  if (flow && plan && plan.steps.length > 1) {
    session.data.plan = plan;
    return withSession(call, redirect(`/if/flow/${flow.slug}/?${search}`));
  }
  return withSession(call, redirect(grantCode(call, query)));
}

/** Notes a code and says where to take it. */
export function grantCode(call: Call, query: URLSearchParams): string {
  const request = readAuthorize(call.state, query);
  const { session } = call;
  if ('problem' in request || !session || session.data.user === null) throw new Error('no code without a request');
  const code = randomUUID().replaceAll('-', '');
  call.state.codes[code] = {
    provider: request.provider.pk,
    user: session.data.user,
    session: session.id,
    at: Date.now(),
  };
  return `${query.get('redirect_uri')}&code=${code}&state=${query.get('state') ?? ''}`;
}

/** `/application/o/<slug>/end-session/`: starts the invalidation flow of the application's provider. */
export function endApplicationSession(call: Call, slug: string): Reply {
  const { state } = call;
  const application = state.applications.find((one) => one.slug === slug);
  const provider = state.providers.find((one) => one.pk === application?.provider);
  const flow = state.flows.find((one) => one.pk === provider?.invalidation_flow);
  if (!flow) return notFound(call.method);
  call.session = sessionOf(call) ?? newSession(call);
  call.session.data.plan = makePlan(call, flow, { application: slug, steps: [{ own: 'session-end' }] });
  const search = call.target.split(/\?(.*)/s)[1];
  return withSession(call, redirect(`/if/flow/${flow.slug}/${search ? `?${search}` : ''}`));
}
