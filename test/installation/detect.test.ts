import { expect, test } from 'vitest';
import { detect } from '../../src/installation/detect.ts';

test('a Caddy in a container on the host’s network is found before the first question', async () => {
  const edge = {
    name: 'edge',
    image: 'caddy:2.11.7',
    command: 'caddy run --config /etc/caddy/Caddyfile',
    running: true,
    labels: {},
    networks: ['host'],
    mounts: [{ source: '/srv/caddy', target: '/etc/caddy', readOnly: true }],
    ports: [],
  };
  const world = {
    docker: {
      engine: async () => ({ version: '28.0' }),
      containers: async () => [edge],
      container: async () => ({ ...edge, environment: {}, workingDirectory: '/srv' }),
      network: async () => undefined,
      readFile: async () => undefined,
    },
    files: {
      read: async (path: string) => (path === '/srv/caddy/Caddyfile' ? 'mine.example.com {\n}\n' : undefined),
      stat: async () => ({ type: 'file' }),
      filesystem: async (path: string) => ({ realPath: path }),
    },
    host: {
      listener: async () => ({ process: 'caddy', pid: 9, addresses: ['0.0.0.0'] }),
      programs: async () => [],
      addresses: async () => [],
    },
    zfs: { datasets: async () => undefined },
  };
  expect(await detect(world as never, '/srv/docker')).toEqual(['Docker 28.0', 'Caddy in the container "edge"']);
});
