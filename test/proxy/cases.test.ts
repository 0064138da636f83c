import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { otherAuthentikCheck } from '../../src/doctor/other-authentik.ts';
import { Failure } from '../../src/model/failure.ts';
import { textOf } from '../../src/model/shown.ts';
import { findProxy } from '../../src/proxy/choose.ts';
import type { ContainerSummary } from '../../src/world/docker/docker.ts';
import { ownHttp } from '../../src/world/http.ts';
import { binary, type Ports, realCaddy } from './real-caddy.ts';

/**
 * Thirty installations as people have published them, each as small as its structure allows: the table of
 * docs/proxies.md. A container's Caddy is told by what Docker says of it, and what Caddy decides by a real one. Not here
 * are those that a test of their own is for: 7, 14 and 21 (e2e/which-caddyfile), 28 (tls-end), 11 and 20 (as all here).
 * Without a number: further kinds.
 */
interface Case {
  /** Behind the options that every test needs; each name is a file beside the Caddyfile. */
  readonly files: (ports: Ports) => Readonly<Record<string, string>>;
  readonly options?: string;
  readonly config?: Partial<Config>;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  /** Refused with this code, until its owner has done what the message says. */
  readonly refused?: { readonly code: string; readonly fix: RegExp };
}

const one = (text: string) => () => ({ Caddyfile: text });
const mine = 'mine.home.example.com {\n\trespond "mine"\n}\n';
const auth = 'auth.home.example.com {\n\trespond "another login"\n}\n';
const elsewhere = { config: { authHost: 'login.home.example.com' } };

const served: Readonly<Record<string, Case>> = {
  '1 a domain from the environment, with a default': {
    files: one('blog.{$DOMAIN:home.example.com} {\n\ttls internal\n\trespond "mine"\n}\n'),
  },
  '2 another login at auth., an app over https': {
    files: one(
      `${auth}pve.home.example.com {\n\treverse_proxy https://127.0.0.1:1 {\n\t\ttransport http {\n\t\t\ttls_insecure_skip_verify\n\t\t}\n\t}\n}\n`,
    ),
    ...elsewhere,
  },
  '3 a login in a snippet, spaces, no line break at the end': {
    files: one('(tiny) {\n  header X-Login tiny\n}\nmine.home.example.com {\n  import tiny\n  respond "mine"\n}'),
  },
  '4 auto_https off, one port, hosts told apart inside of it, behind a tunnel': {
    files: ({ other }) => ({
      Caddyfile: `:${other} {\n\t@mine host mine.home.example.com\n\thandle @mine {\n\t\trespond "mine"\n\t}\n\trespond 404\n}\n`,
    }),
    options: 'auto_https off',
    config: { tls: 'external', tlsFrom: ['127.0.0.2'] },
  },
  '6 a program on the server with many sites of the LAN': {
    files: one(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => mine.replace('mine.', `${name}.`)).join('')),
  },
  '8 a wildcard by a variable, hosts matched in it': {
    files: one(
      '*.{env.MAIN_DOMAIN} {\n\t@x host x.home.example.com\n\thandle @x {\n\t\trespond "x"\n\t}\n\tabort\n}\n',
    ),
    env: { MAIN_DOMAIN: 'home.example.com' },
  },
  '10 lines that go on in the next one': {
    files: one('mine.home.example.com {\n\theader \\\n\t\tX-A b\n\treverse_proxy \\\n\t\t127.0.0.1:1\n}\n'),
  },
  '12 bind in a site': { files: one('mine.home.example.com {\n\tbind {$ADDRESS:0.0.0.0}\n\trespond "mine"\n}\n') },
  '13 pinned to one address': { files: one(mine), options: 'default_bind 127.0.0.1' },
  'variables from a file that Caddy is given': {
    files: () => ({ Caddyfile: '{$SITE} {\n\trespond "mine"\n}\n', '.env': 'SITE=mine.home.example.com\n' }),
    flags: ['--envfile', '.env'],
  },
  'certificates on demand for whatever comes, and all of plain http sent on': {
    files: one(
      `https:// {\n\ttls {\n\t\ton_demand\n\t}\n\trespond "any"\n}\nhttp:// {\n\tredir https://{host}{uri}\n}\n${mine}`,
    ),
    options: 'on_demand_tls {\n\t\task http://127.0.0.1:9/\n\t}',
  },
  'the PROXY protocol, from a machine before it': {
    files: one(mine),
    options:
      'servers {\n\t\tlistener_wrappers {\n\t\t\tproxy_protocol {\n\t\t\t\tallow 10.0.0.0/8\n\t\t\t}\n\t\t\ttls\n\t\t}\n\t}',
  },
  'sites by a snippet with arguments, in folders': {
    files: () => ({
      Caddyfile: 'import sites/*.conf\n',
      'sites/a.conf':
        '(site) {\n\t{args[0]}.home.example.com {\n\t\trespond "mine"\n\t}\n}\nimport site mine\nimport site other\n',
    }),
  },
  '5 admin off': {
    files: one('{$SITE:mine.home.example.com} {\n\trespond "mine"\n}\n'),
    options: 'admin off',
    refused: { code: 'caddy-cannot-be-asked', fix: /Take "admin off" out and restart/ },
  },
  '9 a snippet named (authentik)': {
    files: one(`(authentik) {\n\theader X-A b\n}\n${mine}`),
    refused: { code: 'snippet-taken', fix: /Remove the snippet/ },
  },
};

