import type { App, Config } from '../config/config.ts';
import { baseDn, ldapAccount, ldapApps, ldapContainer, ldapPorts, ldapProvider } from '../config/ldap.ts';
import { encodeEnv } from '../formats/env.ts';
import { revisionOf } from '../formats/revision.ts';
import type { ContainerDefinition } from '../model/container.ts';
import { backendNetwork, innerName, ldapNetwork } from '../model/networks.ts';
import type { Era } from '../model/release.ts';
import type { FileSpec, Id, Owner, Resource } from '../model/resource.ts';
import { Secret } from '../model/secret.ts';
import { composeText } from './compose-file.ts';
import { logLimit, pinOf } from './containers.ts';
import type { Facts } from './facts.ts';
import { flowStages } from './flow.ts';
import { guessesAt } from './guesses.ts';
import { type Layout, secretNames } from './layout.ts';

import { flowsOf } from './sso.ts';

const root: Owner = { uid: 0, gid: 0 };

/** Where the password of that account is kept, and what the server is told. */
export const ldapSecret = ({ home }: Layout, { name }: Pick<App, 'name'>): string => `${home}/ldap/${name}.env`;
export const ldapEnv = ({ root: base }: Layout, { name }: Pick<App, 'name'>): string => `${base}/ldap/${name}.env`;
const folder = ({ root: base }: Layout): string => `${base}/ldap`;

/** The passwords that apps search with, on disk before authentik hears of them. */
export function ldapSecrets(config: Config, layout: Layout, inside: Id): Resource[] {
  const apps = ldapApps(config);
  if (apps.length === 0) return [];
  const home = `${layout.home}/ldap`;
  return [
    { kind: 'directory', key: home, spec: { mode: 0o700, owner: root }, inside },
    ...apps.map(
      (app): Resource => ({
        kind: 'secrets',
        key: ldapSecret(layout, app),
        spec: { names: secretNames.ldap },
        inside,
        after: [`directory:${home}`],
      }),
    ),
  ];
}

export const ldapNetworks = (config: Config): Resource[] =>
  ldapApps(config).map(({ name }) => ({
    kind: 'network',
    key: ldapNetwork(name).name,
    spec: { project: 'homeauth', network: `ldap_${name}`, internal: true },
  }));

const bindFlow = 'homeauth-ldap-bind';

/** authentik sets this where a request carries the token of an outpost beside the address of whom it asks for. */
const outpostAlone = `return getattr(request.http_request, 'outpost_user', None) is not None`;

/**
 * What a bind walks: name and password, and nothing that wants a browser. A second factor could only be typed behind the
 * password, and who has another sort, or none yet, would never get in. authentik serves flows to browsers, too, where
 * this would be a login around the second factor: so only an outpost may begin it, and only one gets a session at its end.
 */
export function ldapFlow(config: Config, inside: Id): Resource[][] {
  if (ldapApps(config).length === 0) return [];
  const plan = {
    slug: bindFlow,
    fields: { name: 'homeauth: LDAP', title: 'LDAP', designation: 'authentication', authentication: 'require_outpost' },
    prompts: {},
    policies: { 'outpost-alone': outpostAlone },
    steps: [
      {
        order: 10,
        sort: 'identification',
        name: 'identification',
        fields: { user_fields: ['username'], case_insensitive_matching: true },
      },
      {
        order: 20,
        sort: 'password',
        name: 'password',
        fields: { backends: ['authentik.core.auth.InbuiltBackend', 'authentik.core.auth.TokenBackend'] },
        // Asked in its turn: those of the brake on guessing.
        policies: [],
      },
      {
        order: 30,
        sort: 'user_login',
        name: 'login',
        fields: { session_duration: 'minutes=5' },
        policies: ['outpost-alone'],
      },
    ],
  } as const;
  return [...flowStages(plan, inside), [guessesAt(`${bindFlow}/20/${bindFlow}-password`, inside)]];
}

