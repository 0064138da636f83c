import { expect, test } from 'vitest';
import type { App } from '../../src/config/config.ts';
import { notAlone } from '../../src/proxy/header-login.ts';
import type { ContainerSummary } from '../../src/world/docker/docker.ts';

const wiki: App = {
  ...{ name: 'wiki', title: 'Wiki', host: 'wiki.home.example.com', upstream: 'wiki:80', mode: 'app', login: 'header' },
};
const theirs = { container: 'caddy', own: false };
const before = { is: 'before', served: [] } as const;

const box = (name: string, networks: readonly string[], more: Partial<ContainerSummary> = {}): ContainerSummary => ({
  ...{ name, networks, image: name, command: '', running: true, labels: {}, mounts: [], ports: [] },
  ...more,
});
const of = (project: string) => ({ labels: { 'com.docker.compose.project': project } });
const caddy = box('caddy', ['caddy_caddynet', 'authentik_proxy', 'pair']);
const port = (address: string) => ({ ports: [{ address, port: 8080, inside: 80 }] });
const judged = (
  boxes: readonly ContainerSummary[],
  app = wiki,
  own = false,
  moment: Parameters<typeof notAlone>[3] = before,
) => {
  const containers = [own ? box('caddy', ['caddy_caddynet']) : caddy, ...boxes];
  const drivers = new Map([
    ...['pair', 'w', 'caddy_caddynet'].map((name) => [name, 'bridge'] as const),
    ['lan', 'macvlan'],
  ]);
  return notAlone(app, { containers, drivers }, { ...theirs, own }, moment)?.code;
};

test.each([
  ['alone with Caddy, on a network of any name', [box('wiki', ['pair'])], undefined],
  ['beside another app', [box('wiki', ['caddy_caddynet']), box('sonarr', ['caddy_caddynet'])], 'header-shared'],
  ['with a stopped one beside it', [box('wiki', ['pair']), box('old', ['pair'], { running: false })], 'header-shared'],
  [
    'with its database on a network of its own',
    [box('wiki', ['pair', 'w'], of('w')), box('db', ['w'], of('w'))],
    undefined,
  ],
  [
    'with its database on that of Caddy',
    [box('wiki', ['pair'], of('w')), box('db', ['pair'], of('w'))],
    'header-shared',
  ],
  [
    'in one project with all other apps, on their network',
    [box('wiki', ['pair', 'all'], of('all')), box('sonarr', ['all', 'caddy_caddynet'], of('all'))],
    'header-shared',
  ],
  [
    'with a stranger on its own network',
    [box('wiki', ['pair', 'w'], of('w')), box('x', ['w'], of('x'))],
    'header-shared',
  ],
  ['at a port that everybody reaches', [box('wiki', ['pair'], port('0.0.0.0'))], 'header-shared'],
  ['at a port of this server alone', [box('wiki', ['pair'], port('127.0.0.1'))], undefined],
  ['on a network without Caddy', [box('wiki', ['w'])], 'header-apart'],
  ['in the network of another one', [box('wiki', [], { networkOf: 'vpn' }), box('vpn', ['pair'])], undefined],
  ['beside the LAN on a network of its own', [box('wiki', ['pair', 'lan'])], 'header-shared'],
  [
    'with a stranger in its own network',
    [box('wiki', ['pair'], of('w')), box('x', [], { networkOf: 'wiki', ...of('w') })],
    'header-shared',
  ],
  [
    'with a stranger in the network of Caddy',
    [box('wiki', ['pair']), box('x', [], { networkOf: 'caddy' })],
    'header-shared',
  ],
  [
    'with a stranger in the network that it uses itself',
    [box('wiki', [], { networkOf: 'vpn' }), box('vpn', ['pair']), box('x', [], { networkOf: 'vpn' })],
    'header-shared',
  ],
  [
    'with a stranger in the network of its database',
    [box('wiki', ['pair', 'w'], of('w')), box('db', ['w'], of('w')), box('x', [], { networkOf: 'db' })],
    'header-shared',
  ],
  ['not there', [], 'header-unseen'],
] as const)('%s', (_, boxes, code) => {
  expect(judged(boxes)).toBe(code);
});

test('another machine is not looked into, nor is a second server of the app forgotten', () => {
  expect(judged([], { ...wiki, upstream: '192.168.7.2:80' })).toBe('header-unseen');
  const pair = [box('wiki', ['pair']), box('wiki2', ['pair'])];
  const two = { ...wiki, site: { moreUpstreams: ['wiki2:80'] } };
  expect(judged([box('wiki', ['pair']), box('wiki2', ['caddy_caddynet']), box('x', ['caddy_caddynet'])], two)).toBe(
    'header-shared',
  );
  expect(judged(pair, two)).toBeUndefined();
});

test('a container that is missing for the moment says nothing of an app that was served there', () => {
  const served = (upstream: string) => judged([], { ...wiki, upstream }, false, { is: 'before', served: [upstream] });
  expect(served('wiki:80')).toBeUndefined();
  expect(served('wiki.caddy_caddynet:80')).toBeUndefined();
  expect(judged([], wiki, false, { is: 'before', served: ['nas:80'] })).toBe('header-unseen');
  expect(served('192.168.1.5:80')).toBe('header-unseen');
  expect(served('[fd00::5]:80')).toBe('header-unseen');
  expect(served('host.docker.internal:80')).toBe('header-unseen');
  expect(served('nas.lan:80')).toBe('header-unseen');
});

test('a Caddy of our own joins by itself, and an app of our own moves', () => {
  expect(judged([box('wiki', ['homeauth_wiki'])], wiki, true)).toBeUndefined();
  const started = { ...wiki, container: { image: 'wiki:1.0.0' } };
  const beside = [box('wiki', ['caddy_caddynet']), box('sonarr', ['caddy_caddynet'])];
  expect(judged(beside, started, true)).toBeUndefined();
  expect(judged([], started, true)).toBeUndefined();
  expect(judged(beside, started, false)).toBe('header-apart');
  expect(judged(beside, started, true, { is: 'now', served: [] })).toBe('header-shared');
});
