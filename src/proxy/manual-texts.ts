import { isGuarded } from '../config/app-login.ts';
import type { App, Config } from '../config/config.ts';
import { claims } from '../config/site.ts';
import type { Quote, Template } from '../formats/template.ts';
import { proxyNetwork } from '../model/networks.ts';
import { domainApplication } from '../model/sso.ts';
import { oddTargets, openTargets, textOf } from './caddy/text.ts';
import type { TlsEnd } from './tls-end.ts';
import { addressIn, upstreamsOf } from './upstream.ts';

/** What authentik says of a visitor. */
const identity: readonly string[] = [
  ...['Username', 'Groups', 'Entitlements', 'Email', 'Name', 'Uid', 'Jwt'],
  ...['Meta-Jwks', 'Meta-Outpost', 'Meta-Provider', 'Meta-App', 'Meta-Version'],
].map((name) => `X-Authentik-${name}`);

/** In what else apps look for a person, and what names another address than the one that was asked for. */
const others: readonly string[] = [
  ...['Remote-User', 'Remote-Name', 'Remote-Email', 'Remote-Group', 'Remote-Groups'],
  ...['X-Remote-User', 'X-Remote-Name', 'X-Remote-Email', 'X-Remote-Group', 'X-Remote-Groups'],
  ...['X-Forwarded-User', 'X-Forwarded-Name', 'X-Forwarded-Email', 'X-Forwarded-Group', 'X-Forwarded-Groups'],
  ...['X-Forwarded-Preferred-Username', 'X-Forwarded-Access-Token'],
  ...['X-Auth-Request-User', 'X-Auth-Request-Email', 'X-Auth-Request-Groups', 'X-Auth-Request-Preferred-Username'],
  ...['X-Auth-User', 'X-Auth-Name', 'X-Auth-Email', 'X-Auth-Group', 'X-Auth-Groups'],
  ...['X-WebAuth-User', 'X-WebAuth-Name', 'X-WebAuth-Email', 'X-WebAuth-Group', 'X-WebAuth-Groups'],
  ...['X-Original-URL', 'X-Original-URI', 'X-Rewrite-URL'],
];

/** The same for Traefik, which takes an expression: whatever has such a name, or one that an app may read as it. */
const identityNames =
  '(?i)(authentik|[_.]|^(x-)?remote-|^x-forwarded-(user|preferred|email|name|group|access-token)|^x-(auth|webauth)-)';

/**
 * For each kind of proxy its text, by the name of its file. Where TLS ends before it, for those alone that can be told
 * who may ask without. `authentik`: `HOST:PORT` as that proxy dials it.
 */
export function manualTexts(
  config: Config,
  templates: Readonly<Record<string, Template>>,
  authentik: string,
  tlsEnd?: TlsEnd,
): Readonly<Record<string, string>> {
  const nginx = forNginx(config, authentik, tlsEnd);
  const traefik = forTraefik(config, authentik);
  const written = (name: string, data: object, quote: Quote) => templates[name]!(data, quote);
  const yaml: Quote = (value) => JSON.stringify(value);
  const always = {
    'homeauth.caddy': textOf(config, templates['homeauth.caddy']!, tlsEnd && { tlsEnd }).text,
    'nginx.conf': written('nginx.conf', nginx, quoteNginx),
  };
  if (tlsEnd) return always;
  return {
    ...always,
    'nginx-proxy-manager.conf': written('nginx-proxy-manager.conf', nginx, quoteNginx),
    'traefik.yml': written('traefik.yml', traefik, yaml),
    'traefik-labels.yml': written('traefik-labels.yml', traefik, yaml),
  };
}

const slugOf = ({ mode, name }: App): string => (mode === 'domain' ? domainApplication : name);

