import { type Call, originOf } from '../http/call.ts';
import { json, refuse } from '../http/reply.ts';
import { claimsOf, subjectOf } from '../oauth/claims.ts';
import { type Client, clientsOf, scopesOf } from '../oauth/clients.ts';
import { issuerOf } from '../oauth/discovery.ts';
import { randomText } from '../secrets.ts';
import type { Json, OAuthProvider, RedirectUri, State } from '../state.ts';
import { duration, unique } from './checks.ts';
import { bodyOf, type Fields, fieldErrors, pythonType } from './fields.ts';
import { byPk } from './lookup.ts';
import { columns } from './paging.ts';
import { deleteProvider, providerFields, proxyUris } from './providers.ts';
import { type Route, route } from './router.ts';
import { providerBrief } from './show.ts';
import { viewSet } from './view-set.ts';

const GRANTS = [
  ...['authorization_code', 'implicit', 'hybrid', 'refresh_token', 'client_credentials', 'password'],
  'urn:ietf:params:oauth:grant-type:device_code',
];
const SUBJECTS = ['hashed_user_id', 'user_id', 'user_uuid', 'user_username', 'user_email', 'user_upn'];

const defaults = (): OAuthProvider => ({
  pk: 0,
  name: '',
  authentication_flow: null,
  authorization_flow: '',
  invalidation_flow: '',
  property_mappings: [],
  client_type: 'confidential',
  grant_types: [],
  client_id: randomText(40),
  client_secret: randomText(128),
  access_code_validity: 'minutes=1',
  access_token_validity: 'hours=1',
  refresh_token_validity: 'days=30',
  refresh_token_threshold: 'seconds=0',
  include_claims_in_id_token: true,
  signing_key: null,
  encryption_key: null,
  redirect_uris: [],
  logout_uri: '',
  logout_method: 'backchannel',
  sub_mode: 'hashed_user_id',
  issuer_mode: 'per_provider',
  jwt_federation_sources: [],
  jwt_federation_providers: [],
});

/** What a client without the fields is shown with. */
const unset = defaults();

/** Every client is shown here: a proxy provider is one with more to it. */
function show(call: Call, client: Client): unknown {
  const { grantTypes } = call.site.era;
  const { grant_types, redirect_uris, ...fields } = {
    ...unset,
    ...('external_host' in client ? { grant_types: GRANTS, redirect_uris: proxyUris(client) } : {}),
    ...Object.fromEntries(Object.entries(client).filter(([name]) => name in unset)),
  } as OAuthProvider;
  return {
    ...(providerBrief(call.state, client.pk, 'oauth2') as Json),
    ...fields,
    ...(grantTypes ? { grant_types } : {}),
    redirect_uris: grantTypes ? redirect_uris : redirect_uris.map(({ matching_mode, url }) => ({ matching_mode, url })),
  };
}

function fieldsFor(state: State, self?: Client): Fields {
  const keys = (): string[] => state.keypairs.map((one) => one.pk);
  const others = (): readonly Client[] => clientsOf(state).filter((one) => one !== self);
  const lasting = { type: 'text', check: duration } as const;
  return {
    ...providerFields(state, self),
    client_type: { type: 'text', choices: ['confidential', 'public'] },
    grant_types: { type: 'any' },
    client_id: {
      type: 'text',
      check: unique(
        () => others().map((one) => one.client_id),
        'OAuth2/OpenID Provider with this Client ID already exists.',
      ),
    },
    client_secret: { type: 'text', blank: true },
    access_code_validity: lasting,
    access_token_validity: lasting,
    refresh_token_validity: lasting,
    refresh_token_threshold: lasting,
    include_claims_in_id_token: { type: 'bool' },
    signing_key: { type: 'ref', nullable: true, known: keys },
    encryption_key: { type: 'ref', nullable: true, known: keys },
    redirect_uris: { type: 'any', required: true },
    logout_uri: { type: 'text', blank: true },
    logout_method: { type: 'text', choices: ['backchannel', 'frontchannel'] },
    sub_mode: { type: 'text', choices: SUBJECTS },
    issuer_mode: { type: 'text', choices: ['global', 'per_provider'] },
    jwt_federation_sources: { type: 'any' },
    jwt_federation_providers: { type: 'any' },
  };
}

