import { createHash } from 'node:crypto';
import type { App, Config } from '../../config/schema.ts';
import { quoteCaddy } from '../../formats/caddyfile.ts';
import type { Template } from '../../formats/template.ts';
import { cloudflareVariable } from '../../model/caddy.ts';
import { innerHost, proxyNetwork } from '../../model/networks.ts';
import type { CaddySpec } from '../../model/resource.ts';
import { domainApplication } from '../../model/sso.ts';
import { oddTargets, openTargets } from './open-paths.ts';

const cloudflareModule = { name: 'dns.providers.cloudflare', variable: cloudflareVariable };
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

/** All of homeauth's text for Caddy, what is in it, and its mark: a hash of everything else in it. */
export function textOf(
  config: Config,
  template: Template,
  bind: readonly string[] = [],
): Pick<CaddySpec, 'text' | 'revision' | 'sites' | 'modules'> {
  const data = {
    authentik,
    authHost: config.authHost,
    internal: config.tls === 'internal',
    cloudflare: config.tls === 'cloudflare',
    odd: oddTargets,
    bind,
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
  return {
    text: template({ ...data, revision }, quoteCaddy),
    revision,
    sites: [
      { host: config.authHost, openPaths: [] },
      ...config.apps.map(({ host, openPaths = [] }) => ({ host, openPaths })),
    ],
    modules: config.tls === 'cloudflare' ? [cloudflareModule] : [],
  };
}
