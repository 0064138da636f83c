import type { Kind } from '../engine/kind.ts';
import { Failure } from '../model/failure.ts';
import { changes, differs } from '../model/reason.ts';
import type { ProviderFound, ProviderSpec } from '../model/sso.ts';
import type { Authentik } from '../world/authentik/api.ts';
import type { Row, Update } from '../world/authentik/schema.ts';
import { lookInto, missing, rowIn } from './authentik.ts';

type Provider = Row<'providers/proxy'>;

/** How long the outpost's cookie lasts: a day. authentik's own default is one hour, with a redirect after each. */
const cookieLife = 'hours=24';

/** Whatever of these exists when a provider is saved is attached to it; without them apps get empty headers. */
const scopes = [
  'goauthentik.io/providers/oauth2/scope-openid',
  'goauthentik.io/providers/oauth2/scope-email',
  'goauthentik.io/providers/oauth2/scope-profile',
  'goauthentik.io/providers/oauth2/scope-entitlements',
  'goauthentik.io/providers/proxy/scope-proxy',
];

/** Forward auth for one host, or for a whole domain. authentik takes two for one host, and then serves either. */
export const providerKind: Kind<ProviderSpec, ProviderFound> = {
  told: { noun: 'provider', place: 'in authentik', item: (key) => key },

  observe: (key, world, want) =>
    lookInto(world, async (authentik) => {
      const [rows, flows, mappings] = await Promise.all([
        authentik.list('providers/proxy'),
        authentik.list('flows/instances'),
        scopeMappings(authentik),
      ]);
      const row = rows.find(({ name }) => name === key) ?? rows.find((one) => want && serves(one, want.externalHost));
      const slugOf = (pk: string | undefined): string => flows.find((flow) => flow.pk === pk)?.slug ?? '';
      return (
        row && {
          mode: row.mode as ProviderSpec['mode'],
          externalHost: row.external_host,
          cookieDomain: row.cookie_domain ?? '',
          authorizationFlow: slugOf(row.authorization_flow),
          invalidationFlow: slugOf(row.invalidation_flow),
          scopesComplete: mappings.every((pk) => row.property_mappings?.includes(pk)),
          ...(row.name !== key && { name: row.name }),
        }
      );
    }),

  differs: (want, have) => {
    if (have.name !== undefined)
      return [differs('name', `a provider "${have.name}" serves ${want.externalHost} already`)];
    return [
      ...changes('mode', have.mode, want.mode),
      ...(sameHost(have.externalHost, want.externalHost)
        ? []
        : changes('external host', have.externalHost, want.externalHost)),
      ...changes('cookie domain', have.cookieDomain, want.cookieDomain),
      ...changes('authorization flow', have.authorizationFlow, want.authorizationFlow),
      ...(want.invalidationFlow === ''
        ? []
        : changes('invalidation flow', have.invalidationFlow, want.invalidationFlow)),
      ...(have.scopesComplete
        ? []
        : [differs('scopes', 'scope mappings are missing, so apps would get empty identity headers')]),
    ];
  },

  async apply(key, want, { authentik }, have) {
    if (want && !have) {
      const body = await bodyOf(want, authentik);
      await authentik.create('providers/proxy', { name: key, access_token_validity: cookieLife, ...body });
      return;
    }
    if (!want) {
      const row = await rowIn(authentik, 'providers/proxy', ({ name }) => name === key);
      if (row) await authentik.remove('providers/proxy', row.pk);
      return;
    }
    const rows = await authentik.list('providers/proxy');
    const row = rows.find(({ name }) => name === key);
    const other = rows.find((one) => one.name !== key && serves(one, want.externalHost));
    if (other) throw hostTaken(key, other.name, want.externalHost);
    if (row) await authentik.update('providers/proxy', row.pk, await changed(row, want, authentik));
  },

  hint: (key) =>
    `See "${key}", or the provider for its host, under Applications > Providers in authentik: if homeauth did not make it, delete it there, or give the app another name in homeauth.yaml.`,
};

const sameHost = (a: string, b: string): boolean =>
  a.toLowerCase().replace(/\/$/, '') === b.toLowerCase().replace(/\/$/, '');

const serves = (row: Provider, host: string): boolean => sameHost(row.external_host, host);

/** The ids of the scope mappings that every provider needs. One that authentik lacks is waited for elsewhere. */
async function scopeMappings(authentik: Authentik): Promise<string[]> {
  const all = await authentik.list('propertymappings/provider/scope');
  return all.filter(({ managed }) => managed && scopes.includes(managed)).map(({ pk }) => pk);
}

async function bodyOf(want: ProviderSpec, authentik: Authentik) {
  const flows = await authentik.list('flows/instances', 'known');
  const flow = (wanted: string): string =>
    flows.find(({ slug }) => slug === wanted)?.pk ?? missing('flow', wanted, 'Flows and Stages > Flows');
  return {
    mode: want.mode,
    external_host: want.externalHost,
    cookie_domain: want.cookieDomain,
    authorization_flow: flow(want.authorizationFlow),
    // The schema asks for one; a release that has no such flow does not know the field.
    ...((want.invalidationFlow !== '' && { invalidation_flow: flow(want.invalidationFlow) }) as {
      invalidation_flow: string;
    }),
  };
}

/** Only what is not as it should be; everything else is its owner's. */
async function changed(row: Provider, want: ProviderSpec, authentik: Authentik): Promise<Update<'providers/proxy'>> {
  const body = await bodyOf(want, authentik);
  const fields = Object.entries(body).filter(([field, value]) => row[field as keyof Provider] !== value);
  const { external_host, ...rest }: Update<'providers/proxy'> = Object.fromEntries(fields);
  const attached = row.property_mappings ?? [];
  const lacking = (await scopeMappings(authentik)).filter((pk) => !attached.includes(pk));
  return {
    ...rest,
    ...(external_host !== undefined && !serves(row, want.externalHost) && { external_host }),
    ...(lacking.length > 0 && { property_mappings: [...attached, ...lacking] }),
  };
}

const hostTaken = (key: string, other: string, host: string): Failure =>
  new Failure({
    code: 'host-has-provider',
    problem: `The provider "${other}" in authentik serves ${host} already; homeauth's own would be "${key}".`,
    why: 'With two providers for one host, authentik uses one or the other, and logins fail.',
    fix: `In authentik, open Applications > Providers, and rename "${other}" to "${key}", or delete it. Then run the command again.`,
  });
