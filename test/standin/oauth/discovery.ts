import { type Call, originOf } from '../http/call.ts';
import { json, notFound, type Reply } from '../http/reply.ts';
import type { OAuthProvider } from '../state.ts';
import { claimsOf } from './claims.ts';
import { oauthOf, scopesOf } from './clients.ts';
import { algorithmOf, jwksOf } from './keys.ts';

/** The issuer follows the address that was asked, and ends with a slash. */
export const issuerOf = (call: Call, provider: OAuthProvider): string => {
  const application = call.state.applications.find((one) => one.provider === provider.pk);
  return provider.issuer_mode === 'global'
    ? `${originOf(call)}/`
    : `${originOf(call)}/application/o/${application?.slug}/`;
};

/** `/application/o/<slug>/.well-known/openid-configuration` */
export function discovery(call: Call, slug: string): Reply {
  const { state } = call;
  const provider = oauthOf(state, slug);
  if (!provider) return notFound(call.method);
  const at = (path: string): string => `${originOf(call)}/application/o/${path}/`;
  const scopes = scopesOf(state, provider);
  const [somebody] = state.users;
  return json(200, {
    issuer: issuerOf(call, provider),
    authorization_endpoint: at('authorize'),
    token_endpoint: at('token'),
    userinfo_endpoint: at('userinfo'),
    end_session_endpoint: at(`${slug}/end-session`),
    introspection_endpoint: at('introspect'),
    revocation_endpoint: at('revoke'),
    device_authorization_endpoint: at('device'),
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    frontchannel_logout_supported: true,
    frontchannel_logout_session_supported: true,
    response_types_supported: [
      'code',
      'id_token',
      'id_token token',
      'code token',
      'code id_token',
      'code id_token token',
    ],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    jwks_uri: at(`${slug}/jwks`),
    grant_types_supported: [
      'authorization_code',
      'refresh_token',
      'implicit',
      'client_credentials',
      'password',
      'urn:ietf:params:oauth:grant-type:device_code',
    ],
    id_token_signing_alg_values_supported: [algorithmOf(state, provider)],
    subject_types_supported: ['public'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    acr_values_supported: ['goauthentik.io/providers/oauth2/default'],
    scopes_supported: scopes.length === 0 ? ['openid'] : scopes,
    request_parameter_supported: false,
    claims_supported: [
      ...['sub', 'iss', 'aud', 'exp', 'iat', 'auth_time', 'acr', 'amr', 'nonce'],
      ...(somebody ? Object.keys(claimsOf(state, provider, somebody, scopes)) : []),
    ],
    claims_parameter_supported: false,
    code_challenge_methods_supported: ['plain', 'S256'],
  });
}

/** `/application/o/<slug>/jwks/` */
export function jwks(call: Call, slug: string): Reply {
  const provider = oauthOf(call.state, slug);
  return provider ? json(200, jwksOf(call.state, provider)) : notFound(call.method);
}
