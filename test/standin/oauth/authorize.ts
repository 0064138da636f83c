import { randomUUID } from 'node:crypto';
import { makePlan } from '../flow/plan.ts';
import type { Call } from '../http/call.ts';
import { html, notFound, type Reply, redirect } from '../http/reply.ts';
import { mayEnter } from '../people.ts';
import { newSession, sessionOf, withSession } from '../sessions.ts';
import type { Application, State } from '../state.ts';
import { type Client, clientCalled, clientsOf, mayReturnTo, scopesOf } from './clients.ts';

interface AuthorizeRequest {
  client: Client;
  application: Application;
  scopes: string[];
}

/** `problem`: a page says so. `error`: the client is told, by way of the browser. */
type Read = AuthorizeRequest | { problem: string } | { error: string; description: string };

const MALFORMED = { error: 'invalid_request', description: 'The request is otherwise malformed' };

/**
 * The client and application an authorize request is about, or what is wrong with it. Scopes that the client has no
 * mapping for are dropped in silence; where none is asked for, it gets all that it has.
 */
export function readAuthorize(state: State, query: URLSearchParams, hasGrantTypes: boolean): Read {
  const { client, application } = clientCalled(state, query.get('client_id')) ?? {};
  if (!client || !application) return { problem: 'The client identifier (client_id) is missing or invalid.' };
  if (!mayReturnTo(client, query.get('redirect_uri') ?? ''))
    return { problem: 'The request fails due to a missing, invalid, or mismatching redirection URI (redirect_uri).' };
  if (query.get('response_type') !== 'code')
    return { error: 'unsupported_response_type', description: 'The stand-in knows the response type code alone' };
  if ('grant_types' in client && hasGrantTypes && !client.grant_types.includes('authorization_code')) return MALFORMED;
  const method = query.get('code_challenge_method') ?? 'plain';
  if (query.get('code_challenge') && !['plain', 'S256'].includes(method))
    return { error: 'invalid_request', description: `Unsupported challenge method ${method}` };
  const known = scopesOf(state, client);
  const asked = (query.get('scope') ?? '').split(' ').filter(Boolean);
  return { client, application, scopes: asked.length === 0 ? known : asked.filter((one) => known.includes(one)) };
}

const back = (query: URLSearchParams, told: Record<string, string>): string => {
  const uri = query.get('redirect_uri') ?? '';
  const state = query.get('state');
  const all = Object.entries({ ...told, ...(state === null ? {} : { state }) });
  return `${uri}${uri.includes('?') ? '&' : '?'}${all.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}`;
};

/** `/application/o/authorize/`: to the login, to the refusal, to the consent, or straight back with a code. */
export function authorize(call: Call): Reply {
  const { state, query } = call;
  const search = call.target.split(/\?(.*)/s)[1] ?? '';
  const request = readAuthorize(state, query, call.site.era.grantTypes);
  if ('problem' in request) return html(400, 'Redirect URI Error', request.problem);
  if ('error' in request) {
    const { error, description: error_description } = request;
    return redirect(back(query, { error, error_description }));
  }
  const session = sessionOf(call) ?? newSession(call);
  call.session = session;
  const user = state.users.find((one) => one.pk === session.data.user);
  if (!user) {
    const next = encodeURIComponent(call.target);
    return withSession(call, redirect(`/if/flow/default-authentication-flow/?${search}&next=${next}`));
  }
  if (!mayEnter(state, request.application, user))
    return html(200, 'Permission denied', '<h1>Permission denied</h1><p>Request has been denied.</p>');
  const flow = state.flows.find((one) => one.pk === request.client.authorization_flow);
  const plan = flow && makePlan(call, flow, { authorize: search, steps: [{ own: 'grant' }] });
  if (flow && plan && plan.steps.length > 1) {
    session.data.plan = plan;
    return withSession(call, redirect(`/if/flow/${flow.slug}/?${search}`));
  }
  return withSession(call, redirect(grantCode(call, query)));
}

/** Notes a code and says where to take it. */
export function grantCode(call: Call, query: URLSearchParams): string {
  const request = readAuthorize(call.state, query, call.site.era.grantTypes);
  const { session } = call;
  if (!('client' in request) || !session || session.data.user === null) throw new Error('no code without a request');
  const code = randomUUID().replaceAll('-', '');
  const [nonce, challenge] = [query.get('nonce'), query.get('code_challenge')];
  call.state.codes[code] = {
    provider: request.client.pk,
    user: session.data.user,
    session: session.id,
    at: call.site.now(),
    scopes: request.scopes,
    ...(nonce === null ? {} : { nonce }),
    ...(challenge ? { challenge: { value: challenge, method: query.get('code_challenge_method') ?? 'plain' } } : {}),
  };
  return back(query, { code });
}

/**
 * `/application/o/<slug>/end-session/`: starts the invalidation flow of the application's provider, and ends what the
 * application was given. Where addresses for afterwards are registered, no other is taken.
 */
export function endApplicationSession(call: Call, slug: string): Reply {
  const { state, query } = call;
  const application = state.applications.find((one) => one.slug === slug);
  const client = clientsOf(state).find((one) => one.pk === application?.provider);
  const flow = state.flows.find((one) => one.pk === client?.invalidation_flow);
  if (!client || !flow) return notFound(call.method);
  const after = query.get('post_logout_redirect_uri');
  const registered = 'redirect_uris' in client ? client.redirect_uris : [];
  const known = registered.filter((one) => one.redirect_uri_type === 'logout').map((one) => one.url);
  if (after !== null && known.length > 0 && !known.includes(after))
    return html(400, 'Bad Request', 'The request is otherwise malformed');
  call.session = sessionOf(call) ?? newSession(call);
  for (const [token, grant] of Object.entries(state.grants))
    if (grant.provider === client.pk && grant.session === call.session.id) delete state.grants[token];
  call.session.data.plan = makePlan(call, flow, { application: slug, steps: [{ own: 'session-end' }] });
  const search = call.target.split(/\?(.*)/s)[1];
  return withSession(call, redirect(`/if/flow/${flow.slug}/${search ? `?${search}` : ''}`));
}
