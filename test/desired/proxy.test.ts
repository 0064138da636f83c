import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import type { Facts } from '../../src/desired/facts.ts';
import * as own from '../../src/desired/own-caddy.ts';
import { compiledTemplates } from '../../src/formats/template.ts';
import { Failure } from '../../src/model/failure.ts';
import { reveal, Secret } from '../../src/model/secret.ts';
import { ownCaddy } from '../../src/proxy/caddy/caddy.ts';
import { everywhere } from '../../src/proxy/caddy/listeners.ts';
import { sitesIn } from '../../src/proxy/caddy/site-changes.ts';
import { proxyOf } from '../../src/proxy/choose.ts';
import { manualSteps } from '../../src/proxy/manual.ts';
import { packagedTemplates } from '../../src/world/templates.ts';

const templates = await compiledTemplates(packagedTemplates)();
const app = (name: string, upstream: string, mode: 'app' | 'domain' = 'app') => ({
  name,
  title: name,
  host: `${name}.home.example.com`,
  upstream,
  mode,
});
const config = {
  domain: 'home.example.com',
  baseDir: '/srv',
  authHost: 'auth.home.example.com',
  proxy: 'caddy',
  tls: 'auto',
  apps: [app('whoami', 'whoami:80'), app('wiki', '[fd00::5]:8080', 'domain')],
} as unknown as Config;
const caddyfile = { inside: '/etc/caddy/Caddyfile', outside: '/opt/caddy/Caddyfile' };
const existing = {
  is: 'caddy',
  own: false,
  container: 'front',
  networks: [],
  caddyfile,
  how: 'block',
  listeners: everywhere,
} as const;
const facts = (change: Partial<Facts> = {}) => ({ templates, proxy: ownCaddy('/srv'), ...change }) as unknown as Facts;

const partFor = (wanted: Config, { proxy }: Facts) => proxyOf(proxy).part(wanted, templates);
const textFor = (change: Partial<Config> = {}): string => {
  const [resource] = partFor({ ...config, ...change }, facts());
  return resource?.kind === 'caddy' ? resource.spec.text : '';
};
const siteOf = (text: string, host: string): string => text.split(`\n${host} {\n`)[1]?.split('\n}\n')[0] ?? '';

