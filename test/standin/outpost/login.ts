import { type Call, originOf } from '../http/call.ts';
import { type Reply, redirect } from '../http/reply.ts';
import { groupsOf, isSuperuser } from '../people.ts';
import { base32, randomText, readJwt, signJwt } from '../secrets.ts';
import type { OutpostSession, ServedApp, User } from '../state.ts';
import { cookieName, heldId, withCookie } from './cookie.ts';

const EMPTY = { headers: {}, body: '' };
const issuer = (app: ServedApp): string => `goauthentik.io/outpost/${app.clientId}`;

/** Sends a stranger to authentik, with where to come back to in a signed state. */
export function toLogin(call: Call, app: ServedApp, back: string): Reply {
  const held = heldId(call, app);
  const sid = held ?? base32(52);
  const state = signJwt({ iss: issuer(app), sid, state: randomText(43), redirect: back }, app.secret);
  const query = new URLSearchParams({
    client_id: app.clientId,
    redirect_uri: `${app.externalHost}/outpost.goauthentik.io/callback?X-authentik-auth-callback=true`,
    response_type: 'code',
    scope: [...app.scopes].join(' '),
    state,
  });
  const reply = found(call, `${app.authentikHost}/application/o/authorize/?${query}`);
  return held ? reply : withCookie(app, reply, sid);
}

/** Go's redirect: a small page for GET, nothing otherwise. */
export function found(call: Call, to: string): Reply {
  if (call.method !== 'GET') return { status: 302, ...EMPTY, headers: { location: to } };
  return { ...redirect(to), body: `<a href="${to.replaceAll('&', '&amp;')}">Found</a>.\n\n` };
}

/** Where `start?rd=` may lead: this application's own hosts, else nowhere. */
export function safeTarget(app: ServedApp, wanted: string | null): string {
  if (!wanted || !URL.canParse(wanted)) return '';
  const { host } = new URL(wanted);
  const mine =
    app.mode === 'forward_domain' ? host.endsWith(app.cookieDomain) : host === new URL(app.externalHost).host;
  return mine ? wanted : '';
}

/** Takes the code back in: a session for the outpost's cookie, and on to where the person wanted to go. */
export function callback(call: Call, app: ServedApp): Reply {
  const claims = readJwt(call.query.get('state') ?? '', app.secret);
  const sid = call.cookies[cookieName(app)];
  const code = call.state.codes[call.query.get('code') ?? ''];
  const provider = call.state.providers.find((one) => one.client_id === app.clientId);
  const user = call.state.users.find((one) => one.pk === code?.user);
  if (!claims || !sid || claims['sid'] !== sid || !code || code.provider !== provider?.pk || !user)
    return { status: 400, ...EMPTY };
  delete call.state.codes[call.query.get('code') ?? ''];
  call.state.outpostSessions[sid] = opened(call, app, user, code.session);
  const back = typeof claims['redirect'] === 'string' && claims['redirect'] ? claims['redirect'] : app.externalHost;
  return withCookie(app, found(call, back), sid, app.validity - 1);
}

function opened(call: Call, app: ServedApp, user: User, session: string): OutpostSession {
  const groups = groupsOf(call.state, user).map((one) => one.name);
  const now = Math.floor(Date.now() / 1000);
  const jwt = signJwt(
    {
      iss: `${originOf(call)}/application/o/${app.slug}/`,
      sub: user.uid,
      aud: app.clientId,
      exp: now + app.validity,
      iat: now,
      ak_proxy: { user_attributes: user.attributes, is_superuser: isSuperuser(call.state, user) },
      email: user.email,
      email_verified: false,
      name: user.name,
      preferred_username: user.username,
      groups,
      azp: app.clientId,
      scope: app.scopes.join(' '),
    },
    app.secret,
  );
  return {
    clientId: app.clientId,
    session,
    expires: Date.now() + app.validity * 1000,
    // A claim is only there if its scope is: a provider without mappings gives empty headers.
    claims: {
      username: app.scopes.includes('profile') ? user.username : '',
      name: app.scopes.includes('profile') ? user.name : '',
      email: app.scopes.includes('email') ? user.email : '',
      groups: app.scopes.includes('profile') ? groups : [],
      uid: user.uid,
      jwt,
    },
  };
}
