import { createHash } from 'node:crypto';
import type { App, Config } from '../config/schema.ts';
import { quoteCaddy } from '../formats/caddyfile.ts';
import type { Template } from '../formats/template.ts';
import type { Resource } from '../model/resource.ts';
import type { Facts } from './facts.ts';
import { innerHost, innerName, layoutOf, proxyNetwork } from './layout.ts';
import { oddTargets, openAddresses, openTargets } from './open-paths.ts';
import { domainApplication } from './sso.ts';

export { ownCaddyContainer, ownCaddyFiles, ownCaddyFolders, ownCaddyHome, ownCaddyImages } from './own-caddy.ts';

const authentik = `http://${innerHost('authentik')}:9000`;

/**
 * What Caddy dials: an app that homeauth starts by the name that no router answers for, and another container of that
 * network, where it is written as Docker itself has it (NAME.NETWORK), without trying any domain of the house.
 */
function dialled({ name, upstream, container }: App): string {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(upstream) ?? [];
  if (container) return `${innerHost(name)}:${port}`;
  return host.endsWith(`.${proxyNetwork}`) ? `${host}.:${port}` : upstream;
}

/** All of homeauth's text for Caddy, and its mark: a hash of everything else in it. */
export function caddyTextOf(config: Config, template: Template): { text: string; revision: string } {
  const data = {
    authentik,
    authHost: config.authHost,
    internal: config.tls === 'internal',
    cloudflare: config.tls === 'cloudflare',
    odd: oddTargets,
    apps: config.apps.map((app) => ({
      host: app.host,
      upstream: dialled(app),
      slug: app.mode === 'domain' ? domainApplication : app.name,
      openPaths: app.openPaths ?? [],
      open: openTargets(app.openPaths ?? []),
    })),
  };
  const unmarked = template({ ...data, revision: 'none' }, quoteCaddy);
  // Begins with a letter, or Caddy would take some of them for numbers.
  const revision = `r${createHash('sha256').update(unmarked).digest('hex').slice(0, 15)}`;
  return { text: template({ ...data, revision }, quoteCaddy), revision };
}

/** Our part of Caddy's configuration. None where the user writes it. */
export function caddyText(config: Config, facts: Facts): Resource[] {
  const { proxy } = facts;
  if (proxy.is === 'manual') return [];
  const place =
    proxy.is === 'existing'
      ? { container: proxy.container, caddyfile: proxy.caddyfile, how: proxy.how }
      : {
          container: 'caddy',
          caddyfile: { inside: '/etc/caddy/Caddyfile', outside: `${layoutOf(config.baseDir).caddy}/etc/Caddyfile` },
          how: 'import' as const,
        };
  const text = caddyTextOf(config, facts.templates['homeauth.caddy']!);
  return [{ kind: 'caddy', key: place.caddyfile.outside, spec: { ...place, ...text } }];
}

/** What a user does who keeps the proxy's configuration in their own hands: the text for a Caddy, and the steps. */
export function manualText(config: Config, facts: Facts): { text: string; steps: readonly string[] } {
  const { text } = caddyTextOf(config, facts.templates['homeauth.caddy']!);
  const server = `http://${innerName('authentik')}:9000`;
  const open = openAddresses(config.apps);
  return {
    text,
    steps: [
      `Let your proxy reach authentik and the apps by name: docker network connect ${proxyNetwork} NAME`,
      'Caddy: save the text as homeauth.caddy beside your Caddyfile, add a last line "import homeauth.caddy" to it,',
      '       and load it: docker exec -w /etc/caddy NAME caddy reload',
      `Another proxy: send ${config.authHost} to ${server}, and ask ${server}/outpost.goauthentik.io/auth/nginx`,
      '       (or traefik, envoy in place of nginx) before every request to an app. Take away all request headers',
      '       whose names contain "authentik", in any spelling, before you do, and let only those through whose answer',
      "       has X-Authentik-Meta-App: the app's name, or home in mode domain. Name the host in X-Forwarded-Host yourself.",
      ...(open.length > 0 ? [`       Without that question: ${open.join(', ')}`] : []),
    ],
  };
}
