import type { Config } from '../config/config.ts';
import type { Era } from '../model/release.ts';
import { type Id, idOf, type Resource } from '../model/resource.ts';
import type { Secret } from '../model/secret.ts';
import type { Stage } from '../model/stage.ts';
import { proxyOf } from '../proxy/choose.ts';
import { dialledBy } from '../proxy/upstream.ts';
import { settings } from './app-settings.ts';
import { composeOverrides, composeServices } from './compose-override.ts';
import type { Facts } from './facts.ts';
import { guesses } from './guesses.ts';
import * as host from './host.ts';
import { invitations } from './invitations.ts';
import { layoutOf } from './layout.ts';
import * as ldap from './ldap.ts';
import * as oidc from './oidc.ts';
import * as own from './own-caddy.ts';
import { icons, pictures } from './pictures.ts';
import { recovery } from './recovery.ts';
import { scopeMappings } from './scope-mappings.ts';
import { secondFactor, setupFlows } from './second-factor.ts';
import * as sso from './sso.ts';
import * as stack from './stack.ts';
import { variables } from './variables.ts';

const folders = 'folders, secrets';
const files = 'networks, docker-compose.yml';
const up = 'authentik is up';
const token = 'API token verified, bootstrap token deleted';
const objects = 'in authentik: people, apps, outpost';
const ldapTitle = 'LDAP servers';
const network = 'containers on the network that Caddy shares';

export interface Wish {
  readonly config: Config;
  readonly era: Era;
  readonly pointer: string;
  /** The owner's first password, while `init` has it at hand. */
  readonly firstPassword?: Secret;
  /** The server alone migrates the database, and the worker starts after it: one of them, and one log to read. */
  readonly migrates?: boolean;
}

/**
 * The whole job in its natural order. Each stage sees facts taken after whatever was changed before it, so the order is also the
 * safety: secrets before servers, setup closed before the proxy can reach it, our token proven before the other goes.
 */
export function stagesOf(wish: Wish): Stage<Facts>[] {
  const { config, era } = wish;
  const layout = layoutOf(config.baseDir);
  const data = host.dataId(layout);
  const of = (facts: Facts) => stack.stackOf(config, era, layout, facts);
  const first = era.bootstrapOn === 'server' ? 'authentik' : 'authentik-worker';
  const withBootstrap = (name: string, facts: Facts): Resource[] =>
    stack.containerOf(of(facts), name, name === first ? stack.bootstrapVariables(config, facts) : {});
  const server = (facts: Facts): Resource[] => {
    const resources = withBootstrap('authentik', facts);
    return facts.setupClosed ? resources : stack.withoutProxy(resources, facts);
  };
  const apps = config.apps.flatMap(({ name, container }) => (container ? [name] : []));

  return [
    { title: folders, want: (f) => host.place(config, f) },
    { title: folders, want: (f) => host.dataset(layout, f) },
    { title: folders, want: (f) => [...host.base(layout), ...own.ownCaddyHome(config, f)] },
    { title: folders, want: () => host.home(layout, wish.pointer) },
    {
      title: folders,
      want: (f) => [
        ...host.statement(layout, f, wish.pointer),
        ...host.directories(layout, era),
        ...own.ownCaddyFolders(config, f),
        ...host.proxyTexts(config, f),
        ...host.secrets(layout, f),
        ...oidc.clients(config, layout, data),
        ...ldap.ldapSecrets(config, layout, data),
      ],
    },
    // Before the file that says which image each name stands for.
    {
      title: 'images',
      want: (f) => [...stack.images(of(f)), ...own.ownCaddyImages(config, f), ...ldap.ldapImages(config, f)],
    },
    { title: files, want: (f) => [...stack.networks(config, f), ...ldap.ldapNetworks(config)] },
    {
      title: files,
      want: (f) => [...stack.stackFiles(layout, f, of(f)), ...own.ownCaddyFiles(config, f)],
    },
    {
      title: 'database',
      want: (f) => ['authentik-postgresql', 'authentik-redis'].flatMap((name) => stack.containerOf(of(f), name)),
    },
    { title: 'database', want: stack.role },
    // One that runs already gets to where it will find the server before that moves.
    { title: network, want: (f) => (f.ours.has('container:caddy') ? own.ownCaddyContainer(config, f) : []) },
    ...(wish.migrates ? [{ title: up, want: server }] : []),
    { title: up, want: (f) => [...server(f), ...withBootstrap('authentik-worker', f)] },
    {
      title: 'default flows and mappings',
      milestone: true,
      want: () => [sso.defaultObjects(config, era, setupFlows(config))],
    },
    { title: 'first-run setup closed, before anyone could reach it', milestone: true, want: () => [sso.setupClosed] },
    { title: token, want: () => [sso.ownToken(data)] },
    { title: token, want: (f) => stack.containerOf(of(f), first) },
    { title: token, want: () => [sso.bootstrapGone(data)] },
    { title: objects, want: (f) => inAuthentik(wish, data, f) },
    { title: objects, want: () => [sso.emergency(config, data)] },
    { title: ldapTitle, want: (f) => ldap.ldapServers(config, layout, f).files },
    { title: ldapTitle, want: (f) => ldap.ldapServers(config, layout, f).containers },
    { title: network, want: (f) => stack.containerOf(of(f), 'authentik') },
    {
      title: network,
      want: (f) => [...apps.flatMap((name) => stack.containerOf(of(f), name)), ...own.ownCaddyContainer(config, f)],
    },
    {
      title: 'Caddy: validated, reloaded, read back',
      want: (f) => proxyOf(f.proxy).part(dialledBy(config, f.networkOwners ?? {}), f.templates),
    },
    // Caddy makes its authority when it is first told to sign.
    {
      title: folders,
      want: (f) => [...variables(config, layout, f, data), ...composeOverrides(config, layout)],
    },
    { title: 'pictures', want: () => icons(config, layout, data) },
    { title: 'pictures', want: (f) => pictures(config, layout, f, data) },
    { title: 'in authentik: what Caddy no longer asks for', want: (f) => sso.outpostWithout(config, data, f.ours) },
    { title: 'containers of apps', want: (f) => composeServices(config, layout, f) },
    // An app asks authentik when it starts. Last, because an app that refuses is to stop nothing else.
    { title: 'settings of apps', want: (f) => settings(config, layout, f) },
  ];
}

