import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { Failure } from '../../src/model/failure.ts';
import { textOf } from '../../src/model/shown.ts';
import { ownCaddy } from '../../src/proxy/caddy/caddy.ts';
import { everywhere } from '../../src/proxy/caddy/listeners.ts';
import { findProxy, proxyOf } from '../../src/proxy/choose.ts';
import type { ContainerSummary } from '../../src/world/docker/docker.ts';
import type { World } from '../../src/world/world.ts';

const run = 'caddy run --config /etc/caddy/Caddyfile --adapter caddyfile';
const mount = (source: string, target: string) => ({ source, target, readOnly: true });

const caddy: ContainerSummary = {
  name: 'caddy',
  image: 'caddy:2.11.7',
  command: run,
  running: true,
  labels: {},
  networks: ['caddy_caddynet'],
  mounts: [mount('/srv/caddy', '/etc/caddy')],
  ports: [{ address: '0.0.0.0', port: 443, inside: 443 }],
};
const other: ContainerSummary = { ...caddy, name: 'wiki', image: 'wiki:1', command: 'wiki', mounts: [], ports: [] };

interface Scene {
  containers?: readonly ContainerSummary[];
  listener?: string;
  networkExists?: boolean;
  files?: readonly string[];
  /** What Caddy loaded last. */
  loaded?: object;
  /** What the Caddyfile says. */
  text?: string;
  /** Paths on the host that are links, and where they lead. */
  links?: Readonly<Record<string, string>>;
  /** Paths on the host that say something else than they do in the container; `undefined`: nothing is there. */
  onHost?: Readonly<Record<string, string | undefined>>;
}

/** Only what a look may use: everything else of Docker is missing, and would throw. */
function look({
  containers = [],
  listener,
  networkExists = true,
  files = ['/etc/caddy/Caddyfile'],
  loaded,
  text = 'a {\n}\n',
  links = {},
  onHost = {},
}: Scene) {
  const insideOf = (path: string) =>
    containers.flatMap(({ mounts }) =>
      mounts.flatMap(({ source, target }) => (path.startsWith(source) ? target + path.slice(source.length) : [])),
    );
  const world = {
    docker: {
      containers: async () => containers,
      container: async (name: string) => {
        const found = containers.find((c) => c.name === name);
        return found && { ...found, environment: { XDG_CONFIG_HOME: '/config' }, workingDirectory: '/srv' };
      },
      network: async () => (networkExists ? { project: 'caddy', network: 'caddynet' } : undefined),
      readFile: async (_: string, path: string) => {
        if (path === '/config/caddy/autosave.json') return loaded && JSON.stringify(loaded);
        return files.includes(path) ? text : undefined;
      },
    },
    files: {
      read: async (path: string) => {
        if (path in onHost) return onHost[path];
        return insideOf(path).some((inside) => files.includes(inside)) ? text : undefined;
      },
      stat: async (path: string) => ({ type: path in links ? 'link' : 'file' }),
      filesystem: async (path: string) => {
        const link = Object.keys(links).find((one) => path === one || path.startsWith(`${one}/`));
        return { realPath: link === undefined ? path : links[link] + path.slice(link.length) };
      },
    },
    host: { listener: async () => listener && { process: listener }, programs: async () => [] },
  } as unknown as World;
  return (
    config: Partial<Pick<Config, 'caddyContainer' | 'proxy' | 'listen'>> = {},
    ours: readonly `container:${string}`[] = [],
  ) => findProxy(world, { proxy: 'caddy', baseDir: '/srv', ...config }, new Set(ours));
}

async function refusal(work: Promise<unknown>): Promise<Failure> {
  const error = await work.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Failure);
  return error as Failure;
}