function forNginx({ apps, authHost }: Config, authentik: string, tlsEnd?: TlsEnd) {
  const { host, port } = addressIn(authentik);
  return {
    authentik,
    authentikHost: host,
    authentikPort: port,
    authHost,
    odd: oddTargets,
    tlsEnd: tlsEnd?.from,
    visitor: tlsEnd ? '$homeauth_visitor_address' : '$remote_addr',
    apps: apps.map((app, n) => ({
      n,
      guarded: isGuarded(app),
      host: app.host,
      slug: slugOf(app),
      scheme: app.site?.tls ? 'https' : 'http',
      server: app.upstream,
      servers: upstreamsOf(app),
      tls: nginxTls(app),
      answers: identity.map((name) => ({ variable: variableOf(name), from: `$upstream_http_${underscored(name)}` })),
      places: [
        {
          match: '/',
          open: '',
          direct: !isGuarded(app),
          headers: headersOf(app, isGuarded(app) ? variableOf : () => '""'),
        },
        ...(app.openPaths ?? []).map((path) => ({
          match: path.endsWith('/*') ? `^~ ${quoteNginx(path.slice(0, -1))}` : `= ${quoteNginx(path)}`,
          open: openTargets([path]),
          direct: false,
          headers: headersOf(app, () => '""'),
        })),
      ],
    })),
  };
}

const underscored = (name: string): string => name.toLowerCase().replaceAll('-', '_');
const variableOf = (name: string): string => `$homeauth_${underscored(name)}`;

/** Every header in which an app may look for a person, with what it has there: of authentik's word, or nothing. */
function headersOf({ site }: App, said: (name: string) => string) {
  const own = Object.entries(site?.identityHeaders ?? {});
  const named = new Set(own.map(([name]) => name.toLowerCase()));
  return [
    ...identity.map((name) => ({ name, value: said(name) })),
    ...own.map(([name, claim]) => ({ name, value: said(claims[claim]) })),
    ...others.filter((name) => !named.has(name.toLowerCase())).map((name) => ({ name, value: '""' })),
  ];
}

/** nginx looks at no certificate of an app unless it is told to. */
function nginxTls({ site, upstream }: App): readonly string[] {
  if (!site?.tls) return [];
  const {
    ca = '/etc/ssl/certs/ca-certificates.crt',
    serverName = addressIn(upstream ?? '').host,
    insecureSkipVerify,
  } = site.tls;
  return [
    'proxy_ssl_server_name on;',
    `proxy_ssl_name ${quoteNginx(serverName)};`,
    ...(insecureSkipVerify ? [] : ['proxy_ssl_verify on;', `proxy_ssl_trusted_certificate ${quoteNginx(ca)};`]),
  ];
}

function forTraefik({ apps, authHost }: Config, authentik: string) {
  const all = apps.map((app) => {
    const { name, host, site, openPaths = [] } = app;
    const rule = `Host(\`${host}\`)`;
    const open = openPaths.map((path) =>
      path.endsWith('/*') ? `PathPrefix(\`${path.slice(0, -1)}\`)` : `Path(\`${path}\`)`,
    );
    return {
      name,
      guarded: isGuarded(app),
      host,
      rule,
      port: String(addressIn(app.upstream ?? '').port),
      outpostRule: `${rule} && PathPrefix(\`/outpost.goauthentik.io/\`)`,
      // What an app may read as another path goes the way of all others.
      openRule:
        open.length > 0
          ? `${rule} && (${open.join(' || ')}) && !PathRegexp(\`[.][.]|//|[;%]|[\\\\]|[[:cntrl:]]\`)`
          : '',
      urls: upstreamsOf(app).map((upstream) => `${site?.tls ? 'https' : 'http'}://${upstream}`),
      transport: transportOf(app),
    };
  });
  return {
    authHost,
    rule: `Host(\`${authHost}\`)`,
    authentikUrl: `http://${authentik}`,
    login: `http://${authentik}/outpost.goauthentik.io/auth/traefik`,
    identity: identityNames,
    off: [...identity, ...others],
    network: proxyNetwork,
    hasTransports: all.some(({ transport }) => transport !== ''),
    apps: all,
  };
}

/** How Traefik knows an app that speaks TLS, where that is not as usual. JSON is YAML, too. */
function transportOf({ site }: App): string {
  const { ca, serverName, insecureSkipVerify } = site?.tls ?? {};
  const transport = {
    ...(ca !== undefined && { rootCAs: [ca] }),
    ...(serverName !== undefined && { serverName }),
    ...(insecureSkipVerify && { insecureSkipVerify }),
  };
  return Object.keys(transport).length > 0 ? JSON.stringify(transport) : '';
}

/** One argument of nginx, taken literally but for variables: bare, or in double quotes. */
function quoteNginx(value: string | number | boolean): string {
  const word = String(value);
  return /^[A-Za-z0-9_./:@%+=,*?&[\]-]+$/.test(word) ? word : `"${word.replaceAll(/["\\]/g, '\\$&')}"`;
}