/** Everything that lives in authentik's database and needs no order but its own. */
function inAuthentik({ config, era, firstPassword }: Wish, data: Id, facts: Facts): Resource[] {
  const guarded = [...sso.providers(config, era, data), ...sso.applications(config, data)];
  const speaking = [
    ...scopeMappings(config, data),
    ...oidc.oidcProviders(config, era, facts, data),
    ...oidc.oidcApplications(config, data),
  ];
  const apps = [...guarded, ...speaking, ...sso.bindings(config, data)];
  return [
    ...sso.groups(config, data),
    sso.admin(config, data, firstPassword ?? facts.madePassword),
    ...apps,
    sso.brandTitle(config, data),
    ...sso.settings(config, era, data),
    sso.outpost(config, data, apps),
    ...[
      // Its own brake on guessing is bound to the bind of LDAP, too.
      [
        ...guesses(sharedSubnets(facts), data),
        ...ldap.ldapFlow(config, data),
        ...ldap.ldapObjects(config, era, facts, data),
      ],
      secondFactor(config, data),
      recovery(config, era, data),
      invitations(config, data),
    ].flatMap(inTurn),
  ];
}

/** Networks whose addresses are the proxy's, and no visitor's own. */
function sharedSubnets(facts: Facts): readonly string[] {
  const { proxy, proxyNetwork, backendNetwork } = facts;
  const isOutside = proxyOf(proxy).meeting.at === 'port';
  return [
    // A Caddy outside is on none, and one that is left from an earlier Caddy goes.
    ...(isOutside && proxy.is === 'caddy' ? [] : (proxyNetwork?.subnets ?? [])),
    ...(isOutside ? ['127.0.0.0/8', ...(backendNetwork?.subnets ?? [])] : []),
    ...ldap.ldapSubnets(facts),
    ...(proxy.tlsEnd?.from ?? []),
    ...(proxy.is === 'manual' && proxy.address !== undefined ? [`${proxy.address}/32`] : []),
  ];
}

/** Each list after those before it. */
const inTurn = (lists: readonly (readonly Resource[])[]): Resource[] =>
  lists.flatMap((list, n) => list.map((one): Resource => ({ ...one, after: lists.slice(0, n).flat().map(idOf) })));