/** Of lists, DRF says which of their elements is wrong. */
function listErrors({ grant_types, redirect_uris }: Json): Record<string, unknown> {
  const errors: Record<string, unknown> = {};
  if (Array.isArray(grant_types)) {
    const wrong = grant_types.flatMap((one, n) => (GRANTS.includes(one) ? [] : [[n, [notAChoice(one)]]]));
    if (wrong.length > 0) errors['grant_types'] = Object.fromEntries(wrong);
  }
  if (redirect_uris === undefined) return errors;
  if (!Array.isArray(redirect_uris)) {
    const says = `Expected a list of items but got type "${pythonType(redirect_uris)}".`;
    return { ...errors, redirect_uris: { non_field_errors: [says] } };
  }
  const wrong = redirect_uris.map(uriErrors);
  return wrong.some((one) => Object.keys(one).length > 0) ? { ...errors, redirect_uris: wrong } : errors;
}

const notAChoice = (value: unknown): string => `"${value}" is not a valid choice.`;

function uriErrors(given: unknown): Record<string, string[]> {
  if (given === null || typeof given !== 'object' || Array.isArray(given))
    return { non_field_errors: [`Invalid data. Expected a dictionary, but got ${pythonType(given)}.`] };
  return fieldErrors(
    given as Json,
    {
      matching_mode: { type: 'text', required: true, choices: ['strict', 'regex'] },
      url: { type: 'text', required: true },
      redirect_uri_type: { type: 'text', choices: ['authorization', 'logout'] },
    },
    false,
  );
}

function read(call: Call, partial: boolean, self?: Client): Json {
  const body = bodyOf(call);
  const fields = fieldsFor(call.state, self);
  const errors = { ...fieldErrors(body, fields, partial), ...listErrors(body) };
  if (Object.keys(errors).length > 0) refuse(400, errors);
  return Object.fromEntries(Object.entries(body).filter(([name]) => name in fields));
}

function save(provider: Client, input: Json): void {
  Object.assign(provider, input);
  const uris = (provider as OAuthProvider).redirect_uris as (Omit<RedirectUri, 'redirect_uri_type'> &
    Partial<RedirectUri>)[];
  (provider as OAuthProvider).redirect_uris = uris.map(
    ({ matching_mode, url, redirect_uri_type = 'authorization' }) => ({
      matching_mode,
      url,
      redirect_uri_type,
    }),
  );
}

const one = (call: Call): OAuthProvider => byPk(call, call.state.oauthProviders, 'OAuth2Provider');

/** Without an application most of them are not there. */
function setupUrls(call: Call): unknown {
  const provider = one(call);
  const application = call.state.applications.find((app) => app.provider === provider.pk);
  const at = (path: string): string => `${originOf(call)}/application/o/${path}`;
  const slug = application?.slug;
  return {
    issuer: slug ? issuerOf(call, provider) : null,
    authorize: at('authorize/'),
    token: at('token/'),
    user_info: at('userinfo/'),
    provider_info: slug ? at(`${slug}/.well-known/openid-configuration`) : null,
    logout: slug ? at(`${slug}/end-session/`) : null,
    ...(slug ? { jwks: at(`${slug}/jwks/`) } : {}),
    ...(call.site.era.baseUrl ? { dcr_registration: null } : {}),
  };
}

/** What an app would be told of somebody, without a login. */
function preview(call: Call): unknown {
  const { state } = call;
  const provider = one(call);
  const asked = call.query.get('for_user');
  const user = asked === null ? call.user : state.users.find((who) => String(who.pk) === asked);
  if (!user) return refuse(400, { for_user: ['User not found'] });
  const claims = claimsOf(state, provider, user, scopesOf(state, provider));
  return { preview: { iss: issuerOf(call, provider), sub: subjectOf(provider, user), ...claims } };
}

export const oauthProviderRoutes: readonly Route[] = [
  ...viewSet<Client, Json>({
    path: '/providers/oauth2/',
    model: 'OAuth2Provider',
    named: one,
    rows: ({ state }) => clientsOf(state),
    show,
    search: (client) => [client.name],
    order: columns('name', 'pk'),
    read,
    make({ state }, input) {
      const provider = { ...defaults(), pk: state.serial.provider++ };
      save(provider, input);
      state.oauthProviders.push(provider);
      return provider;
    },
    save: (_, provider, input) => save(provider, input),
    remove: deleteProvider,
  }),
  route('/providers/oauth2/:pk/setup_urls/', { GET: (call) => json(200, setupUrls(call)) }),
  route('/providers/oauth2/:pk/preview_user/', { GET: (call) => json(200, preview(call)) }),
];
