import { createHash } from 'node:crypto';
import { isGuarded } from '../../config/app-login.ts';
import type { App, Config } from '../../config/config.ts';
import { claims } from '../../config/site.ts';
import { quoteCaddy } from '../../formats/caddyfile.ts';
import type { Template } from '../../formats/template.ts';
import { cloudflareVariable } from '../../model/caddy.ts';
import { innerHost } from '../../model/networks.ts';
import type { CaddySpec } from '../../model/resource.ts';
import { domainApplication } from '../../model/sso.ts';
import type { TlsEnd } from '../tls-end.ts';
import { inDocker, upstreamsOf } from '../upstream.ts';

const cloudflareModule = { name: 'dns.providers.cloudflare', variable: cloudflareVariable };

/** Where its sites ask authentik: by its name in Docker, or at a port of this server. */
export const authentikAt = ({ listen }: Pick<Config, 'listen'>): string =>
  listen ? `${listen.address}:${listen.port}` : `${innerHost('authentik')}:9000`;

/** An app that homeauth starts is dialled by the name that no router answers for. */
const ownDial = ({ name, upstream = '' }: App) => `${innerHost(name)}:${portOf(upstream)}`;

/** A container that is written as Docker itself has it (NAME.NETWORK) is dialled without trying a search domain. */
export function dialled(upstream: string, { site }: Pick<App, 'site'>): string {
  const host = upstream.slice(0, upstream.lastIndexOf(':'));
  return `${site?.tls ? 'https://' : ''}${inDocker(host) !== host ? `${host}.:${portOf(upstream)}` : upstream}`;
}

const portOf = (upstream: string) => upstream.slice(upstream.lastIndexOf(':') + 1);

/** What an app's site has beside its host and the login, as the template wants it. */
function siteOf(app: App, isAfterTls: boolean) {
  const { tls, identityHeaders = {}, maxBody, encode, extra, ...headers } = app.site ?? {};
  const ours = Object.entries(identityHeaders).map(([header, claim]) => ({
    header,
    placeholder: `{http.request.header.${claims[claim]}}`,
  }));
  const up = setting(headers.requestHeaders);
  const down = setting(headers.responseHeaders);
  return {
    upstreams: upstreamsOf(app).map((one, n) => (app.container && n === 0 ? ownDial(app) : dialled(one, app))),
    tls: tls && { ca: '', serverName: '', insecureSkipVerify: false, ...tls },
    identity: ours,
    up,
    down,
    maxBody: maxBody ?? '',
    encode: encode ?? false,
    // With blanks in front: tabs are the layout of ours, which is read back.
    extra: (extra?.trimEnd().split('\n') ?? []).map((line) => line.replace(/^\t+/, (tabs) => '  '.repeat(tabs.length))),
    isPlain: !isAfterTls && !tls && up.length === 0 && down.length === 0,
    isPlainBehind: !isAfterTls && !tls && up.length === 0 && down.length === 0 && ours.length === 0,
  };
}

/** Headers as Caddy's header_up and header_down have them: one with a hyphen in front is taken off. */
const setting = (headers: Readonly<Record<string, string | null>> = {}) =>
  Object.entries(headers).map(([name, value]) => ({
    name: value === null ? `-${name}` : name,
    value: value ?? '',
    isSet: value !== null,
  }));

/** Where homeauth's sites listen. `tlsEnd`: in plain HTTP, behind what ends TLS; `port`: where that is not HTTP's own. */
interface Place {
  readonly bind?: readonly string[];
  readonly tlsEnd?: TlsEnd;
  readonly port?: number;
}

/** With which header a proof says that it is homeauth's own, where TLS ends before Caddy; its value is the text's mark. */
export const proofHeader = 'X-Homeauth-Proof';

/** In a list of addresses, to which Caddy has added who asks it. */
const lastButOne = '^(?:.*,)?\\s*([^,\\s]+)\\s*,[^,]*$';

/** All of homeauth's text for Caddy, what is in it, and its mark: a hash of everything else in it. */
export function textOf(
  config: Config,
  template: Template,
  { bind = [], tlsEnd, port }: Place = {},
): Pick<CaddySpec, 'text' | 'revision' | 'sites' | 'replaces' | 'modules' | 'overHttp'> {
  const siteAt = (host: string) => (tlsEnd ? `http://${host}${port === undefined ? '' : `:${port}`}` : host);
  const data = {
    authentik: `http://${authentikAt(config)}`,
    authHost: config.authHost,
    internal: config.tls === 'internal',
    cloudflare: config.tls === 'cloudflare',
    odd: oddTargets,
    bind,
    tlsEnd: tlsEnd?.from ?? [],
    proofHeader,
    lastButOne,
    authSite: siteAt(config.authHost),
    apps: config.apps.map((app) => ({
      host: app.host,
      site: siteAt(app.host),
      ...siteOf(app, tlsEnd !== undefined),
      slug: app.mode === 'domain' ? domainApplication : app.name,
      ownLogin: !isGuarded(app),
      guarded: isGuarded(app),
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
      ...config.apps.map((app) => ({
        host: app.host,
        openPaths: app.openPaths ?? [],
        ...(!isGuarded(app) && { ownLogin: true as const }),
      })),
    ],
    replaces: config.apps.flatMap(({ host, replacesSite }) => (replacesSite ? [host] : [])),
    modules: config.tls === 'cloudflare' ? [cloudflareModule] : [],
    ...(tlsEnd && { overHttp: true }),
  };
}

/**
 * What the request target must be like, as an expression of Go's: what Caddy compares is cleaned and without regard to
 * case, and the app gets what was sent.
 */
export function openTargets(paths: readonly string[]): string {
  const each = paths.map((path) => {
    const literal = path.replace(/\/\*$/, '/').replaceAll(/[.+]/g, '[$&]');
    return path.endsWith('/*') ? literal : `${literal}([?]|$)`;
  });
  return `^(${each.join('|')})`;
}

/**
 * What an app may read as another path than it looks like: dot segments and doubled slashes; a semicolon, where Java's
 * servers cut; a backslash, a slash in other Unicode clothes (overlong UTF-8), control characters, and the same or a
 * percent sign escaped.
 */
export const oddTargets = '(?i)^[^?]*(//|/[.][.]?([/?]|$)|[;\\\\]|%(25|2e|2f|3b|5c|7f|[01].|c[01]|e0%[89]|f0%8))';
