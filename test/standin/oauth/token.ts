import { createHash, randomUUID } from 'node:crypto';
import { seconds } from '../api/checks.ts';
import type { Call } from '../http/call.ts';
import { json, type Reply } from '../http/reply.ts';
import { hex, randomText } from '../secrets.ts';
import type { Code, Grant, OAuthProvider } from '../state.ts';
import { claimsOf, subjectOf } from './claims.ts';
import { mayReturnTo } from './clients.ts';
import { issuerOf } from './discovery.ts';
import { signedBy } from './keys.ts';

const DESCRIPTIONS = {
  invalid_client:
    'Client authentication failed (e.g., unknown client, no client authentication included, or unsupported authentication method)',
  invalid_grant:
    'The provided authorization grant or refresh token is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client',
  unsupported_grant_type: 'The authorization grant type is not supported by the authorization server',
} as const;

const refused = (error: keyof typeof DESCRIPTIONS): Reply =>
  json(400, { error, error_description: DESCRIPTIONS[error], request_id: randomUUID().replaceAll('-', '') });

/** `/application/o/token/`: a code, or a refresh token, for tokens. Either is good once. */
export function token(call: Call): Reply {
  const form = new URLSearchParams(call.raw.toString());
  const { id, secret } = credentials(call, form);
  const provider = call.state.oauthProviders.find((one) => one.client_id === id);
  if (!provider || (provider.client_type === 'confidential' && provider.client_secret !== secret))
    return refused('invalid_client');
  switch (form.get('grant_type')) {
    case 'authorization_code':
      return byCode(call, provider, form);
    case 'refresh_token':
      return byRefresh(call, provider, form);
    default:
      return refused('unsupported_grant_type');
  }
}

function credentials(call: Call, form: URLSearchParams): { id: string | null; secret: string | null } {
  const basic = /^Basic (.+)$/.exec(call.headers.authorization ?? '')?.[1];
  if (basic === undefined) return { id: form.get('client_id'), secret: form.get('client_secret') };
  const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString().split(/:(.*)/s);
  return { id, secret };
}

function byCode(call: Call, provider: OAuthProvider, form: URLSearchParams): Reply {
  if (!mayReturnTo(provider, form.get('redirect_uri') ?? '')) return refused('invalid_client');
  const given = form.get('code') ?? '';
  const code = call.state.codes[given];
  if (!code || code.provider !== provider.pk || !isFresh(call, provider, code) || !isAnswered(code, form))
    return refused('invalid_grant');
  delete call.state.codes[given];
  return tokens(call, provider, code);
}

const isFresh = (call: Call, provider: OAuthProvider, code: Code): boolean =>
  call.site.now() - code.at <= seconds(provider.access_code_validity) * 1000;

/** A challenge has to be answered, and what answers none is refused, too. */
function isAnswered({ challenge }: Code, form: URLSearchParams): boolean {
  const verifier = form.get('code_verifier');
  if (!challenge) return !verifier;
  if (!verifier) return false;
  const answer = challenge.method === 'S256' ? createHash('sha256').update(verifier).digest('base64url') : verifier;
  return answer === challenge.value;
}

function byRefresh(call: Call, provider: OAuthProvider, form: URLSearchParams): Reply {
  const given = form.get('refresh_token') ?? '';
  const grant = call.state.grants[given];
  if (grant?.use !== 'refresh' || grant.provider !== provider.pk || grant.until < call.site.now())
    return refused('invalid_grant');
  delete call.state.grants[given];
  return tokens(call, provider, grant);
}

function tokens(call: Call, provider: OAuthProvider, given: Code | Grant): Reply {
  const { state } = call;
  const user = state.users.find((one) => one.pk === given.user);
  if (!user) return refused('invalid_grant');
  const { scopes, session, nonce } = given;
  const lasts = seconds(provider.access_token_validity);
  const now = Math.floor(call.site.now() / 1000);
  const about = {
    iss: issuerOf(call, provider),
    sub: subjectOf(provider, user),
    aud: provider.client_id,
    exp: now + lasts,
    iat: now,
    auth_time: now,
    acr: 'goauthentik.io/providers/oauth2/default',
    amr: ['pwd'],
    ...(nonce === undefined ? {} : { nonce }),
    sid: hex('sha256', session),
    jti: randomText(40),
    ...(provider.include_claims_in_id_token ? claimsOf(state, provider, user, scopes) : {}),
  };
  const access = { ...about, azp: provider.client_id, uid: randomText(40), scope: scopes.join(' ') };
  const access_token = signedBy(state, provider, access);
  const grant = { provider: provider.pk, user: user.pk, session, scopes, ...(nonce === undefined ? {} : { nonce }) };
  state.grants[access_token] = { ...grant, use: 'access', until: call.site.now() + lasts * 1000 };
  const answer = {
    access_token,
    token_type: 'Bearer',
    scope: scopes.join(' '),
    expires_in: lasts,
    ...(scopes.includes('openid') ? { id_token: signedBy(state, provider, about) } : {}),
  };
  const mayRefresh =
    scopes.includes('offline_access') && (!call.site.era.grantTypes || provider.grant_types.includes('refresh_token'));
  if (!mayRefresh) return json(200, answer);
  const refresh_token = randomText(128);
  const until = call.site.now() + seconds(provider.refresh_token_validity) * 1000;
  state.grants[refresh_token] = { ...grant, use: 'refresh', until };
  return json(200, { ...answer, refresh_token });
}

/** `/application/o/userinfo/` */
export function userinfo(call: Call): Reply {
  const given = /^Bearer (.+)$/.exec(call.headers.authorization ?? '')?.[1];
  const grant = given === undefined ? undefined : call.state.grants[given];
  const provider = call.state.oauthProviders.find((one) => one.pk === grant?.provider);
  const user = call.state.users.find((one) => one.pk === grant?.user);
  if (grant?.use !== 'access' || grant.until < call.site.now() || !provider || !user)
    return { status: 401, headers: { 'www-authenticate': 'error="invalid_token"' }, body: '' };
  return json(200, {
    sub: subjectOf(provider, user),
    ...claimsOf(call.state, provider, user, grant.scopes),
    ...(grant.nonce === undefined ? {} : { nonce: grant.nonce }),
  });
}
