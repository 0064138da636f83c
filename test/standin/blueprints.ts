import { randomUUID } from 'node:crypto';
import { makeDefaultFlow } from './default-flow.ts';
import { MAPPINGS, PROVIDER_INVALIDATION } from './defaults.ts';
import { hex } from './secrets.ts';
import { makeAdmin } from './seed.ts';
import type { Brand, State } from './state.ts';

/** Which flow a blueprint makes, where the file's name does not say it. */
const RENAMED: Record<string, string> = {
  'default/flow-oobe.yaml': 'initial-setup',
  'default/flow-password-change.yaml': 'default-password-change',
  [PROVIDER_INVALIDATION]: 'default-provider-invalidation-flow',
};

/** Applies one bundled blueprint: makes what is missing and leaves what is there. */
export function applyBlueprint(state: State, pk: string): void {
  const instance = state.blueprints.find((one) => one.pk === pk);
  if (!instance) return;
  const { path } = instance;
  const slug = RENAMED[path] ?? /^default\/flow-(.+)\.yaml$/.exec(path)?.[1];
  if (slug) makeDefaultFlow(state, slug);
  if (path === 'system/providers-oauth2.yaml') makeMappings(state, 'goauthentik.io/providers/oauth2/');
  if (path === 'system/providers-proxy.yaml') makeMappings(state, 'goauthentik.io/providers/proxy/');
  if (path === 'default/default-brand.yaml') makeBrand(state);
  if (path === 'system/bootstrap.yaml') makeAdmin(state);
  instance.status = 'successful';
  instance.last_applied = new Date().toISOString();
  instance.last_applied_hash = hex('sha512', path);
}

function makeMappings(state: State, prefix: string): void {
  for (const [managed, name, scope_name, description, expression] of MAPPINGS) {
    if (!managed.startsWith(prefix) || state.mappings.some((one) => one.managed === managed)) continue;
    state.mappings.push({ pk: randomUUID(), managed, name, scope_name, description, expression });
  }
}

/** The brand's blueprint pulls the three flows it names in first, as the real one does through its dependencies. */
function makeBrand(state: State): void {
  for (const slug of ['default-authentication-flow', 'default-invalidation-flow', 'default-user-settings-flow']) {
    makeDefaultFlow(state, slug);
  }
  if (state.brands.length > 0) return;
  const flow = (slug: string): string | null => state.flows.find((one) => one.slug === slug)?.pk ?? null;
  const brand: Brand = {
    brand_uuid: randomUUID(),
    domain: 'authentik-default',
    default: true,
    branding_title: 'authentik',
    branding_logo: '/static/dist/assets/icons/icon_left_brand.svg',
    branding_favicon: '/static/dist/assets/icons/icon.png',
    branding_custom_css: '',
    branding_default_flow_background: '/static/dist/assets/images/flow_background.jpg',
    flow_authentication: flow('default-authentication-flow'),
    flow_invalidation: flow('default-invalidation-flow'),
    flow_recovery: null,
    flow_unenrollment: null,
    flow_user_settings: flow('default-user-settings-flow'),
    flow_device_code: null,
    flow_lockdown: null,
    default_application: null,
    web_certificate: null,
    client_certificates: [],
    attributes: {},
  };
  state.brands.push(brand);
}