describe.skipIf(!existsSync(binary))('on a real Caddy', () => {
  test.each(Object.entries(served))('%s', async (_, { files, options = '', refused, ...around }) => {
    const caddy = await realCaddy((ports) => {
      const admin = options === 'admin off' ? '' : `\tadmin localhost:${ports.admin}\n`;
      const all = `{\n${admin}\thttp_port ${ports.http}\n\thttps_port ${ports.https}\n\tlocal_certs\n\tskip_install_trust\n\t${options}\n}\n`;
      const given = files(ports);
      return { ...given, Caddyfile: all + given['Caddyfile'] };
    }, around);
    try {
      const own = await caddy.caddyfile();
      if (refused) {
        const failure = await caddy.put().catch((error: unknown) => error);
        expect(failure).toBeInstanceOf(Failure);
        const { code, fix } = failure as Failure;
        expect([code, textOf(fix)]).toEqual([refused.code, expect.stringMatching(refused.fix)]);
      } else {
        // That the owner's sites answer as before is a part of it.
        const { via, authority } = await caddy.put();
        const way = { ...(via && { via }), ...(authority !== undefined && { authority }) };
        const ask = async () => {
          const { status, headers } = await ownHttp.dial({ url: 'https://wiki.home.example.com/', ...way });
          return [status, headers['location']];
        };
        // A certificate takes a moment.
        await expect
          .poll(() => ask().catch(String), { timeout: 60_000 })
          .toEqual([302, expect.stringContaining('/authorize/')]);
        await caddy.takeOut();
      }
      expect(await caddy.caddyfile()).toBe(own);
    } finally {
      await caddy.stop();
    }
  });

  test('26 a Caddyfile with a page in it, after a download that failed', async () => {
    const caddy = await realCaddy(({ admin, http, https }) => ({
      Caddyfile: `{\n\tadmin localhost:${admin}\n\thttp_port ${http}\n\thttps_port ${https}\n}\n`,
    }));
    try {
      await caddy.write('<!DOCTYPE html>\n<html><body>404</body></html>\n');
      await expect(caddy.put()).rejects.toMatchObject({ code: 'caddyfile-broken' });
    } finally {
      await caddy.stop();
    }
  });
});

const run = 'caddy run --config /etc/caddy/Caddyfile --adapter caddyfile';
const container: ContainerSummary = {
  name: 'caddy',
  image: 'caddy:2.11.7',
  command: run,
  running: true,
  labels: {},
  networks: ['caddy_caddynet'],
  mounts: [{ source: '/srv/caddy', target: '/etc/caddy', readOnly: true }],
  ports: [{ address: '0.0.0.0', port: 443, inside: 443 }],
};
const listen = { address: '127.0.0.1', port: 910 };

/** What comes of looking for the proxy: where homeauth's part would go, or the code of the refusal and its way out. */
async function look(
  containers: readonly ContainerSummary[],
  config: Partial<Config> = {},
  { listener, readOnly = false }: { readonly listener?: string; readonly readOnly?: boolean } = {},
): Promise<readonly [string, string]> {
  const program = {
    pid: 4,
    path: '/usr/bin/caddy',
    argv: run.split(' '),
    workingDirectory: '/',
    environment: {},
    uid: 0,
    gid: 0,
    groups: [],
  };
  const world = {
    docker: {
      containers: async () => containers,
      container: async (name: string) => ({
        ...containers.find((one) => one.name === name),
        environment: {},
        workingDirectory: '/srv',
      }),
      network: async () => ({ project: 'caddy', network: 'caddynet' }),
      readFile: async (_: string, path: string) => (path.endsWith('Caddyfile') ? mine : undefined),
    },
    files: {
      read: async (path: string) => (path.endsWith('Caddyfile') ? mine : undefined),
      stat: async () => ({ type: 'file' }),
      filesystem: async (path: string) => ({ realPath: path, readOnly }),
      way: async () => [],
    },
    host: {
      listener: async () => listener && { process: listener, pid: 9 },
      programs: async () => (readOnly ? [program] : []),
    },
  };
  const found = findProxy(world as never, { proxy: 'caddy', baseDir: '/srv', ...config }, new Set());
  return found.then(
    (proxy) => ['found', proxy.is === 'caddy' ? (proxy.container ?? '') : proxy.is] as const,
    (error: Failure) => [error.code, `${textOf(error.fix)} ${textOf(error.fixByFlag ?? '')}`] as const,
  );
}