describe('the text', () => {
  test('has in a site what its app needs, and the login before all that could answer', () => {
    const site = {
      moreUpstreams: ['192.168.0.6:8443'],
      tls: { ca: '/etc/caddy/ca.pem', serverName: 'unifi.lan', insecureSkipVerify: true },
      identityHeaders: { 'Remote-User': 'username', 'X-Who': 'email' },
      requestHeaders: { 'X-Script-Name': '/a b', Accept: null },
      responseHeaders: { 'X-Frame-Options': null, 'X-Robots-Tag': 'none' },
      maxBody: '10GB',
      encode: true,
      extra: '@old path /old\nhandle @old {\n\trespond "a\tb"\n}\n',
    } as const;
    const unifi = { ...app('unifi', '192.168.0.5:8443'), openPaths: ['/health'], site };
    const text = siteOf(textFor({ apps: [unifi] }), 'unifi.home.example.com').replaceAll(/^\t+/gm, (tabs) =>
      '  '.repeat(tabs.length),
    );
    expect(text.replace(/vars_regexp .*/g, 'vars_regexp …')).toMatchInlineSnapshot(`
      "  route {
          import authentik_visitor
          request_header -Remote-User
          request_header -X-Who
          request_body {
            max_size 10GB
          }
          encode zstd gzip
          @open {
            path /health
            vars_regexp …
            not vars_regexp …
          }
          reverse_proxy @open https://192.168.0.5:8443 https://192.168.0.6:8443 {
            transport http {
              tls
              tls_server_name unifi.lan
              tls_trust_pool file /etc/caddy/ca.pem
              tls_insecure_skip_verify
            }
            header_up X-Script-Name "/a b"
            header_up -Accept
            header_down -X-Frame-Options
            header_down X-Robots-Tag none
          }
          import authentik unifi.home.example.com unifi
          @old path /old
          handle @old {
            respond "a	b"
          }
          reverse_proxy https://192.168.0.5:8443 https://192.168.0.6:8443 {
            transport http {
              tls
              tls_server_name unifi.lan
              tls_trust_pool file /etc/caddy/ca.pem
              tls_insecure_skip_verify
            }
            header_up X-Script-Name "/a b"
            header_up -Accept
            header_up Remote-User {http.request.header.X-Authentik-Username}
            header_up X-Who {http.request.header.X-Authentik-Email}
            header_down -X-Frame-Options
            header_down X-Robots-Tag none
          }
        }"
    `);
  });

  test('has one site for authentik and one for each app', () => {
    const text = textFor();
    expect(text.match(/^\S+(?= \{$)/gm)).toEqual([
      '(authentik_visitor)',
      '(authentik)',
      'auth.home.example.com',
      'whoami.home.example.com',
      'wiki.home.example.com',
    ]);
    const site = (host: string, slug: string, upstream: string) => [
      '\troute {',
      '\t\timport authentik_visitor',
      `\t\timport authentik ${host} ${slug}`,
      `\t\treverse_proxy ${upstream}`,
      '\t}',
    ];
    const linesOf = (host: string) => siteOf(text, host).split('\n');
    expect(linesOf('whoami.home.example.com')).toEqual(site('whoami.home.example.com', 'whoami', 'whoami:80'));
    expect(linesOf('wiki.home.example.com')).toEqual(site('wiki.home.example.com', 'home', '"[fd00::5]:8080"'));
    expect(linesOf('auth.home.example.com')).toEqual([
      expect.stringMatching(/^\tvars homeauth_revision r[0-9a-f]{15}$/),
      '\treverse_proxy http://authentik.homeauth.internal.:9000 {',
      '\t\theader_up Host auth.home.example.com',
      '\t\theader_up X-Forwarded-Host auth.home.example.com',
      '\t}',
    ]);
  });

  test('dials names that no router answers for, where it may', () => {
    const dials = (more: object, upstream = 'wiki:80') =>
      /reverse_proxy (.+?)(?: \{)?\n/.exec(
        siteOf(textFor({ apps: [{ ...app('wiki', upstream), ...more }] }), 'wiki.home.example.com'),
      )?.[1];
    expect(dials({ container: { image: 'i' } })).toBe('wiki.homeauth.internal.:80');
    expect(dials({ container: { image: 'i' }, site: { moreUpstreams: ['nas:81'] } })).toBe(
      'wiki.homeauth.internal.:80 nas:81',
    );
    expect(dials({}, 'wiki.caddy_caddynet:80')).toBe('wiki.caddy_caddynet.:80');
    expect(dials({})).toBe('wiki:80');
    expect(textFor()).toContain('forward_auth http://authentik.homeauth.internal.:9000 {');
    expect(textFor()).not.toMatch(/authentik:9000/);
  });

  test('is data beside it: its sites, as they can be read back, and the modules that it needs', () => {
    const open = { ...app('wiki', 'wiki:80'), openPaths: ['/share/*', '/health'] };
    const [resource] = partFor({ ...config, apps: [open, app('photos', 'photos:80')], tls: 'cloudflare' }, facts());
    if (resource?.kind !== 'caddy') throw new Error('no text');
    const { sites, modules, text } = resource.spec;
    expect(sites).toEqual([
      { host: 'auth.home.example.com', openPaths: [] },
      { host: 'wiki.home.example.com', openPaths: ['/share/*', '/health'] },
      { host: 'photos.home.example.com', openPaths: [] },
    ]);
    expect(sitesIn(text)).toEqual(sites);
    expect(modules).toEqual([{ name: 'dns.providers.cloudflare', variable: 'CLOUDFLARE_API_TOKEN' }]);
  });

  test('trusts nobody to say where they come from', () => {
    expect(textFor()).not.toContain('trusted_proxies');
  });

  test('takes certificates from where the user says', () => {
    const count = (text: string, part: string) => text.split(part).length - 1;
    expect(count(textFor(), 'tls')).toBe(0);
    expect(count(textFor({ tls: 'internal' }), '\ttls internal\n')).toBe(3);
    const byDns = '\ttls {\n\t\tdns cloudflare {env.CLOUDFLARE_API_TOKEN}\n\t\tresolvers 1.1.1.1\n\t}\n';
    expect(count(textFor({ tls: 'cloudflare' }), byDns)).toBe(3);
  });

  test('carries a mark that every change changes', () => {
    const revisions = [{}, { tls: 'internal' }, { authHost: 'id.home.example.com' }, { apps: [] }].map((change) => {
      const text = textFor(change as Partial<Config>);
      const [resource] = partFor({ ...config, ...change } as Config, facts());
      const revision = resource?.kind === 'caddy' ? resource.spec.revision : '';
      expect(text).toContain(`homeauth_revision ${revision}\n`);
      return revision;
    });
    expect(new Set(revisions).size).toBe(revisions.length);
  });

  test.each(['a:80 {', 'a:80\n\trespond x', '{env.HOME}:80', 'a:80`"'])(
    'never lets %j out of its quotes',
    (upstream) => {
      const refused = () => textFor({ apps: [app('x', upstream)] });
      expect(refused).toThrow(Failure);
    },
  );
});

describe('where it goes', () => {
  test('into the Caddy that is there', () => {
    const [resource] = partFor(config, facts({ proxy: existing }));
    expect(resource).toMatchObject({
      key: '/opt/caddy/Caddyfile',
      spec: { container: 'front', how: 'block', caddyfile },
    });
  });

  test('into our own', () => {
    const [resource] = partFor(config, facts());
    expect(resource).toMatchObject({ key: '/srv/caddy/etc/Caddyfile', spec: { container: 'caddy', how: 'import' } });
  });

  test('into no proxy where the user wants to do it: as texts to take, one for each kind', () => {
    const texts = partFor(config, facts({ proxy: { is: 'manual' } }));
    expect(texts.map(({ key }) => key)).toEqual([
      '/srv/authentik/proxy/homeauth.caddy',
      '/srv/authentik/proxy/nginx.conf',
      '/srv/authentik/proxy/nginx-proxy-manager.conf',
      '/srv/authentik/proxy/traefik.yml',
      '/srv/authentik/proxy/traefik-labels.yml',
    ]);
    expect(texts[0]).toMatchObject({ kind: 'file', spec: { content: textFor() } });
  });

  test('where the user does it, authentik is dialled where it is published, and it is said what stays open', () => {
    const open = { ...app('wiki', 'wiki:80'), openPaths: ['/share/*'] };
    const listen = { address: '127.0.0.1', port: 910 };
    const published = facts({ proxy: { is: 'manual', listen } });
    expect(proxyOf(published.proxy).meeting).toMatchObject({ at: 'port', listen });
    for (const { kind, key, spec } of partFor({ ...config, listen, apps: [open] }, published)) {
      const { content } = spec as { content: string };
      if (kind === 'file' && !key.endsWith('labels.yml')) expect(content, key).toContain('127.0.0.1:910');
    }
    expect(manualSteps({ ...config, apps: [open] }).at(-1)).toContain('wiki.home.example.com/share/*');
  });
});

describe('a Caddy of our own', () => {
  const all = [own.ownCaddyHome, own.ownCaddyFolders, own.ownCaddyFiles, own.ownCaddyImages, own.ownCaddyContainer];

  test.each([existing, { is: 'manual' }] as const)('is not wanted with $is of theirs', (is) => {
    expect(all.flatMap((part) => part(config, facts({ proxy: is })))).toEqual([]);
  });

  test('is made of folders, files, an image and a container', () => {
    const ids = all.flatMap((part) => part(config, facts())).map(({ kind, key }) => `${kind}:${key}`);
    expect(ids).toEqual([
      'directory:/srv/caddy',
      'directory:/srv/caddy/etc',
      'directory:/srv/caddy/data',
      'directory:/srv/caddy/config',
      'file:/srv/caddy/etc/Caddyfile',
      'file:/srv/caddy/docker-compose.yml',
      'image:caddy:2.11.7',
      'container:caddy',
    ]);
  });

  test('has a Caddyfile that is the user’s from then on', () => {
    const [seed, compose] = own.ownCaddyFiles(config, facts());
    expect(seed).toMatchObject({ spec: { once: true }, precious: true });
    expect(compose?.kind === 'file' && compose.spec.content).toContain('"443:443/udp"');
  });

  test('has the module and the token where Cloudflare proves the domain', () => {
    const byDns = { ...config, tls: 'cloudflare' } as Config;
    const token = new Secret('cf-secret');
    const files = own.ownCaddyFiles(byDns, facts({ cloudflareToken: token }));
    const env = files.find(({ key }) => key === '/srv/caddy/caddy.env');
    expect(env?.kind === 'file' && [env.spec.mode, reveal(env.spec.content)]).toEqual([
      0o600,
      'CLOUDFLARE_API_TOKEN=cf-secret\n',
    ]);
    const [container] = own.ownCaddyContainer(byDns, facts({ cloudflareToken: token }));
    expect(container).toMatchObject({
      spec: { definition: { image: expect.stringContaining('caddy-cloudflare:'), envFiles: ['/srv/caddy/caddy.env'] } },
    });
    expect(JSON.stringify([files, container])).not.toContain('cf-secret');
  });

  test('says what it needs where there is no token', () => {
    const byDns = { ...config, tls: 'cloudflare' } as Config;
    expect(() => own.ownCaddyContainer(byDns, facts())).toThrow(/holds no token/);
  });
});
