import { PROVIDER_INVALIDATION } from '../defaults.ts';
import type { Call } from '../http/call.ts';
import { json, refuse } from '../http/reply.ts';
import { type AnyProvider, providersOf } from '../oauth/clients.ts';
import { randomText } from '../secrets.ts';
import type { Json, ProxyProvider, RedirectUri, State } from '../state.ts';
import { duration, url } from './checks.ts';
import { bodyOf, type Fields, fieldErrors, uniqueText } from './fields.ts';
import { byPk } from './lookup.ts';
import { columns } from './paging.ts';
import { type Route, route } from './router.ts';
import { providerBrief } from './show.ts';
import { viewSet } from './view-set.ts';

const MODES = ['proxy', 'forward_single', 'forward_domain'];
/** The managed mappings of a proxy provider, in the order in which it shows them. */
const SCOPES = [
  'goauthentik.io/providers/oauth2/scope-entitlements',
  'goauthentik.io/providers/oauth2/scope-openid',
  'goauthentik.io/providers/oauth2/scope-email',
  'goauthentik.io/providers/oauth2/scope-profile',
  'goauthentik.io/providers/proxy/scope-proxy',
];

const callback = (host: string): RedirectUri => ({
  matching_mode: 'strict',
  url: `${host}?X-authentik-auth-callback=true`,
  redirect_uri_type: 'authorization',
});

/** What a proxy provider is registered with by itself. */
export function proxyUris({ external_host }: ProxyProvider): RedirectUri[] {
  const root = external_host.replace(/\/$/, '');
  return [callback(`${root}/outpost.goauthentik.io/callback`), callback(root)];
}

function showProvider(state: State, provider: ProxyProvider): unknown {
  const { client_secret: _secret, ...fields } = provider;
  return {
    ...(providerBrief(state, provider.pk) as Json),
    ...fields,
    redirect_uris: proxyUris(provider),
    outpost_set: state.outposts
      .filter((one) => one.providers.includes(provider.pk))
      .map((one) => `Outpost ${one.name}`),
  };
}

/** What providers of all sorts have. */
export function providerFields(state: State, self?: AnyProvider): Fields {
  const flows = (): string[] => state.flows.map((one) => one.pk);
  const others = providersOf(state).filter((one) => one !== self);
  return {
    name: uniqueText('name', others, 'provider with this name already exists.'),
    authentication_flow: { type: 'ref', nullable: true, known: flows },
    authorization_flow: { type: 'ref', required: true, known: flows },
    // Before 2024.10 there is no such flow, and the field is ignored.
    ...(state.blueprints.some(({ path }) => path === PROVIDER_INVALIDATION) && {
      invalidation_flow: { type: 'ref', required: true, known: flows },
    }),
    property_mappings: { type: 'refs', known: () => state.mappings.map((one) => one.pk) },
  };
}

function fieldsFor(state: State, self?: ProxyProvider): Fields {
  return {
    ...providerFields(state, self),
    internal_host: { type: 'text', blank: true, check: url('http', 'https') },
    external_host: { type: 'text', required: true, check: url('http', 'https') },
    internal_host_ssl_validation: { type: 'bool' },
    certificate: { type: 'ref', nullable: true, known: () => state.keypairs.map((one) => one.pk) },
    skip_path_regex: { type: 'text', blank: true },
    basic_auth_enabled: { type: 'bool' },
    basic_auth_password_attribute: { type: 'text', blank: true },
    basic_auth_user_attribute: { type: 'text', blank: true },
    mode: { type: 'text', choices: MODES },
    intercept_header_auth: { type: 'bool' },
    cookie_domain: { type: 'text', blank: true },
    jwt_federation_sources: { type: 'any' },
    jwt_federation_providers: { type: 'any' },
    access_token_validity: { type: 'text', check: duration },
    refresh_token_validity: { type: 'text', check: duration },
  };
}

const defaults = (): ProxyProvider => ({
  pk: 0,
  name: '',
  authentication_flow: null,
  authorization_flow: '',
  invalidation_flow: '',
  property_mappings: [],
  client_id: randomText(40),
  client_secret: randomText(128),
  internal_host: '',
  external_host: '',
  internal_host_ssl_validation: true,
  certificate: null,
  skip_path_regex: '',
  basic_auth_enabled: false,
  basic_auth_password_attribute: '',
  basic_auth_user_attribute: '',
  mode: 'proxy',
  intercept_header_auth: true,
  cookie_domain: '',
  jwt_federation_sources: [],
  jwt_federation_providers: [],
  access_token_validity: 'hours=1',
  refresh_token_validity: 'days=30',
});