/** What the checks before the first write say of an authentik that is there, and its way out. */
async function authentik(name: string, directory: string, project = 'old'): Promise<readonly [string, string]> {
  const labels = { 'com.docker.compose.project': project, 'com.docker.compose.project.working_dir': directory };
  const there = { ...container, name, image: 'ghcr.io/goauthentik/server:2026.8.6', labels };
  const installation = {
    world: { docker: { containers: async () => [container, there] } },
    layout: { root: '/srv/docker/authentik' },
    ledger: { read: async () => [] },
  };
  const found = await otherAuthentikCheck(installation as never);
  const wrong = found.flatMap((one) => ('issue' in one && one.status === 'fail' ? [one] : []));
  return [wrong.map(({ id }) => id).join(' '), wrong.map(({ issue }) => textOf(issue.fix)).join('\n')];
}

describe('by what Docker and this server say', () => {
  const labels = { ...container, image: 'lucaslorentz/caddy-docker-proxy:2.9' };
  const traefik = { ...container, name: 'traefik', image: 'traefik:3', command: 'traefik', mounts: [] };
  const manager = {
    ...container,
    name: 'manager',
    image: 'daothanh/caddymanager:1',
    command: 'node .',
    mounts: [],
    ports: [],
  };
  const onHost = { ...container, networks: ['host'], ports: [] };
  const file = { ...container, mounts: [{ source: '/srv/Caddyfile', target: '/etc/caddy/Caddyfile', readOnly: true }] };
  const host = { proxy: 'host-caddy', listen } as const;

  test.each([
    ['15 caddy-docker-proxy', look([labels]), 'caddy-docker-proxy', /--proxy manual/],
    [
      '16 the same, by the labels of a Swarm',
      look([{ ...labels, name: 'caddy.1.x' }]),
      'caddy-docker-proxy',
      /--proxy manual/,
    ],
    ['17 Caddy on the host’s network, and a manager', look([manager, onHost], host), 'found', /^caddy$/],
    [
      '17 the same, while it is stopped',
      look([manager, { ...onHost, running: false }], host),
      'caddy-stopped',
      /docker start caddy/,
    ],
    [
      '18 a network of another name',
      look([{ ...file, networks: ['dockerapps-net'] }]),
      'caddy-network',
      /docker network connect caddy_caddynet caddy/,
    ],
    [
      '18 after the two commands',
      look([{ ...file, networks: ['dockerapps-net', 'caddy_caddynet'] }]),
      'found',
      /^caddy$/,
    ],
    [
      '19 Caddy in another LXC',
      look([], { proxy: 'manual', listen: { address: '10.8.0.2', port: 910 }, proxyAddress: '10.8.0.1' }),
      'found',
      /manual/,
    ],
    [
      '22 an authentik in another folder',
      authentik('authentik_server', '/srv/old'),
      'other-authentik',
      /cannot|set up nothing/,
    ],
    [
      '23 the same, with the project named as ours',
      authentik('authentik-server-1', '/srv/old/authentik', 'authentik'),
      'other-authentik project-taken',
      /name: authentik-old/,
    ],
    ['24 Traefik has port 443', look([traefik], {}, { listener: 'docker-proxy' }), 'port-taken', /--proxy manual/],
    ['25 Traefik on the server itself', look([], {}, { listener: 'traefik' }), 'port-taken', /--proxy manual/],
    [
      '27 on a macvlan alone',
      look([{ ...container, networks: ['lan'], ports: [] }]),
      'caddy-network',
      /docker network connect caddy_caddynet caddy/,
    ],
    [
      '27 after the command',
      look([{ ...container, networks: ['lan', 'caddy_caddynet'], ports: [] }]),
      'found',
      /^caddy$/,
    ],
    [
      '29 NixOS makes the Caddyfile',
      look([], host, { readOnly: true }),
      'caddyfile-read-only',
      /services\.caddy\.configFile/,
    ],
  ] as const)('%s', async (_, looking, code, says) => {
    expect(await looking).toEqual([code, expect.stringMatching(says)]);
  });
});