describe('a Caddy that is there', () => {
  const found = { is: 'caddy', own: false, container: 'caddy', networks: ['caddy_caddynet'], listeners: everywhere };

  test('with its directory mounted, read-only or not', async () => {
    const caddyfile = { inside: '/etc/caddy/Caddyfile', outside: '/srv/caddy/Caddyfile' };
    expect(await look({ containers: [other, caddy] })()).toEqual({ ...found, caddyfile, how: 'import' });
  });

  test('with its Caddyfile mounted alone', async () => {
    const mounts = [mount('/srv/Caddyfile', '/etc/caddy/Caddyfile')];
    const caddyfile = { inside: '/etc/caddy/Caddyfile', outside: '/srv/Caddyfile' };
    expect(await look({ containers: [{ ...caddy, mounts }] })()).toEqual({ ...found, caddyfile, how: 'block' });
  });

  test('somewhere else, as its command says', async () => {
    const elsewhere = { ...caddy, command: 'caddy run -c /conf/Caddyfile', mounts: [mount('/srv/conf', '/conf')] };
    expect(await look({ containers: [elsewhere], files: ['/conf/Caddyfile'] })()).toMatchObject({
      caddyfile: { inside: '/conf/Caddyfile', outside: '/srv/conf/Caddyfile' },
    });
  });

  test.each([
    'caddy',
    'caddy:2-alpine',
    'ghcr.io/caddybuilds/caddy-cloudflare:2.11.9',
    'registry.lan:5000/my-caddy@sha256:abc',
    'slothcroissant/caddy-cloudflaredns',
  ])('by its image %s', async (image) => {
    expect(await look({ containers: [{ ...caddy, name: 'front', image }] })()).toMatchObject({ container: 'front' });
  });

  test('by the Caddyfile that a program named caddy is given', async () => {
    const built = { ...caddy, name: 'front', image: 'sha256:0123' };
    expect(await look({ containers: [built] })()).toMatchObject({ container: 'front' });
    const franken = { ...built, command: 'frankenphp run --config /etc/caddy/Caddyfile' };
    expect(await look({ containers: [franken] })()).toEqual(ownCaddy('/srv'));
  });

  test('by its name in homeauth.yaml, where there are several', async () => {
    const containers = [caddy, { ...caddy, name: 'caddy-test' }];
    expect(await look({ containers })({ caddyContainer: 'caddy-test' })).toMatchObject({ container: 'caddy-test' });
  });

  test('and runs, beside one that does not', async () => {
    const containers = [{ ...caddy, name: 'caddy-old', running: false }, caddy];
    expect(await look({ containers })()).toMatchObject({ container: 'caddy' });
  });
});

describe("a Caddy on the host's network", () => {
  const listen = { address: '127.0.0.1', port: 910 };
  const onHost = { ...caddy, networks: ['host'], ports: [] };
  const config = { proxy: 'host-caddy', listen } as const;

  test('in a container: it meets authentik at a port of this server', async () => {
    const found = await look({ containers: [other, onHost] })(config);
    expect(found).toMatchObject({ container: 'caddy', listen, caddyfile: { outside: '/srv/caddy/Caddyfile' } });
    const { meeting, speaksFrom } = proxyOf(found);
    expect(meeting).toEqual({ at: 'port', listen, through: 'authentik_backend' });
    const backend = { subnets: ['172.20.0.0/16', 'fd00::/64'], gateways: ['172.20.0.1', 'fd00::1'] };
    expect(speaksFrom(backend)).toEqual(['172.20.0.1/32']);
  });

  test('none, two of them, or one that is named and is on another network', async () => {
    const codes = [
      look({ containers: [caddy] })(config),
      look({ containers: [onHost, { ...onHost, name: 'caddy-two' }] })(config),
      look({ containers: [caddy, onHost] })({ ...config, caddyContainer: 'wiki' }),
    ].map(async (work) => (await refusal(work)).code);
    expect(await Promise.all(codes)).toEqual(['caddy-not-found', 'caddy-ambiguous', 'caddy-not-found']);
    const two = [onHost, { ...onHost, name: 'caddy-two' }];
    const named = { ...config, caddyContainer: 'caddy-two' };
    expect(await look({ containers: two })(named)).toMatchObject({ container: 'caddy-two' });
  });
});

