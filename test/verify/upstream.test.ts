import { describe, expect, test } from 'vitest';
import type { App } from '../../src/config/config.ts';
import { checkUpstream } from '../../src/config/upstream.ts';
import { Failure } from '../../src/model/failure.ts';
import { dialledBy, networkOwners } from '../../src/proxy/upstream.ts';
import type { ProbeContext } from '../../src/verify/probe.ts';
import { proveBeside } from '../../src/verify/upstream.ts';
import { dataOf } from '../words.ts';

const lan = '192.168.0.4';
const gateway = '172.20.0.1';
const wiki: App = { name: 'wiki', title: 'Wiki', host: 'wiki.home.example.com', upstream: 'wiki:8080', mode: 'app' };
const container = {
  name: 'wiki',
  running: true,
  labels: {},
  networks: ['caddy_caddynet'],
  ports: [] as { address: string; port: number; inside: number }[],
};

interface Scene {
  readonly containers?: readonly object[];
  readonly listener?: { readonly process: string; readonly addresses: readonly string[] };
  readonly hosts?: string;
  /** What another machine answers; undefined where it does not. */
  readonly status?: number;
  readonly proxy?: 'caddy' | 'manual';
}

async function found(upstream: string, { containers = [], listener, hosts, status, proxy = 'caddy' }: Scene = {}) {
  const world = {
    docker: {
      containers: async () => containers,
      network: async (name: string) => (name === 'caddy_caddynet' ? { gateways: [gateway] } : undefined),
      readFile: async () => hosts,
    },
    host: {
      addresses: async () => [{ name: 'eno1', address: lan }],
      resolve: async (name: string) => (name === 'nas.lan' ? [lan] : ['192.168.0.9']),
      listener: async () => listener,
    },
    http: {
      dial: async () => {
        if (status === undefined) throw new Failure({ code: 'no-answer', problem: 'Nobody answers.', fix: '' });
        return { status, headers: {}, cookies: [], body: '' };
      },
    },
  };
  const context = { world, config: { proxy, lanAddress: lan }, entrance: { container: 'caddy' } };
  const all = await proveBeside(context as unknown as ProbeContext, { ...wiki, upstream });
  return Object.fromEntries(all.map((one) => [one.id, dataOf(one)]));
}

const right = { upstream: { status: 'ok' }, 'bypass-port': { status: 'ok' } };
const around = (cause: string, fix: string) => ({
  upstream: { status: 'ok' },
  'bypass-port': { status: 'warn', cause: expect.stringContaining(cause), fix: expect.stringContaining(fix) },
});
const unreached = (cause: string, fix: string) => ({
  upstream: { status: 'fail', cause: expect.stringContaining(cause), fix: expect.stringContaining(fix) },
});
const ports = (address: string) => [{ address, port: 9999, inside: 80 }];

