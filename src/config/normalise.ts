import { findPreset, type Preset } from '../catalogue/presets.ts';
import type { KnownApp } from '../catalogue/schema.ts';
import type { App, AppSite, Config, Listen, Mail } from './config.ts';
import { normaliseDir } from './directory.ts';
import type { AppDraft, ConfigFile } from './homeauth-yaml.ts';
import { ldapOf } from './ldap.ts';
import { notifyOf } from './notify.ts';
import { oidcOf } from './oidc.ts';
import { keepIn } from './retention.ts';
import { isHttps, normaliseUpstream } from './upstream.ts';

const mailPorts = { starttls: 587, implicit: 465, none: 25 } as const;

/** Finds what the catalogue knows of an app. */
export type Find = (name: string) => KnownApp | undefined;

/** The file as the rest of homeauth wants it: every default resolved. The file must have passed every check. */
export function normalise(file: ConfigFile, find?: Find): Config {
  return {
    domain: file.domain,
    baseDir: normaliseDir(file['base-dir']),
    authHost: authHostOf(file),
    ...given('lanAddress', file['lan-address']),
    admin: { username: file.admin.username, name: file.admin.name ?? file.admin.username, email: file.admin.email },
    authentik: {
      version: file.authentik.version,
      consent: file.authentik.consent,
      allowUnsupported: file.authentik['allow-unsupported'],
    },
    proxy: file.proxy,
    ...given('listen', listenOf(file)),
    ...given('proxyAddress', file['proxy-address']),
    ...given('caddyContainer', file['caddy-container']),
    tls: file.tls,
    ...given('tlsFrom', file['tls-from']),
    zfsDataset: file['zfs-dataset'],
    ...given('mail', file.mail && normaliseMail(file.mail)),
    policies: {
      secondFactor: file.policies?.['second-factor'] ?? 'off',
      recovery: file.policies?.recovery ?? file.mail !== undefined,
      invitations: file.policies?.invitations ?? false,
    },
    ...given('brandTitle', file.brand?.title),
    ...given('brandLogo', file.brand?.logo),
    ...given('brandFavicon', file.brand?.favicon),
    backup: {
      to: file.backup?.to?.startsWith('restic:')
        ? file.backup.to
        : normaliseDir(file.backup?.to ?? `${normaliseDir(file['base-dir'])}/backups`),
      ...given('resticEnv', file.backup?.['restic-env']),
      ...given('recipients', file.backup?.recipients),
      ...given('plain', file.backup?.plain || undefined),
      ...given('keep', file.backup?.keep === undefined ? undefined : keepIn(file.backup.keep)),
    },
    notify: notifyOf(file.notify),
    groups: file.groups,
    apps: file.apps.map((app) => normaliseApp(app, file.domain, authHostOf(file), find)),
  };
}

/** A port that seldom is another program's. No account but root can take it while authentik does not run. */
export const usualListen: Listen = { address: '127.0.0.1', port: 910 };

function listenOf({ proxy, listen }: Pick<ConfigFile, 'proxy' | 'listen'>): Listen | undefined {
  return listenIn(listen) ?? (proxy === 'host-caddy' ? usualListen : undefined);
}

function listenIn(listen: string | undefined): Listen | undefined {
  const [, address, port] = /^(.*):(\d+)$/.exec(listen ?? '') ?? [];
  return address === undefined ? undefined : { address, port: Number(port) };
}

/** Where people log in. */
function authHostOf(file: Pick<ConfigFile, 'domain' | 'auth-host'>): string {
  return file['auth-host'] ?? `auth.${file.domain}`;
}

/** One entry of `apps`. A preset is started by homeauth unless the entry names an upstream of its own. */
export function normaliseApp(draft: AppDraft, domain: string, authHost = `auth.${domain}`, find?: Find): App {
  const app = typeof draft === 'string' ? { name: draft } : draft;
  // What answers for one in the place of the owner's own site is theirs, whatever its name.
  const preset = app['replaces-site'] ? undefined : findPreset(app.name);
  const host = app.host ?? `${app.name}.${domain}`;
  const named = { name: app.name, host, ...given('group', app.group) };
  return {
    ...named,
    title: app.title ?? preset?.title ?? app.name,
    ...given('tile', app.tile && Object.keys(app.tile).length > 0 ? (app.tile as NonNullable<App['tile']>) : undefined),
    ...given('upstream', upstreamOf(app, preset)),
    ...given('replacesSite', app['replaces-site'] || undefined),
    mode: app.mode ?? 'app',
    ...given('login', app.login === 'forward-auth' ? undefined : app.login),
    ...given('oidc', app.login === 'oidc' ? oidcOf(app.oidc ?? {}, find?.(app.name), named, authHost) : undefined),
    ...given(
      'ldap',
      app.login === 'ldap' ? ldapOf(app.ldap ?? {}, find?.(app.name), named, { authHost, domain }) : undefined,
    ),
    ...given('ldapListen', listenIn(app['ldap-listen'])),
    ...given('openPaths', app['open-paths']),
    ...given('site', siteOf(app)),
    ...given('container', preset && app.upstream === undefined ? { image: preset.image } : undefined),
  };
}

function upstreamOf({ upstream }: Exclude<AppDraft, string>, preset: Preset | undefined): string | undefined {
  return upstream !== undefined ? normaliseUpstream(upstream) : preset && `${preset.name}:${preset.port}`;
}

function siteOf(app: Exclude<AppDraft, string>): AppSite | undefined {
  const { ca, 'server-name': serverName, 'insecure-skip-verify': insecure } = app['upstream-tls'] ?? {};
  const tls = {
    ...given('ca', ca),
    ...given('serverName', serverName),
    ...given('insecureSkipVerify', insecure || undefined),
  };
  const site = {
    ...given('moreUpstreams', app['more-upstreams']?.map(normaliseUpstream)),
    ...given('tls', app.upstream !== undefined && isHttps(app.upstream) ? tls : undefined),
    ...given('identityHeaders', app['identity-headers']),
    ...given('requestHeaders', app['request-headers']),
    ...given('responseHeaders', app['response-headers']),
    ...given('maxBody', app['max-body']),
    ...given('encode', app.encode || undefined),
    ...given('extra', app.extra),
  } as AppSite;
  return Object.keys(site).length > 0 ? site : undefined;
}

function normaliseMail(mail: NonNullable<ConfigFile['mail']>): Mail {
  return {
    host: mail.host,
    port: mail.port ?? mailPorts[mail.tls],
    ...given('username', mail.username),
    ...given('passwordFile', mail['password-file'] && normaliseDir(mail['password-file'])),
    from: mail.from,
    tls: mail.tls,
  };
}

function given<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}
