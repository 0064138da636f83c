import { asksByLdap, isGuarded } from '../config/app-login.ts';
import type { App, Config } from '../config/config.ts';
import { type Era, isOlder } from '../model/release.ts';
import { type Id, idOf, parseId, type Resource } from '../model/resource.ts';
import type { Secret } from '../model/secret.ts';
import { domainApplication } from '../model/sso.ts';

const adminGroup = 'authentik Admins';
const outpostName = 'authentik Embedded Outpost';
/** The provider that covers the whole domain, as the by-hand guide names it. */
const domainProvider = 'Home forward auth';

const flows = {
  explicit: 'default-provider-authorization-explicit-consent',
  implicit: 'default-provider-authorization-implicit-consent',
  invalidation: 'default-provider-invalidation-flow',
  authentication: 'default-authentication-flow',
};

/**
 * Default objects that must be there before anything is made: they come one after the other, seconds after authentik
 * calls itself ready, and a provider made too early silently lacks the scopes that were missing then. `more`: slugs of
 * further flows.
 */
export function defaultObjects({ policies }: Config, era: Era, more: readonly string[]): Resource {
  const since = (line: string) => !isOlder(era.line, line);
  const objects = [
    ...Object.values(flows)
      .filter((slug) => slug !== flows.invalidation || era.hasInvalidationFlow)
      .map((slug) => `flow:${slug}`),
    ...more.map((slug) => `flow:${slug}`),
    ...['openid', 'email', 'profile'].map((scope) => `scope:goauthentik.io/providers/oauth2/scope-${scope}`),
    ...(since('2024.12') ? ['scope:goauthentik.io/providers/oauth2/scope-entitlements'] : []),
    'scope:goauthentik.io/providers/proxy/scope-proxy',
    'outpost:goauthentik.io/outposts/embedded',
    ...(since('2024.2') && policies.recovery ? ['brand:default'] : []),
  ];
  return { kind: 'service', key: 'authentik', spec: { objects } };
}

export const setupClosed: Resource = { kind: 'service', key: 'authentik/setup', spec: { objects: ['setup:closed'] } };

export const ownToken = (inside: Id): Resource => ({
  kind: 'token',
  key: 'homeauth',
  spec: { username: 'homeauth', group: adminGroup, proven: true },
  inside,
});

export const bootstrapGone = (inside: Id): Resource => ({
  kind: 'bootstrap',
  key: 'authentik-bootstrap-token',
  spec: { gone: true },
  inside,
});

/** Every group that homeauth.yaml names, at the top or with an app. */
export const groupNames = ({ groups, apps }: Pick<Config, 'groups' | 'apps'>): readonly string[] => [
  ...new Set([...groups, ...apps.flatMap(({ group }) => group ?? [])]),
];

export function groups(config: Config, inside: Id): Resource[] {
  return groupNames(config).map((key) => ({ kind: 'group', key, spec: {}, inside, precious: true }));
}

export function admin({ admin: { username, name, email } }: Config, inside: Id, firstPassword?: Secret): Resource {
  const spec = { name, email, groups: [adminGroup], ...(firstPassword && { firstPassword }) };
  return { kind: 'user', key: username, spec, inside, precious: true };
}

/** authentik's own emergency account, and the address that bootstrap gives it. */
export const emergencyAccount = 'akadmin';
export const emergencyAddress = ({ domain }: Pick<Config, 'domain'>): string => `${emergencyAccount}@${domain}`;

/** A mailbox at the whole domain would be a way past every password: the account is kept for `rescue` alone. */
export const emergency = (config: Config, inside: Id): Resource => ({
  kind: 'emergency',
  key: emergencyAccount,
  spec: { owner: config.admin.username, address: emergencyAddress(config), enabled: false },
  inside,
});

