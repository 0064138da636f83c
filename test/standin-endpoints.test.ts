import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { findRoute } from './standin/api/router.ts';
import { ROUTES } from './standin/api/routes.ts';
import { Browser } from './standin/browser.ts';
import { driveFlows } from './standin/drive-flows.ts';
import { type ReadyStack, startReady } from './standin/ready.ts';

type Found = { pk: string; [name: string]: unknown };

/** Goes through the whole life of everything the API offers. */
async function drive({ api }: ReadyStack): Promise<void> {
  const get = async (path: string): Promise<Found> => (await api('GET', path)).body as Found;
  const send = async (method: string, path: string, body?: unknown): Promise<Found> => {
    const { status, body: answer } = await api(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path} ${status} ${JSON.stringify(answer)}`);
    return answer as Found;
  };
  const first = async (path: string): Promise<Found> => ((await get(path))['results'] as Found[])[0] as Found;

  for (const path of ['/root/config/', '/admin/version/', '/admin/system/', '/admin/settings/']) await get(path);
  await send('POST', '/admin/system/');
  const settings = await send('PATCH', '/admin/settings/', { avatars: 'none' });
  const flags = {
    core_default_app_access: true,
    enterprise_audit_include_expanded_diff: false,
    flows_continuous_login: false,
    flows_refresh_others: false,
  };
  await send('PUT', '/admin/settings/', { ...settings, flags });
  for (const path of ['/tasks/workers/', '/tasks/tasks/status/', '/core/users/me/', '/core/brands/current/']) {
    await get(path);
  }

  const group = await send('POST', '/core/groups/', { name: 'family' });
  await send('PUT', `/core/groups/${group.pk}/`, { name: 'family' });
  await send('PATCH', `/core/groups/${group.pk}/`, { attributes: { a: 1 } });
  const user = await send('POST', '/core/users/', { username: 'bob', name: 'Bob', email: 'bob@example.com' });
  await send('PUT', `/core/users/${user.pk}/`, { username: 'bob', name: 'Bob B.' });
  await send('PATCH', `/core/users/${user.pk}/`, { is_active: true });
  await send('POST', `/core/users/${user.pk}/set_password/`, { password: 'BobThrowaway1!' });
  await send('POST', `/core/groups/${group.pk}/add_user/`, { pk: user.pk });
  await send('POST', `/core/groups/${group.pk}/remove_user/`, { pk: user.pk });
  await get(`/core/groups/?name=family`);
  await get(`/core/groups/${group.pk}/`);
  await get('/core/users/?username=bob&page_size=5&page=1&ordering=username');
  await get(`/core/users/${user.pk}/`);
  await api('POST', `/core/users/${user.pk}/recovery/`, {});
  await send('POST', '/core/users/service_account/', { name: 'svc', create_group: true, expiring: false });
  const token = { identifier: 'cli', intent: 'api', user: user.pk, expiring: false };
  await send('POST', '/core/tokens/', token);
  await get('/core/tokens/?identifier=cli');
  await get('/core/tokens/cli/');
  await send('PUT', '/core/tokens/cli/', token);
  await send('PATCH', '/core/tokens/cli/', { description: 'x' });
  await get('/core/tokens/cli/view_key/');
  await send('POST', '/core/tokens/cli/set_key/', { key: 'chosen' });

  const flow = await get('/flows/instances/default-provider-authorization-implicit-consent/');
  const out = await first('/flows/instances/?slug=default-provider-invalidation-flow');
  const mapping = await first('/propertymappings/provider/scope/?managed=goauthentik.io/providers/proxy/scope-proxy');
  await get(`/propertymappings/provider/scope/${mapping.pk}/`);
  await get('/crypto/certificatekeypairs/?has_key=true');
  const blueprint = await first('/managed/blueprints/?page_size=100');
  await get(`/managed/blueprints/${blueprint.pk}/`);
  await send('POST', `/managed/blueprints/${blueprint.pk}/apply/`);
  const brand = await first('/core/brands/?default=true');
  const brandPath = `/core/brands/${brand['brand_uuid']}/`;
  await get(brandPath);
  await send('PATCH', brandPath, { branding_title: 'Home' });
  await send('PUT', brandPath, { domain: 'authentik-default', default: true });

  const form = new FormData();
  form.set('name', 'ours/icon.png');
  form.set('file', new Blob([Uint8Array.from([0x89, 0x50])]), 'icon.png');
  await send('POST', '/admin/file/', form);
  if ((await api('POST', '/admin/file/', form)).status !== 400) throw new Error('a name is taken once');
  await get('/admin/file/?manageable_only=true&search=ours/');
  await send('DELETE', '/admin/file/?name=ours%2Ficon.png');

  const wanted = {
    name: 'app',
    authorization_flow: flow.pk,
    invalidation_flow: out.pk,
    mode: 'forward_single',
    external_host: 'https://app.home.example.com',
  };
  const provider = await send('POST', '/providers/proxy/', wanted);
  await get('/providers/proxy/?name__iexact=APP');
  await get(`/providers/proxy/${provider.pk}/`);
  await send('PUT', `/providers/proxy/${provider.pk}/`, wanted);
  await send('PATCH', `/providers/proxy/${provider.pk}/`, { skip_path_regex: '^/health$' });
  const application = await send('POST', '/core/applications/', { name: 'App', slug: 'app', provider: provider.pk });
  await get('/core/applications/?superuser_full_list=true');
  await get('/core/applications/app/');
  await send('PUT', '/core/applications/app/', { name: 'App', slug: 'app', provider: provider.pk });
  await send('PATCH', '/core/applications/app/', { group: 'Apps' });
  await get(`/core/applications/app/check_access/?for_user=${user.pk}`);
  const outpost = await first('/outposts/instances/?managed__iexact=goauthentik.io/outposts/embedded');
  await get(`/outposts/instances/${outpost.pk}/`);
  await send('PATCH', `/outposts/instances/${outpost.pk}/`, { providers: [provider.pk] });
  const own = { name: 'own', expression: 'return {}', scope_name: 'own' };
  const made = await send('POST', '/propertymappings/provider/scope/', own);
  await send('PUT', `/propertymappings/provider/scope/${made.pk}/`, own);
  await send('PATCH', `/propertymappings/provider/scope/${made.pk}/`, { description: 'Own' });
  const callback = { matching_mode: 'strict', url: 'https://photos.home.example.com/callback' };
  const photos = {
    name: 'photos',
    authorization_flow: flow.pk,
    invalidation_flow: out.pk,
    grant_types: ['authorization_code'],
    redirect_uris: [callback],
  };
  const speaks = await send('POST', '/providers/oauth2/', photos);
  await send('POST', '/core/applications/', { name: 'Photos', slug: 'photos', provider: speaks.pk });
  await get('/providers/oauth2/');
  await get(`/providers/oauth2/${speaks.pk}/`);
  await send('PUT', `/providers/oauth2/${speaks.pk}/`, photos);
  await send('PATCH', `/providers/oauth2/${speaks.pk}/`, { access_token_validity: 'minutes=10' });
  await get(`/providers/oauth2/${speaks.pk}/setup_urls/`);
  await get(`/providers/oauth2/${speaks.pk}/preview_user/?for_user=${user.pk}`);
  const directory = { name: 'directory', authorization_flow: flow.pk, invalidation_flow: out.pk };
  const ldap = await send('POST', '/providers/ldap/', directory);
  await send('POST', '/core/applications/', { name: 'Directory', slug: 'directory', provider: ldap.pk });
  await get('/providers/ldap/');
  await get(`/providers/ldap/${ldap.pk}/`);
  await send('PUT', `/providers/ldap/${ldap.pk}/`, directory);
  await send('PATCH', `/providers/ldap/${ldap.pk}/`, { mfa_support: false });
  await get('/outposts/ldap/');
  await get(`/outposts/ldap/${ldap.pk}/check_access/?app_slug=directory`);
  await send('POST', '/outposts/instances/', { name: 'directory', type: 'ldap', providers: [ldap.pk], config: {} });
  const role = await send('POST', '/rbac/roles/', { name: 'searches' });
  await get('/rbac/roles/?name=searches');
  await get(`/rbac/roles/${role.pk}/`);
  await send('POST', `/rbac/permissions/assigned_by_roles/${role.pk}/assign/`, {
    permissions: ['authentik_providers_ldap.search_full_directory'],
    model: 'authentik_providers_ldap.ldapprovider',
    object_pk: String(ldap.pk),
  });
  await get(`/rbac/permissions/assigned_by_roles/?model=authentik_providers_ldap.ldapprovider&object_pk=${ldap.pk}`);
  await send('POST', `/rbac/roles/${role.pk}/add_user/`, { pk: user.pk });
  await send('POST', `/rbac/roles/${role.pk}/remove_user/`, { pk: user.pk });
  await send('DELETE', `/rbac/roles/${role.pk}/`);
  await send('DELETE', '/core/applications/directory/');
  await send('DELETE', `/providers/ldap/${ldap.pk}/`);
  await send('DELETE', '/core/applications/photos/');
  await send('DELETE', `/providers/oauth2/${speaks.pk}/`);
  await send('DELETE', `/propertymappings/provider/scope/${made.pk}/`);
  const { name, type, config } = outpost;
  await send('PUT', `/outposts/instances/${outpost.pk}/`, { name, type, config, providers: [provider.pk] });
  await get(`/outposts/instances/${outpost.pk}/health/`);
  await get(`/providers/proxy/${provider.pk}/used_by/`);
  await get('/providers/all/?application__isnull=false');
  await get(`/providers/all/${provider.pk}/`);
  const bound = { target: application.pk, group: group.pk, order: 0 };
  const binding = await send('POST', '/policies/bindings/', bound);
  await get(`/policies/bindings/?target=${application.pk}`);
  await get(`/policies/bindings/${binding.pk}/`);
  await send('PUT', `/policies/bindings/${binding.pk}/`, bound);
  await send('PATCH', `/policies/bindings/${binding.pk}/`, bound);
  await send('PUT', '/core/transactional/applications/', {
    app: { name: 'Two', slug: 'two' },
    provider_model: 'authentik_providers_proxy.proxyprovider',
    provider: { ...wanted, name: 'two', external_host: 'https://two.home.example.com' },
    policy_bindings: [{ group: group.pk, order: 0 }],
  });
  const two = await first('/providers/proxy/?name__iexact=two');
  await send('DELETE', `/providers/all/${two.pk}/`);
  await send('DELETE', `/policies/bindings/${binding.pk}/`);
  await send('DELETE', '/core/applications/app/');
  await send('DELETE', `/providers/proxy/${provider.pk}/`);
  await send('DELETE', '/core/tokens/cli/');
  await send('DELETE', `/core/users/${user.pk}/`);
  await send('DELETE', `/core/groups/${group.pk}/`);
  await send('DELETE', '/flows/instances/default-source-enrollment/');
  await send('DELETE', `/managed/blueprints/${blueprint.pk}/`);
}

/** What `drive` cannot bring to an end with 2xx. */
const REFUSED = [
  'POST /authenticators/admin/totp/',
  'POST /authenticators/admin/static/',
  'DELETE /outposts/instances/:pk/',
];

test.each(['2026.8.6', '2026.5.6'])(
  'keeps to the official schema of its release: %s',
  async (version) => {
    const stack = await startReady({ version, checkSchema: true });
    await drive(stack);
    await driveFlows(stack);
    const page = '/if/flow/default-authentication-flow/?next=%2F';
    await new Browser(stack.server.url).flow('auth.home.example.com', page, {
      'ak-stage-identification': { uid_field: 'akadmin' },
      'ak-stage-password': { password: 'AdminThrowaway1!' },
    });
    const sessions = (await stack.api('GET', '/core/authenticated_sessions/?user__username=akadmin')).body as {
      results: { uuid: string }[];
    };
    const session = `/core/authenticated_sessions/${sessions.results[0]?.uuid}/`;
    expect([(await stack.api('GET', session)).status, (await stack.api('DELETE', session)).status]).toEqual([200, 204]);
    await sleep(0);
    expect(stack.server.violations).toEqual([]);

    const done = new Set(
      stack.server.requests
        .filter((one) => one.status < 300 && one.path.startsWith('/api/v3/'))
        .map((one) => `${one.method} ${findRoute(ROUTES, one.path.split('?')[0] ?? '')?.route.pattern}`),
    );
    const offered = ROUTES.flatMap((one) => Object.keys(one.methods).map((method) => `${method} ${one.pattern}`));
    expect(offered.filter((one) => !done.has(one))).toEqual(REFUSED);
    await stack.close();
  },
  90_000,
);

test('collects a request that authentik would misunderstand in silence', async () => {
  const stack = await startReady({ checkSchema: true });
  await stack.api('GET', '/core/users/?user=alice');
  await stack.api('POST', '/core/users/', { username: 'x', name: 'x', password: 'ignored' });
  expect(stack.server.violations).toEqual([
    expect.stringContaining('the filter "user" does not exist'),
    expect.stringContaining('"additionalProperty":"password"'),
  ]);
  await stack.close();
});