/** What is wrong with a new provider, field by field. */
export function providerErrors(state: State, body: Json, self?: ProxyProvider): Record<string, string[]> {
  const errors = fieldErrors(body, fieldsFor(state, self), self !== undefined);
  if (Object.keys(errors).length > 0) return errors;
  const whole = { ...(self ?? defaults()), ...body } as ProxyProvider;
  if (whole.mode === 'proxy' && !whole.internal_host)
    return { internal_host: ['Internal host cannot be empty when forward auth is disabled.'] };
  if (whole.basic_auth_enabled && !(whole.basic_auth_user_attribute && whole.basic_auth_password_attribute))
    return { basic_auth_enabled: ['User and password attributes must be set when basic auth is enabled.'] };
  return {};
}

/** The default scopes are attached only if their mappings exist at this moment; every later save tries again. */
export function saveProvider(state: State, body: Json, self?: ProxyProvider): ProxyProvider {
  const known = Object.keys(fieldsFor(state));
  const input = Object.fromEntries(Object.entries(body).filter(([name]) => known.includes(name)));
  const provider = self ?? { ...defaults(), pk: state.serial.provider++ };
  Object.assign(provider, input);
  const scopes = SCOPES.map((managed) => state.mappings.find((one) => one.managed === managed)?.pk);
  provider.property_mappings = [
    ...new Set([...provider.property_mappings, ...scopes.filter((pk) => pk !== undefined)]),
  ];
  if (!self) state.providers.push(provider);
  state.propagation.changed++;
  return provider;
}

/** Deleting a provider leaves its application, without a provider. */
export function deleteProvider({ state }: { state: State }, { pk }: { pk: number }): void {
  state.providers = state.providers.filter((one) => one.pk !== pk);
  state.oauthProviders = state.oauthProviders.filter((one) => one.pk !== pk);
  state.ldapProviders = state.ldapProviders.filter((one) => one.pk !== pk);
  for (const application of state.applications) if (application.provider === pk) application.provider = null;
  for (const outpost of state.outposts) outpost.providers = outpost.providers.filter((one) => one !== pk);
  state.propagation.changed++;
}

function read(call: Call, partial: boolean, self?: ProxyProvider): Json {
  const body = bodyOf(call);
  const required = self && !partial ? fieldErrors(body, fieldsFor(call.state, self), false) : {};
  const errors = { ...required, ...providerErrors(call.state, body, self) };
  if (Object.keys(errors).length > 0) refuse(400, errors);
  return body;
}

function usedBy(call: Call): unknown[] {
  const { state } = call;
  const provider = byPk(call, state.providers, 'ProxyProvider');
  const line = (app: string, model_name: string, pk: string, name: string) => ({
    app,
    model_name,
    pk,
    name,
    action: 'cascade_many',
  });
  const mappings = provider.property_mappings.map((pk) => state.mappings.find((one) => one.pk === pk));
  return [
    ...state.outposts
      .filter((one) => one.providers.includes(provider.pk))
      .map((one) => line('authentik_outposts', 'outpost', one.pk, `Outpost ${one.name}`)),
    ...mappings.map((one) =>
      line('authentik_core', 'propertymapping', one?.pk ?? '', `Property Mapping ${one?.name ?? ''}`),
    ),
  ];
}

const IEXACT = ['name', 'external_host', 'internal_host', 'mode', 'cookie_domain'] as const;

export const providerRoutes: readonly Route[] = [
  ...viewSet<ProxyProvider, Json>({
    path: '/providers/proxy/',
    model: 'ProxyProvider',
    rows: ({ state }) => state.providers,
    show: ({ state }, one) => showProvider(state, one),
    search: (one) => [one.name],
    filters: Object.fromEntries(IEXACT.map((name) => [`${name}__iexact`, { kind: 'iexact', of: (one) => one[name] }])),
    order: columns('name', 'pk'),
    read,
    make: ({ state }, body) => saveProvider(state, body),
    save: ({ state }, one, body) => saveProvider(state, body, one),
    remove: deleteProvider,
  }),
  route('/providers/proxy/:pk/used_by/', { GET: (call) => json(200, usedBy(call)) }),
  ...viewSet<AnyProvider>({
    path: '/providers/all/',
    model: 'Provider',
    rows: ({ state }) => providersOf(state),
    show: ({ state }, one) => providerBrief(state, one.pk),
    search: (one) => [one.name],
    filters: {
      application__isnull: {
        kind: 'bool',
        of: (one, { applications }) => !applications.some((app) => app.provider === one.pk),
      },
    },
    order: columns('name', 'pk'),
    remove: deleteProvider,
  }),
];