/** The name that an authenticator app shows beside the user's: it says which house a code is for. */
export const brandTitle = ({ authHost, domain, brandTitle: title }: Config, inside: Id): Resource => ({
  kind: title === undefined ? 'brand-title' : 'brand-look',
  key: authHost,
  spec: { fields: { branding_title: title ?? domain } },
  inside,
});

const guarded = (config: Config): readonly App[] => config.apps.filter((app) => app.mode === 'app' && isGuarded(app));

/** By what authentik judges who gets in. */
export const providerNames = (config: Config): readonly string[] => [
  domainProvider,
  ...guarded(config).map(({ name }) => name),
];

/** What people meet on the way in to an app, and out of it. */
export const flowsOf = ({ authentik }: Config, era: Era) => ({
  authorizationFlow: flows[authentik.consent],
  invalidationFlow: era.hasInvalidationFlow ? flows.invalidation : '',
});

export function providers(config: Config, era: Era, inside: Id): Resource[] {
  const common = flowsOf(config, era);
  const domain: Resource = {
    kind: 'provider',
    key: domainProvider,
    spec: {
      ...common,
      mode: 'forward_domain',
      externalHost: `https://${config.authHost}`,
      cookieDomain: config.domain,
    },
    inside,
  };
  const single = guarded(config).map(
    ({ name, host }): Resource => ({
      kind: 'provider',
      key: name,
      spec: { ...common, mode: 'forward_single', externalHost: `https://${host}`, cookieDomain: '' },
      inside,
    }),
  );
  return [domain, ...single];
}

export function applications(config: Config, inside: Id): Resource[] {
  const home: Resource = {
    kind: 'application',
    key: domainApplication,
    spec: { name: 'Home', provider: domainProvider, hidden: true, launchUrl: '' },
    inside,
    after: [`provider:${domainProvider}`],
  };
  const single = guarded(config).map(
    ({ name, title, host, tile }): Resource => ({
      kind: 'application',
      key: name,
      spec: { name: title, provider: name, hidden: false, launchUrl: `https://${host}/`, ...(tile && { tile }) },
      inside,
      after: [`provider:${name}`],
    }),
  );
  return [home, ...single];
}

/** Who may open an app. */
export function bindings(config: Config, inside: Id): Resource[] {
  // Those of an app that asks by LDAP come with its other parts.
  const apps = config.apps.filter((app) => app.mode === 'app' && !asksByLdap(app));
  return apps.flatMap(({ name, group }): Resource[] =>
    group
      ? [
          {
            kind: 'binding',
            key: `${name}/${group}`,
            spec: { enabled: true },
            inside,
            after: [`application:${name}`, `group:${group}`],
          },
        ]
      : [],
  );
}

export function settings(config: Config, era: Era, inside: Id): Resource[] {
  if (!era.hasBaseUrl) return [];
  return [{ kind: 'settings', key: 'system', spec: { baseUrl: `https://${config.authHost}` }, inside }];
}

/** One change of the outpost, however many apps; none is served before it is known who may open it. */
export function outpost(config: Config, inside: Id, apps: readonly Resource[]): Resource {
  const spec = { authentikHost: `https://${config.authHost}`, providers: providerNames(config) };
  return { kind: 'outpost', key: outpostName, spec, inside, after: apps.map(idOf) };
}

/**
 * It lets go of all providers that homeauth made and nobody wants any more, in one change, before each of them is
 * removed. Not before Caddy has: the provider for the whole domain would let anybody in meanwhile.
 */
export function outpostWithout(config: Config, inside: Id, ours: ReadonlySet<Id>): Resource[] {
  const providers = providerNames(config);
  const made = [...ours].map(parseId).filter(({ kind }) => kind === 'provider');
  const detach = made.map(({ key }) => key).filter((name) => !providers.includes(name));
  if (detach.length === 0) return [];
  const spec = { authentikHost: `https://${config.authHost}`, providers, detach };
  return [{ kind: 'outpost', key: outpostName, spec, inside }];
}
