import { randomUUID } from 'node:crypto';
import type { Call } from '../http/call.ts';
import { json, noContent, refuse } from '../http/reply.ts';
import { type Client, clientsOf, providersOf } from '../oauth/clients.ts';
import { isSuperuser, mayEnter } from '../people.ts';
import type { Application, Json, State } from '../state.ts';
import { all, slug, unique, url } from './checks.ts';
import { bodyOf, type Fields, fieldErrors } from './fields.ts';
import { fileUrl } from './files.ts';
import { missing } from './lookup.ts';
import { by, columns, list } from './paging.ts';
import { type Handler, type Route, route } from './router.ts';
import { providerBrief } from './show.ts';

const RESERVED = ['authorize', 'token', 'device', 'userinfo', 'introspect', 'revoke'];

function showApplication(call: Call, application: Application): unknown {
  const { state, site } = call;
  const { pk, name, slug, provider, ...rest } = application;
  const client = clientsOf(state).find((one) => one.pk === provider);
  const hidden = rest.meta_launch_url === 'blank://blank' && !site.era.setupPage;
  return {
    pk,
    ...(site.era.baseUrl ? { pbm_uuid: pk } : {}),
    name,
    slug,
    provider,
    provider_obj: provider === null ? null : providerBrief(state, provider),
    backchannel_providers: rest.backchannel_providers,
    backchannel_providers_obj: [],
    launch_url: hidden ? null : rest.meta_launch_url || launchUrlOf(client),
    open_in_new_tab: rest.open_in_new_tab,
    meta_launch_url: rest.meta_launch_url,
    meta_icon: rest.meta_icon,
    meta_icon_url: rest.meta_icon === '' ? null : fileUrl(rest.meta_icon),
    meta_icon_themed_urls: null,
    meta_description: rest.meta_description,
    meta_publisher: rest.meta_publisher,
    policy_engine_mode: rest.policy_engine_mode,
    group: rest.group,
    ...(site.era.setupPage ? { meta_hide: rest.meta_hide } : {}),
  };
}

/** Of an app that speaks OpenID Connect: scheme and host of where it is sent back to first. */
function launchUrlOf(client: Client | undefined): string | null {
  if (!client) return null;
  if ('external_host' in client) return client.external_host;
  const [first] = client.redirect_uris;
  const [scheme, , host] = first?.url.split('/') ?? [];
  return first ? `${scheme}//${host}` : null;
}

const fieldsFor = (state: State, self?: Application): Fields => {
  const others = state.applications.filter((one) => one !== self);
  return {
    name: { type: 'text', required: true },
    slug: {
      type: 'text',
      required: true,
      check: all(
        slug,
        (value) =>
          RESERVED.includes(value) ? `The slug '${value}' is reserved and cannot be used for applications.` : undefined,
        unique(() => others.map((one) => one.slug), 'Application with this slug already exists.'),
      ),
    },
    provider: { type: 'ref', nullable: true, known: () => providersOf(state).map((one) => one.pk) },
    backchannel_providers: { type: 'any' },
    open_in_new_tab: { type: 'bool' },
    meta_launch_url: { type: 'text', blank: true, check: url('http', 'https', 'blank', 'ssh', 'sftp') },
    meta_icon: { type: 'text', blank: true },
    meta_description: { type: 'text', blank: true },
    meta_publisher: { type: 'text', blank: true },
    policy_engine_mode: { type: 'text', choices: ['any', 'all'] },
    group: { type: 'text', blank: true },
    meta_hide: { type: 'bool' },
  };
};

export function applicationErrors(
  state: State,
  body: Json,
  partial: boolean,
  self?: Application,
): Record<string, string[]> {
  const errors = fieldErrors(body, fieldsFor(state, self), partial);
  const provider = body['provider'];
  const taken = state.applications.some((one) => one !== self && one.provider === provider);
  return typeof provider === 'number' && taken && !errors['provider']
    ? { ...errors, provider: ['Application with this provider already exists.'] }
    : errors;
}

export function saveApplication(state: State, body: Json, self?: Application): Application {
  const known = Object.keys(fieldsFor(state));
  const input = Object.fromEntries(Object.entries(body).filter(([name]) => known.includes(name)));
  const application = self ?? defaults();
  Object.assign(application, input);
  if (!self) state.applications.push(application);
  state.propagation.changed++;
  return application;
}

const defaults = (): Application => ({
  pk: randomUUID(),
  name: '',
  slug: '',
  provider: null,
  backchannel_providers: [],
  open_in_new_tab: false,
  meta_launch_url: '',
  meta_icon: '',
  meta_description: '',
  meta_publisher: '',
  policy_engine_mode: 'any',
  group: '',
  meta_hide: false,
});

const named = (call: Call): Application =>
  call.state.applications.find((one) => one.slug === call.params['slug']) ?? missing('Application');

const change =
  (partial: boolean): Handler =>
  (call) => {
    const application = named(call);
    const body = bodyOf(call);
    const errors = applicationErrors(call.state, body, partial, application);
    if (Object.keys(errors).length > 0) refuse(400, errors);
    return json(200, showApplication(call, saveApplication(call.state, body, application)));
  };

/** Only `superuser_full_list` shows hidden applications; the policy filter takes rows away after counting. */
const listAll: Handler = (call) => {
  const { state, user } = call;
  const full = call.query.get('superuser_full_list') === 'true' && user !== undefined && isSuperuser(state, user);
  return list(call, {
    rows: state.applications.filter((one) => full || !one.meta_hide),
    show: (one) => showApplication(call, one),
    visible: (one) => full || (user !== undefined && mayEnter(state, one, user)),
    search: (one) => [one.name, one.slug, one.meta_description, one.meta_publisher, one.group],
    filters: { ...by('exact', 'name', 'slug', 'group'), ...by('bool', 'meta_hide') },
    order: columns('name', 'slug'),
  });
};

const checkAccess: Handler = (call) => {
  const application = named(call);
  const wanted = call.query.get('for_user');
  const user = wanted === null ? call.user : call.state.users.find((one) => one.pk === Number(wanted));
  if (!user) refuse(400, { for_user: ['Invalid user.'] });
  return json(200, { passing: mayEnter(call.state, application, user), messages: [], log_messages: [] });
};

export const applicationRoutes: readonly Route[] = [
  route('/core/applications/', { GET: listAll, POST: create }, 'anyone'),
  route('/core/applications/:slug/', {
    GET: (call) => json(200, showApplication(call, named(call))),
    PUT: change(false),
    PATCH: change(true),
    DELETE: (call) => {
      const { state } = call;
      const application = named(call);
      state.applications = state.applications.filter((one) => one !== application);
      state.bindings = state.bindings.filter((one) => one.target !== application.pk);
      state.propagation.changed++;
      return noContent();
    },
  }),
  route('/core/applications/:slug/check_access/', { GET: checkAccess }, 'anyone'),
];

function create(call: Call): ReturnType<Handler> {
  const { state, user } = call;
  if (!user || !isSuperuser(state, user)) refuse(403, { detail: 'You do not have permission to perform this action.' });
  const body = bodyOf(call);
  const errors = applicationErrors(state, body, false);
  if (Object.keys(errors).length > 0) refuse(400, errors);
  return json(201, showApplication(call, saveApplication(state, body)));
}
