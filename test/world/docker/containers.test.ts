import { expect, test } from 'vitest';
import { listContainers } from '../../../src/world/docker/containers.ts';

const listed = (Id: string, name: string, NetworkMode: string, networks: readonly string[]) => ({
  Id,
  Names: [`/${name}`],
  Image: 'i',
  Command: '',
  State: 'running',
  Labels: {},
  Mounts: [],
  Ports: [],
  HostConfig: { NetworkMode },
  NetworkSettings: { Networks: Object.fromEntries(networks.map((network) => [network, {}])) },
});

test('a container without a network of its own has the name of the one whose network it has', async () => {
  const id = 'f'.repeat(64);
  const list = [
    listed('1', 'torrent', `container:${id}`, []),
    listed(id, 'gluetun', 'caddy_caddynet', ['caddy_caddynet']),
    listed('3', 'lost', 'container:0123', []),
  ];
  const found = await listContainers({ look: async () => list } as never);
  expect(found.map(({ name, networkOf }) => [name, networkOf])).toEqual([
    ['torrent', 'gluetun'],
    ['gluetun', undefined],
    ['lost', undefined],
  ]);
});