/** What each app has in authentik, after the flow: provider, application, account, and the outpost that serves it. */
export function ldapObjects(config: Config, era: Era, facts: Facts, inside: Id): Resource[][] {
  const apps = ldapApps(config);
  const each = (of: (app: App) => readonly Resource[]): Resource[] => apps.flatMap(of);
  return [
    each((app) => [
      {
        kind: 'ldap-provider',
        key: ldapProvider(app),
        spec: {
          fields: {
            authorization_flow: bindFlow,
            invalidation_flow: flowsOf(config, era).invalidationFlow,
            base_dn: baseDn(config),
            // A password that was changed counts at once, and people are not asked for one by one.
            bind_mode: 'direct',
            search_mode: 'cached',
            // Otherwise what stands behind a semicolon in a password is taken for a code.
            mfa_support: false,
          },
        },
        inside,
      },
      {
        kind: 'service-account',
        key: ldapAccount(app),
        spec: { fields: { name: `${app.title} searches by LDAP`, type: 'service_account', path: 'users' } },
        inside,
      },
    ]),
    each((app) => [
      {
        kind: 'application',
        key: app.name,
        spec: {
          ...{ name: app.title, provider: ldapProvider(app), hidden: false, launchUrl: `https://${app.host}/` },
          speaks: 'ldap',
          ...(app.tile && { tile: app.tile }),
        },
        inside,
      },
      {
        kind: 'app-password',
        key: ldapAccount(app),
        spec: {
          username: ldapAccount(app),
          ...(facts.ldap?.[app.name]?.bindPassword && { password: facts.ldap[app.name]!.bindPassword! }),
        },
        inside,
      },
      { kind: 'directory-search', key: ldapProvider(app), spec: { username: ldapAccount(app) }, inside },
    ]),
    // Whoever is bound to an application keeps out all others, so the account needs that only where a group is.
    each((app) =>
      app.group
        ? [
            { kind: 'binding', key: `${app.name}/${app.group}`, spec: { enabled: true }, inside },
            { kind: 'user-binding', key: `${app.name}/${ldapAccount(app)}`, spec: { enabled: true }, inside },
          ]
        : [],
    ),
    each((app) => [
      {
        kind: 'ldap-outpost',
        key: ldapProvider(app),
        spec: { authentikHost: `http://${innerName('authentik')}:9000`, provider: ldapProvider(app) },
        inside,
      },
    ]),
  ];
}

/** Addresses of apps in their networks: one that guesses is not all people who use it. */
export const ldapSubnets = ({ ldap = {} }: Facts): readonly string[] =>
  Object.values(ldap).flatMap((one) => one.subnets);

export const ldapImage = ({ authentik }: Pick<Config, 'authentik'>): string =>
  `ghcr.io/goauthentik/ldap:${authentik.version}`;

export function ldapImages(config: Config, facts: Facts): Resource[] {
  if (ldapApps(config).length === 0) return [];
  const reference = ldapImage(config);
  return [{ kind: 'image', key: reference, spec: { reference, ...pinOf(reference, facts) } }];
}

/** Their containers, once each outpost has a token: files first, then what runs. */
export function ldapServers(
  config: Config,
  layout: Layout,
  facts: Facts,
): { files: Resource[]; containers: Resource[] } {
  const servers = ldapApps(config).map((app) => {
    const { token } = facts.ldap?.[app.name] ?? {};
    const values = {
      AUTHENTIK_HOST: `http://${innerName('authentik')}:9000`,
      AUTHENTIK_INSECURE: 'false',
      AUTHENTIK_TOKEN: token?.key.reveal() ?? '',
      // Whose token it is: that of an outpost that was made anew is another one.
      HOMEAUTH_OUTPOST: token?.outpost ?? '',
    };
    const secret = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, new Secret(value)]));
    const definition = definitionOf(app, config, layout, facts);
    return { app, values, secret, definition, revision: revisionOf(definition, secret) };
  });
  if (servers.length === 0) return { files: [], containers: [] };
  const compose = composeText(
    facts.templates['docker-compose.yml']!,
    servers.map(({ app, definition, revision }) => ({ name: ldapContainer(app), definition, revision })),
    [],
  );
  const file = (key: string, spec: FileSpec): Resource => ({
    kind: 'file',
    key,
    spec,
    after: [`directory:${folder(layout)}`],
  });
  return {
    files: [
      { kind: 'directory', key: folder(layout), spec: { mode: 0o700, owner: root } },
      ...servers.map(({ app, values }) =>
        file(ldapEnv(layout, app), { content: new Secret(encodeEnv(values)), mode: 0o600 }),
      ),
      file(`${folder(layout)}/docker-compose.yml`, { content: compose, mode: 0o644 }),
    ],
    containers: servers.map(({ app, definition, secret, revision }) => ({
      kind: 'container',
      key: ldapContainer(app),
      spec: { definition, secretEnvironment: secret, revision },
    })),
  };
}

function definitionOf(app: App, config: Config, layout: Layout, facts: Facts): ContainerDefinition {
  const name = ldapContainer(app);
  const aliases = [innerName(name)];
  const image = ldapImage(config);
  return {
    project: { name: 'authentik-ldap', directory: folder(layout), file: `${folder(layout)}/docker-compose.yml` },
    service: name,
    image,
    ...pinOf(image, facts),
    envFiles: [ldapEnv(layout, app)],
    mounts: [],
    ...(app.ldapListen && {
      publish: [{ ...app.ldapListen, inside: ldapPorts.tls, protocol: 'tcp' as const }],
    }),
    ...logLimit(facts),
    networks: [
      { name: backendNetwork, key: 'backend', aliases },
      { ...ldapNetwork(app.name), aliases },
    ],
  };
}