describe('this server itself', () => {
  const jellyfin = (...addresses: string[]) => ({ listener: { process: 'jellyfin', addresses } });

  test.each([`${lan}:9999`, 'nas.lan:9999', 'host.docker.internal:9999', `${gateway}:9999`])(
    '%s: a container that publishes the port is a way around the login',
    async (upstream) => {
      const open = { containers: [{ ...container, name: 'files', networks: ['web'], ports: ports('0.0.0.0') }] };
      expect(await found(upstream, open)).toMatchObject(
        around(`wiki answers on ${lan}:9999 without a login. The container files publishes`, 'upstream: files:80'),
      );
    },
  );

  test.each(['0.0.0.0', '::', lan])('a program that listens on %s is one, too', async (address) => {
    expect(await found(`${lan}:8096`, jellyfin(address))).toMatchObject(
      around(`wiki answers on ${lan}:8096 without a login. jellyfin listens`, `upstream: ${gateway}:8096`),
    );
  });

  test('who listens inside of Docker alone is reached by nobody else', async () => {
    expect(await found(`${gateway}:8096`, jellyfin(gateway))).toMatchObject(right);
    const inside = { containers: [{ ...container, name: 'files', ports: ports(gateway) }] };
    expect(await found(`${gateway}:9999`, inside)).toMatchObject(right);
  });

  test('who listens on the loopback alone is not reached by Caddy', async () => {
    expect(await found(`${lan}:8096`, jellyfin('127.0.0.1'))).toMatchObject(
      unreached('jellyfin listens on port 8096 of 127.0.0.1 alone', `${gateway}:8096`),
    );
    const files = { containers: [{ ...container, name: 'files', ports: ports('127.0.0.1') }] };
    expect(await found(`${lan}:9999`, files)).toMatchObject(unreached('on 127.0.0.1 alone', 'upstream: files:80'));
  });

  test('nobody listens', async () => {
    expect(await found(`${lan}:8096`)).toMatchObject(unreached('Nothing listens on port 8096', 'Start it'));
  });

  test('a Caddy whose container does not know host.docker.internal', async () => {
    const scene = { ...jellyfin('0.0.0.0'), hosts: '127.0.0.1 localhost\n' };
    expect(await found('host.docker.internal:8096', scene)).toMatchObject(
      unreached('does not know the name host.docker.internal', `upstream: ${lan}:8096`),
    );
    const known = { ...jellyfin('0.0.0.0'), hosts: '172.17.0.1 host.docker.internal\n' };
    expect((await found('host.docker.internal:8096', known))['upstream']).toMatchObject({ status: 'ok' });
  });
});

describe("a container in another one's network", () => {
  const app = { ...container, networks: [], networkOf: 'gluetun' };
  const gluetun = { ...container, name: 'gluetun' };

  test('is dialled by that one', async () => {
    const config = { apps: [{ ...wiki, site: { moreUpstreams: ['other:80', '192.168.0.9:80'] } }] };
    const docker = { containers: async () => [app, gluetun] };
    const owners = await networkOwners(config, { docker } as never);
    expect(owners).toEqual({ wiki: 'gluetun' });
    expect(dialledBy(config, owners).apps[0]).toMatchObject({
      upstream: 'gluetun:8080',
      site: { moreUpstreams: ['other:80', '192.168.0.9:80'] },
    });
  });

  test('is checked at that one: its network, its ports, whether it runs', async () => {
    expect(await found('wiki:8080', { containers: [app, gluetun] })).toMatchObject(right);
    const open = { ...gluetun, ports: [{ address: '0.0.0.0', port: 8090, inside: 8080 }] };
    expect(await found('wiki:8080', { containers: [app, open] })).toMatchObject(
      around(`${lan}:8090 without a login. The container gluetun publishes`, '8090:8080'),
    );
    expect(await found('wiki:8080', { containers: [app, { ...gluetun, networks: ['web'] }] })).toMatchObject(
      unreached('gluetun, whose network wiki has,', 'docker network connect caddy_caddynet gluetun'),
    );
    expect(await found('wiki:8080', { containers: [app, { ...gluetun, running: false }] })).toMatchObject(
      unreached('The container gluetun does not run', 'docker start gluetun'),
    );
  });
});

describe('another machine', () => {
  test.each([200, 302, 404, 500])('that answers %i to whoever asks there is a way around the login', async (status) => {
    expect(await found('192.168.0.9:80', { status })).toMatchObject(
      around('wiki answers at 192.168.0.9:80 without this login', `only from ${lan}`),
    );
  });

  test.each([401, 403])('that refuses with %i is none', async (status) => {
    expect(await found('box.lan:80', { status })).toMatchObject(right);
  });

  test('that does not answer is told without a word about networks of Docker', async () => {
    const told = await found('192.168.0.9:80');
    expect(told).toMatchObject(unreached('does not answer at 192.168.0.9:80', 'firewall'));
    expect(JSON.stringify(told)).not.toContain('docker network');
  });
});

test.each(['unix//run/app.sock', 'unix:/run/app.sock', '/run/app.sock', 'unix+h2c//run/app.sock', 'fd/3'])(
  '%s is refused with the reason',
  (upstream) => {
    expect(checkUpstream(upstream)).toMatchObject({
      problem: 'is a Unix socket',
      why: expect.stringContaining("Caddy's container cannot see"),
    });
  },
);