describe('which file Caddy reads', () => {
  const started = (command: string, mounts: ContainerSummary['mounts'], more: Scene = {}) =>
    look({ containers: [{ ...caddy, command, mounts }], ...more })();

  test('without --config it is the one in its working directory', async () => {
    const found = await started('caddy run', [mount('/opt/caddy/Caddyfile', '/srv/Caddyfile')], {
      files: ['/srv/Caddyfile'],
    });
    expect(found).toMatchObject({
      caddyfile: { inside: '/srv/Caddyfile', outside: '/opt/caddy/Caddyfile' },
      how: 'block',
    });
  });

  test('a relative path begins there, too', async () => {
    const files = ['/srv/conf/Caddyfile'];
    const found = await started('caddy run --config conf/Caddyfile', [mount('/opt/conf', '/srv/conf')], { files });
    expect(found).toMatchObject({ caddyfile: { inside: '/srv/conf/Caddyfile', outside: '/opt/conf/Caddyfile' } });
  });

  test('a link stays one: what it leads to is written in place', async () => {
    const links = { '/srv/caddy/Caddyfile': '/home/helen/infra/Caddyfile' };
    expect(await started(run, caddy.mounts, { links })).toMatchObject({
      caddyfile: { inside: '/etc/caddy/Caddyfile', outside: '/home/helen/infra/Caddyfile' },
      how: 'block',
    });
  });

  test.each<[string, Scene]>([
    [
      'another file',
      { links: { '/srv/caddy/Caddyfile': '/etc/caddy/my' }, onHost: { '/srv/caddy/Caddyfile': 'b {}' } },
    ],
    ['none', { links: { '/srv/caddy/Caddyfile': '/etc/caddy/my' }, onHost: { '/srv/caddy/Caddyfile': undefined } }],
  ])('a link that leads to %s here than in the container is refused before anything is made', async (_, scene) => {
    const failure = await refusal(started(run, caddy.mounts, scene));
    expect([failure.code, textOf(failure.fix)]).toEqual([
      'caddyfile-link',
      expect.stringContaining('namei -l /srv/caddy/Caddyfile'),
    ]);
  });

  test('so is a folder that is such a link', async () => {
    const scene = {
      links: { '/srv/caddy/live': '/etc/caddy/v2' },
      files: ['/etc/caddy/live/Caddyfile'],
      onHost: { '/srv/caddy/live/Caddyfile': undefined },
    };
    const failure = await refusal(started('caddy run --config /etc/caddy/live/Caddyfile', caddy.mounts, scene));
    expect(failure.code).toBe('caddyfile-link');
  });

  test('of a link that is mounted alone, only this server follows it', async () => {
    const links = { '/srv/Caddyfile': '/home/helen/Caddyfile' };
    const found = await started(run, [mount('/srv/Caddyfile', '/etc/caddy/Caddyfile')], {
      links,
      files: [],
      onHost: { '/srv/Caddyfile': 'a {\n}\n' },
    });
    expect(found).toMatchObject({ caddyfile: { outside: '/home/helen/Caddyfile' }, how: 'block' });
  });

  test.each([
    ['import *.caddy', 'block'],
    ['import *', 'block'],
    ['import ./*.caddy', 'block'],
    ['import /etc/caddy/*', 'block'],
    ['import home????.caddy', 'block'],
    ['  import "*.caddy"', 'block'],
    ['import sites/*', 'import'],
    ['import *.conf', 'import'],
    ['# import *.caddy', 'import'],
    ['import homeauth.caddy # homeauth: this line is its own', 'import'],
  ])('%s: our part goes there as a %s', async (line, how) => {
    expect(await started(run, caddy.mounts, { text: `a.lan {\n}\n${line}\n` })).toMatchObject({ how });
  });
});

describe('none', () => {
  test('is one of our own', async () => {
    expect(await look({ containers: [other] })()).toEqual(ownCaddy('/srv'));
  });

  test('once it is there it stays our own', async () => {
    expect(await look({ containers: [caddy], listener: 'docker-proxy' })({}, ['container:caddy'])).toEqual(
      ownCaddy('/srv'),
    );
  });

  test('is none of our business where the user says so', async () => {
    expect(await look({ containers: [caddy] })({ proxy: 'manual' })).toEqual({ is: 'manual' });
  });
});

test('of several, the one that publishes 443 is offered first', async () => {
  const inner = { ...caddy, name: 'app-caddy-1', ports: [] };
  const { fix } = await refusal(look({ containers: [inner, { ...caddy, name: 'front' }] })());
  expect(fix).toMatch(/caddy-container: front /);
});

