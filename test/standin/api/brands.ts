import { json } from '../http/reply.ts';
import type { Brand, State } from '../state.ts';
import { bodyOf, type Fields, readFields } from './fields.ts';
import { fileUrl } from './files.ts';
import { byPk } from './lookup.ts';
import { by, columns, list } from './paging.ts';
import { type Handler, type Route, route } from './router.ts';

const FLOWS = [
  'flow_authentication',
  'flow_invalidation',
  'flow_recovery',
  'flow_unenrollment',
  'flow_user_settings',
  'flow_device_code',
  'flow_lockdown',
];

const fieldsFor = (state: State): Fields => ({
  domain: { type: 'text', required: true },
  default: { type: 'bool' },
  branding_title: { type: 'text' },
  branding_logo: { type: 'text' },
  branding_favicon: { type: 'text' },
  branding_custom_css: { type: 'text', blank: true },
  ...Object.fromEntries(
    FLOWS.map(
      (name) => [name, { type: 'ref', nullable: true, known: () => state.flows.map((one) => one.pk) }] as const,
    ),
  ),
  default_application: { type: 'ref', nullable: true, known: () => state.applications.map((one) => one.pk) },
  attributes: { type: 'object' },
});

const withPk = (state: State): (Brand & { pk: string })[] =>
  state.brands.map((brand) => ({ ...brand, pk: brand.brand_uuid }));

function change(partial: boolean): Handler {
  return (call) => {
    const { pk } = byPk(call, withPk(call.state), 'Brand');
    const brand = call.state.brands.find((one) => one.brand_uuid === pk);
    Object.assign(brand ?? {}, readFields<Brand>(bodyOf(call), fieldsFor(call.state), partial));
    return json(200, brand);
  };
}

/** What the login page needs to know; without a brand the built-in fallback. */
const current: Handler = ({ state, site }) => {
  const brand = state.brands[0];
  const slug = (pk: string | null | undefined): string | undefined => state.flows.find((one) => one.pk === pk)?.slug;
  const flows = brand
    ? {
        flow_authentication: slug(brand.flow_authentication),
        flow_invalidation: slug(brand.flow_invalidation),
        flow_recovery: slug(brand.flow_recovery),
        flow_user_settings: slug(brand.flow_user_settings),
      }
    : {};
  return json(200, {
    matched_domain: brand?.domain ?? 'fallback',
    branding_title: brand?.['branding_title'] ?? 'authentik',
    branding_logo: fileUrl(String(brand?.['branding_logo'] ?? '/static/dist/assets/icons/icon_left_brand.svg')),
    branding_logo_themed_urls: null,
    branding_favicon: fileUrl(String(brand?.['branding_favicon'] ?? '/static/dist/assets/icons/icon.png')),
    branding_favicon_themed_urls: null,
    branding_custom_css: '',
    ...(site.era.baseUrl ? { branding_map_tiles: '' } : {}),
    ui_footer_links: [],
    ui_theme: 'automatic',
    ...flows,
    default_locale: '',
    flags: { flows_continuous_login: false, flows_refresh_others: false },
  });
};

export const brandRoutes: readonly Route[] = [
  route(
    '/core/brands/',
    {
      GET: (call) =>
        list(call, {
          rows: call.state.brands,
          show: (one) => one,
          search: (one) => [one.domain],
          filters: {
            ...by('uuid', 'brand_uuid'),
            ...by('exact', 'domain'),
            ...by('bool', 'default'),
          },
          order: columns('domain'),
        }),
    },
    'admin',
    ['POST'],
  ),
  route('/core/brands/current/', { GET: current }, 'public'),
  route(
    '/core/brands/:pk/',
    {
      GET: (call) => {
        const { pk: _pk, ...brand } = byPk(call, withPk(call.state), 'Brand');
        return json(200, brand);
      },
      PUT: change(false),
      PATCH: change(true),
    },
    'admin',
    ['DELETE'],
  ),
];
