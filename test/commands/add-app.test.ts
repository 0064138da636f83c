import { expect, test } from 'vitest';
import type { AddAppFlags } from '../../src/cli/apps.ts';
import { chosen, defaultsOf, keptOf } from '../../src/commands/add-app/known.ts';
import { openInstallation } from '../../src/installation/installation.ts';
import type { Failure } from '../../src/model/failure.ts';
import type { ContainerDetails, ContainerSummary } from '../../src/world/docker/docker.ts';
import { small } from '../config/sample.ts';
import { catalogue } from '../fakes/catalogue.ts';
import { fakeTerminal, type Keys } from '../fakes/terminal.ts';
import { fakeWorld } from '../fakes/world.ts';

const fake = fakeWorld();
const container = (name: string, image: string, over: Partial<ContainerSummary> = {}): ContainerSummary => ({
  ...{ name, image, command: '', running: true, labels: {}, networks: [], mounts: [], ports: [] },
  ...over,
});

/** `made`: what inspecting a container says it was made from. */
function server(
  containers: readonly ContainerSummary[],
  lines = '',
  answers?: readonly Keys[],
  made: Readonly<Record<string, string>> = {},
) {
  const container = async (name: string) => ({ image: made[name] ?? '' }) as ContainerDetails;
  const docker = { ...fake.world.docker, containers: async () => containers, container };
  const terminal = fakeTerminal(answers);
  return openInstallation(`${small}${lines}`, '/srv/docker/authentik/homeauth.yaml', {
    ...{ world: { ...fake.world, docker }, terminal, connect: fake.connect, catalogue },
    ...{ templates: async () => ({}), pointer: '/etc/homeauth/location', cwd: '/', env: {}, version: '0.1.0' },
    ...{ problemsPage: '/docs/problems.md', signal: new AbortController().signal },
  });
}

const known = (name: string) => catalogue.find(name)!;
const defaults = (name: string, at: ReturnType<typeof server>, flags: AddAppFlags = {}) =>
  defaultsOf(known(name), flags, at);
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => expect.fail('nothing was refused'),
    (error: Failure) => error,
  );

test.each([
  ['sonarr', 'lscr.io/linuxserver/sonarr:4.0.1', 'it:8989'],
  ['sonarr', 'linuxserver/sonarr', 'it:8989'],
  ['sonarr', 'ghcr.io/hotio/sonarr:release', 'it:8989'],
  ['nextcloud', 'docker.io/library/nextcloud:31-apache', 'it:80'],
  ['grafana', `registry.lan:5000/grafana/grafana@sha256:${'a'.repeat(64)}`, 'it:3000'],
  ['kasm', 'kasmweb/workspaces:1.17', 'https://it:443'],
])('%s is recognised as %s', async (name, image, upstream) => {
  expect(await defaults(name, server([container('db', 'postgres:16'), container('it', image)]))).toMatchObject({
    upstream,
  });
});

test.each(['somebody/sonarr:latest', 'linuxserver/sonarr-exporter', 'sonarr', 'sha256:0123456789ab'])(
  '%s is not taken for Sonarr',
  async (image) => {
    const failure = await refusal(defaults('sonarr', server([container('it', image)])));
    expect(failure.code).toBe('app-not-running');
    expect(failure.fix).toContain('homeauth add-app sonarr --upstream HOST:8989');
  },
);

test('one whose tag stands for a newer image by now is recognised by what it was made from', async () => {
  // Docker's list then has the image's id alone.
  const old = container('it', `sha256:${'a'.repeat(64)}`);
  const at = server([old], '', undefined, { it: 'lscr.io/linuxserver/sonarr:latest' });
  expect(await defaults('sonarr', at)).toMatchObject({ upstream: 'it:8989' });
});

test('one that does not run, or stands behind the login already, is left out', async () => {
  const apps =
    'apps:\n  - { name: tv, upstream: "media:8989" }\n  - { name: films, upstream: "box.caddy_caddynet:7878" }\n';
  const at = server(
    [
      container('stopped', 'linuxserver/sonarr', { running: false }),
      container('arr-1', 'linuxserver/sonarr', { labels: { 'com.docker.compose.service': 'media' } }),
      container('box', 'linuxserver/radarr'),
    ],
    apps,
  );
  for (const name of ['sonarr', 'radarr']) expect((await refusal(defaults(name, at))).code).toBe('app-not-running');
  expect((await refusal(chosen(at, fakeTerminal([])))).code).toBe('app-not-running');
});

test('two of one image: it asks, and never guesses', async () => {
  const two = [container('sonarr', 'linuxserver/sonarr'), container('sonarr-anime', 'hotio/sonarr')];
  const failure = await refusal(defaults('sonarr', server(two)));
  expect(failure.code).toBe('app-ambiguous');
  expect(failure.details).toBe('sonarr: --upstream sonarr:8989\nsonarr-anime: --upstream sonarr-anime:8989');
  expect(await defaults('sonarr', server(two, '', ['sonarr-anime']))).toMatchObject({ upstream: 'sonarr-anime:8989' });
});

test('for a Caddy on this server itself it is the published port', async () => {
  const ports = (address: string) => ({ ports: [{ address, port: 18989, inside: 8989 }] });
  const at = (address: string) =>
    server([container('sonarr', 'linuxserver/sonarr', ports(address))], 'proxy: host-caddy\n');
  expect(await defaults('sonarr', at('0.0.0.0'))).toMatchObject({ upstream: '127.0.0.1:18989' });
  expect(await defaults('sonarr', at('::'))).toMatchObject({ upstream: '127.0.0.1:18989' });
  expect(await defaults('sonarr', at('192.168.0.4'))).toMatchObject({ upstream: '192.168.0.4:18989' });
});

test('what speaks TLS gets it with whatever certificate, unless its owner says http', async () => {
  const unchecked = { 'upstream-tls': { 'insecure-skip-verify': true } };
  const of = (upstream: string) => defaults('proxmox-ve', server([]), { upstream });
  const { title } = known('proxmox-ve');
  const login = 'oidc';
  expect(await of('192.168.0.9:8006')).toEqual({ title, login, upstream: 'https://192.168.0.9:8006', ...unchecked });
  expect(await of('https://192.168.0.9:8006')).toEqual({
    title,
    login,
    upstream: 'https://192.168.0.9:8006',
    ...unchecked,
  });
  expect(await of('http://192.168.0.9:8006')).toEqual({ title, login, upstream: 'http://192.168.0.9:8006' });
});

test('what homeauth starts by itself has no upstream', async () => {
  expect(await defaults('whoami', server([container('whoami', 'traefik/whoami:v1.11.0')]))).toEqual({});
});

test('of an app that is there already, what differs from the catalogue stays', () => {
  const there = { name: 'sonarr', title: 'TV', host: 'x', upstream: 'tv:8989', mode: 'app' } as const;
  expect(keptOf(known('sonarr'), { upstream: 'tv:8989' }, there)).toEqual({ upstream: 'tv:8989' });
  expect(keptOf(known('sonarr'), {}, { ...there, title: 'Sonarr' })).toEqual({ title: 'Sonarr' });
  const secure = { ...there, site: { tls: {} } };
  expect(keptOf(known('kasm'), { upstream: 'kasm:443' }, secure)).toEqual({ upstream: 'https://kasm:443' });
});