describe('refused', () => {
  const containers = (change: Partial<ContainerSummary>) => ({ containers: [{ ...caddy, ...change }] });
  test.each<[string, Scene, string, RegExp]>([
    [
      'two of them',
      { containers: [caddy, { ...caddy, name: 'front' }] },
      'caddy-ambiguous',
      /^Say .*caddy-container: caddy in homeauth.yaml$/,
    ],
    ['a stopped one', containers({ running: false }), 'caddy-stopped', /^Start it: docker start caddy$/],
    [
      'caddy-docker-proxy',
      containers({ image: 'lucaslorentz/caddy-docker-proxy:2.13', command: 'caddy docker-proxy' }),
      'caddy-docker-proxy',
      /proxy: manual/,
    ],
    [
      'one with JSON',
      containers({ command: 'caddy run --config /etc/caddy/c.json' }),
      'caddy-without-caddyfile',
      /--config/,
    ],
    ['one that resumes', containers({ command: `${run} --resume` }), 'caddy-without-caddyfile', /proxy: manual/],
    [
      'a Caddyfile in the image',
      containers({ mounts: [mount('/srv/data', '/data')] }),
      'caddyfile-in-image',
      /docker cp caddy:/,
    ],
    ['a Caddyfile that is not there', { ...containers({}), files: [] }, 'caddyfile-missing', /proxy: manual/],
    [
      'one elsewhere',
      containers({ networks: ['web'] }),
      'caddy-network',
      /docker network connect caddy_caddynet caddy$/,
    ],
    [
      'one elsewhere, without the network',
      { ...containers({ networks: ['web'] }), networkExists: false },
      'caddy-network',
      /docker network create caddy_caddynet && docker network connect caddy_caddynet caddy$/,
    ],
    ["one on the host's network", containers({ networks: ['host'] }), 'caddy-host-network', /proxy: host-caddy/],
    ['one outside Docker', { listener: 'caddy' }, 'caddy-outside-docker', /proxy: host-caddy/],
    ['another server', { listener: 'nginx' }, 'port-taken', /Stop nginx/],
    [
      'a container of another server',
      { containers: [{ ...other, ports: caddy.ports }], listener: 'docker-proxy' },
      'port-taken',
      /Stop the container wiki/,
    ],
  ])('%s', async (_, scene, code, fix) => {
    const failure = await refusal(look(scene)());
    expect([failure.code, textOf(failure.fix)]).toEqual([code, expect.stringMatching(fix)]);
  });

  test('a name that is not there', async () => {
    const failure = await refusal(look({ containers: [caddy] })({ caddyContainer: 'cady' }));
    expect([failure.code, textOf(failure.fix)]).toEqual([
      'caddy-not-found',
      'Name one that is there: caddy-container: caddy in homeauth.yaml',
    ]);
  });
});

describe('where it listens', () => {
  const site = (host: string, ...listen: readonly string[]) => ({ listen, routes: [{ match: [{ host: [host] }] }] });
  const served = (http: object) => look({ containers: [caddy], loaded: { apps: { http } } })();

  test.each<[string, object, object]>([
    ['everywhere, as usual', { servers: { srv0: site('a.lan', ':443') } }, everywhere],
    [
      'at one address',
      { servers: { srv0: site('a.lan', '192.168.0.4:443'), srv1: site('b.lan', '192.168.0.4:80') } },
      { ...everywhere, bind: ['192.168.0.4'] },
    ],
    [
      'at two',
      { servers: { srv0: site('a.lan', '[::]:443'), srv1: site('b.lan', '0.0.0.0:443') } },
      { ...everywhere, bind: ['0.0.0.0', '[::]'] },
    ],
    [
      'at one, without https yet',
      { servers: { srv0: site('a.lan', '10.0.0.1:80') } },
      { ...everywhere, bind: ['10.0.0.1'] },
    ],
    ['beside another port of its own', { servers: { srv0: site('a.lan', '10.0.0.1:9000') } }, everywhere],
    [
      'on other ports',
      { http_port: 8080, https_port: 8443, servers: { srv0: site('a.lan', ':8443') } },
      { http: 8080, https: 8443, bind: [] },
    ],
  ])('%s', async (_, http, listeners) => {
    expect(await served(http)).toMatchObject({ listeners });
  });

  test('our own sites say nothing of it', async () => {
    const dial = { handle: [{ handler: 'reverse_proxy', upstreams: [{ dial: 'authentik.homeauth.internal.:9000' }] }] };
    const routes = [{ match: [{ host: ['auth.lan'] }], ...dial }];
    const servers = { srv0: site('a.lan', '10.0.0.1:443'), srv1: { listen: [':443'], routes } };
    expect(await served({ servers })).toMatchObject({ listeners: { bind: ['10.0.0.1'] } });
  });

  test('some everywhere and some not is told with the line to write, before anything is made', async () => {
    const servers = { srv0: site('a.lan', '10.0.0.1:443'), srv1: site('b.lan', ':443') };
    const { code, problem, fix } = await refusal(served({ servers }));
    expect([code, problem]).toEqual(['caddy-listeners', expect.stringContaining('a.lan on 10.0.0.1 alone')]);
    expect(fix).toContain('  default_bind 10.0.0.1');
  });

  test.each([{ disable: true }, { disable_certificates: true }])(
    'without certificates: %j',
    async (automatic_https) => {
      const servers = { srv0: { ...site('a.lan', ':443'), automatic_https } };
      expect((await refusal(served({ servers }))).code).toBe('caddy-auto-https-off');
    },
  );
});
