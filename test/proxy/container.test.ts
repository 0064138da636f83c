import { describe, expect, test } from 'vitest';
import { commandIn, envFilesOf, onHost, startedWith } from '../../src/proxy/caddy/container.ts';

describe('the configuration that a command loads', () => {
  test.each([
    ['caddy run --config /etc/caddy/Caddyfile --adapter caddyfile', '/etc/caddy/Caddyfile'],
    ['caddy run --config=/conf/Caddyfile', '/conf/Caddyfile'],
    ['caddy run -c /conf/Caddyfile --watch', '/conf/Caddyfile'],
    ['caddy run', '/srv/Caddyfile'],
    ['/usr/bin/caddy run --watch', '/srv/Caddyfile'],
    ['caddy run --config ./sub/Caddyfile', '/srv/sub/Caddyfile'],
    ['caddy run --config ../conf/Caddyfile', '/conf/Caddyfile'],
    ["caddy run --config '/etc/caddy/Caddyfile'", '/etc/caddy/Caddyfile'],
    ["/bin/sh -c 'caddy run --config /conf/Caddyfile --adapter caddyfile'", '/conf/Caddyfile'],
    ['caddy run --config /etc/caddy/odd.json --adapter caddyfile', '/etc/caddy/odd.json'],
  ])('%s', (command, path) => {
    expect(startedWith({ command, workingDirectory: '/srv' })).toEqual({ with: 'caddyfile', path });
  });

  test.each([
    'caddy run --config /etc/caddy/caddy.json',
    'caddy run --resume',
    'caddy file-server',
    'caddy respond --listen :80',
    '/entrypoint.sh',
    'caddy run --resume --config /etc/caddy/Caddyfile',
    'caddy run --config /etc/caddy/x.yaml --adapter yaml',
  ])('%s is no Caddyfile', (command) => {
    expect(startedWith({ command, workingDirectory: '/srv' }).with).toBe('something-else');
  });
});

test('where the command is a script, what it has started tells', async () => {
  const of = async (command: string, processes: readonly string[]) => {
    const details = { name: 'caddy', command, workingDirectory: '/app' };
    return startedWith(await commandIn(details, { docker: { processes: async () => processes } } as never));
  };
  expect(await of('/entrypoint.sh', ['/bin/sh /entrypoint.sh', '/usr/bin/caddy run --config conf/Caddyfile'])).toEqual({
    with: 'caddyfile',
    path: '/app/conf/Caddyfile',
  });
  expect((await of('/entrypoint.sh', [])).with).toBe('something-else');
  expect(await of('caddy run --config /conf/Caddyfile', [])).toEqual({ with: 'caddyfile', path: '/conf/Caddyfile' });
});

test.each([
  ['caddy run --config /etc/caddy/Caddyfile', []],
  ['caddy run --environ --envfile /etc/caddy/.env --config Caddyfile', ['/etc/caddy/.env']],
  ['caddy run --envfile=a.env,/b.env --envfile "c.env"', ['/app/a.env', '/b.env', '/app/c.env']],
])('%s has these files of variables', (command, files) => {
  expect(envFilesOf({ command, workingDirectory: '/app' })).toEqual(files);
});

describe('a path on the host', () => {
  const mount = (source: string, target: string) => ({ source, target, readOnly: false });

  test('below a directory', () => {
    const mounts = [mount('/srv/data', '/data'), mount('/srv/caddy', '/etc/caddy')];
    expect(onHost({ mounts }, '/etc/caddy/Caddyfile')).toEqual({ outside: '/srv/caddy/Caddyfile', alone: false });
  });

  test('a file of its own wins over the directory around it', () => {
    const mounts = [mount('/srv/caddy', '/etc/caddy'), mount('/srv/Caddyfile', '/etc/caddy/Caddyfile')];
    expect(onHost({ mounts }, '/etc/caddy/Caddyfile')).toEqual({ outside: '/srv/Caddyfile', alone: true });
  });

  test('is not found in memory alone, not even by the name that it has there', () => {
    const mounts = [mount('/srv', '/etc'), mount('', '/etc/caddy')];
    expect(onHost({ mounts }, '/etc/caddy/Caddyfile')).toBeUndefined();
  });

  test('is not found beside a directory with a similar name', () => {
    expect(onHost({ mounts: [mount('/srv/x', '/etc/cad')] }, '/etc/caddy/Caddyfile')).toBeUndefined();
  });
});
