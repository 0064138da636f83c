import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { caddyKind } from '../../src/proxy/caddy/kind.ts';
import { findProxy, proxyOf } from '../../src/proxy/choose.ts';
import { connectDocker } from '../../src/world/docker/connect.ts';
import { nodeFiles } from '../../src/world/files.ts';
import { linuxHost } from '../../src/world/host.ts';
import { ownHttp } from '../../src/world/http.ts';
import { systemRandom } from '../../src/world/random.ts';
import type { World } from '../../src/world/world.ts';
import { type Engine, engine } from '../machine/engine.ts';
import { CADDY_IMAGE } from '../machine/names.ts';
import { configOf, template } from './caddy/bench.ts';

const network = 'caddy_caddynet';
const prefix = 'which-test-caddy';
const mine = 'http://mine.example.com {\n\trespond "mine"\n}\n';
let docker: Engine;
let world: World;

beforeAll(async () => {
  docker = await engine();
  await docker.remove({ prefix });
  await docker.remove({ prefix: network });
  await docker.docker(['network', 'create', network]);
  world = {
    docker: connectDocker({ DOCKER_HOST: docker.host }),
    files: nodeFiles(),
    http: ownHttp,
    random: systemRandom,
    clock: { sleep: (ms: number) => new Promise((done) => setTimeout(done, ms)) },
    host: linuxHost,
  } as unknown as World;
});
afterAll(async () => {
  await docker.remove({ prefix });
  await docker.remove({ prefix: network });
});

async function answer(proxy: string, host: string, port: number): Promise<string> {
  const via = await world.docker.dialAddress(proxy, port, network);
  const url = `${port === 443 ? 'https' : 'http'}://${host}/`;
  return ownHttp.dial({ url, ...(via && { via }) }).then(({ status, body }) => `${status} ${body}`.trim(), String);
}

interface Way {
  /** Files below a folder of their own, by name; `->` makes a link. */
  readonly files: Readonly<Record<string, string>>;
  readonly run: (folder: string) => readonly string[];
  readonly caddyfile: string;
  readonly how: 'import' | 'block';
}

let count = 0;

// Side by side: each has a Caddy of its own, and waits for it most of the time.
describe.concurrent('which file is read', () => {
  test.for<[string, Way]>([
    [
      'caddy run, in the working directory of its image',
      {
        files: { Caddyfile: mine },
        run: (at) => ['--volume', `${at}/Caddyfile:/srv/Caddyfile`, CADDY_IMAGE, 'caddy', 'run'],
        caddyfile: 'Caddyfile',
        how: 'block',
      },
    ],
    [
      'a relative path, and a working directory of its own',
      {
        files: { 'conf/Caddyfile': mine },
        run: (at) => [
          '--volume',
          `${at}/conf:/app/conf`,
          '--workdir',
          '/app',
          CADDY_IMAGE,
          'caddy',
          'run',
          '--config',
          'conf/Caddyfile',
        ],
        caddyfile: 'conf/Caddyfile',
        how: 'import',
      },
    ],
    [
      'a script that starts it',
      {
        files: { 'etc/Caddyfile': mine, 'start.sh': 'caddy run --config /conf/Caddyfile --adapter caddyfile\n' },
        run: (at) => [
          '--volume',
          `${at}/etc:/conf`,
          '--volume',
          `${at}/start.sh:/start.sh`,
          '--entrypoint',
          '/bin/sh',
          CADDY_IMAGE,
          '/start.sh',
        ],
        caddyfile: 'etc/Caddyfile',
        how: 'import',
      },
    ],
    [
      'a link into a clone',
      {
        files: { 'etc/clone/Caddyfile': mine, 'etc/Caddyfile': '-> clone/Caddyfile' },
        run: (at) => ['--volume', `${at}/etc:/etc/caddy`, CADDY_IMAGE],
        caddyfile: 'etc/clone/Caddyfile',
        how: 'block',
      },
    ],
    [
      'import *.caddy, which would take a file of ours, too',
      {
        files: { 'etc/Caddyfile': 'import *.caddy\n', 'etc/mine.caddy': mine },
        run: (at) => ['--volume', `${at}/etc:/etc/caddy`, CADDY_IMAGE],
        caddyfile: 'etc/Caddyfile',
        how: 'block',
      },
    ],
  ])('%s', async ([_, { files, run, caddyfile, how }], { expect }) => {
    const folder = await mkdtemp(join(tmpdir(), 'homeauth-which-'));
    for (const [name, text] of Object.entries(files)) {
      await mkdir(join(folder, name, '..'), { recursive: true });
      const target = /^-> (.*)$/.exec(text)?.[1];
      await (target === undefined ? writeFile(join(folder, name), text) : symlink(target, join(folder, name)));
    }
    const proxy = `${prefix}-${count++}`;
    await docker.docker(['run', '--detach', '--name', proxy, '--network', network, ...run(folder)]);
    await expect.poll(() => answer(proxy, 'mine.example.com', 80), { timeout: 20_000 }).toBe('200 mine');

    const found = await findProxy(world, { proxy: 'caddy', caddyContainer: proxy, baseDir: '/srv' }, new Set());
    expect(found).toMatchObject({ caddyfile: { outside: join(folder, caddyfile) }, how });
    const [part] = proxyOf(found).part(configOf(['wiki']), { 'homeauth.caddy': template });
    if (part?.kind !== 'caddy') throw new Error('no part');
    await caddyKind.rehearse?.(part.spec, world, new Set());
    await caddyKind.apply?.(part.key, part.spec, world, undefined);
    // authentik is not there: what answers is Caddy, for a site of ours.
    await expect.poll(() => answer(proxy, 'wiki.home.example.com', 443), { timeout: 20_000 }).toMatch(/^502/);
    expect(await answer(proxy, 'mine.example.com', 80)).toBe('200 mine');

    // What is read at the next start is the same.
    await docker.docker(['restart', '--time', '1', proxy]);
    await expect.poll(() => answer(proxy, 'wiki.home.example.com', 443), { timeout: 20_000 }).toMatch(/^502/);
    expect(await answer(proxy, 'mine.example.com', 80)).toBe('200 mine');

    await caddyKind.apply?.(part.key, undefined, world, undefined);
    const before = files[caddyfile];
    expect(await readFile(join(folder, caddyfile), 'utf8')).toBe(before);
    expect(await answer(proxy, 'mine.example.com', 80)).toBe('200 mine');
  });

  /** A program of this server's own, with a container in authentik's place that says who asks it. */
  test('a Caddy on this server itself, its admin address elsewhere', async ({ expect }) => {
    const folder = await mkdtemp(join(tmpdir(), 'homeauth-host-'));
    const [program, caddyfile, authentik] = [
      join(folder, 'caddy'),
      join(folder, 'Caddyfile'),
      join(folder, 'authentik'),
    ];
    await copyFile('.cache/test/bin/caddy', program);
    await chmod(program, 0o755);
    const own = `{\n\tadmin localhost:2029\n\thttp_port 18080\n\thttps_port 18443\n}\n${mine.replace('.com', '.com:18080')}`;
    await writeFile(caddyfile, own);
    await writeFile(authentik, ':9000 {\n\trespond "{remote_host} asks for {host}"\n}\n');
    const proxy = `${prefix}-authentik`;
    const inside = '/etc/caddy/Caddyfile';
    await docker.docker([
      ...['run', '--detach', '--name', proxy, '--network', network, '--publish', '127.0.0.1:910:9000'],
      ...['--volume', `${authentik}:${inside}`, CADDY_IMAGE],
    ]);
    const environment = {
      ...process.env,
      XDG_CONFIG_HOME: join(folder, 'config'),
      XDG_DATA_HOME: join(folder, 'data'),
    };
    const running: ChildProcess = spawn(program, ['run', '--config', 'Caddyfile'], {
      cwd: folder,
      env: environment,
      stdio: 'ignore',
    });
    try {
      const asks = (host: string, port: number) =>
        ownHttp
          .dial({ url: `${port === 18443 ? 'https' : 'http'}://${host}/`, via: { host: '127.0.0.1', port } })
          .then(({ status, body }) => `${status} ${body}`.trim(), String);
      await expect.poll(() => asks('mine.example.com', 18080), { timeout: 20_000 }).toBe('200 mine');
      const config = {
        ...configOf(['wiki']),
        proxy: 'host-caddy',
        listen: { address: '127.0.0.1', port: 910 },
      } as const;
      const found = await findProxy(world, config, new Set());
      expect(found).toMatchObject({ caddyfile: { outside: caddyfile }, how: 'import', listeners: { https: 18443 } });
      const [part] = proxyOf(found).part(config, { 'homeauth.caddy': template });
      if (part?.kind !== 'caddy') throw new Error('no part');
      await caddyKind.rehearse?.(part.spec, world, new Set());
      await caddyKind.apply?.(part.key, part.spec, world, undefined);
      expect(await caddyKind.observe(part.key, world, part.spec)).toMatchObject({
        is: 'present',
        spec: { revision: part.spec.revision },
      });
      // Who asks is this server's address on the container's network, and no visitor: that one alone is believed.
      const gateways = (await world.docker.network(network))?.gateways ?? [];
      const believed = proxyOf(found).speaksFrom({ subnets: [], gateways });
      const { authHost } = config;
      await expect
        .poll(() => asks(authHost, 18443), { timeout: 20_000 })
        .toBe(`200 ${believed[0]?.replace('/32', '')} asks for ${authHost}`);
      expect(believed).toHaveLength(1);
      expect(await asks('mine.example.com', 18080)).toBe('200 mine');

      await caddyKind.apply?.(part.key, undefined, world, undefined);
      expect(await readFile(caddyfile, 'utf8')).toBe(own);
      expect(await asks('mine.example.com', 18080)).toBe('200 mine');
      expect(await asks(authHost, 18443)).not.toMatch(/^200/);
    } finally {
      running.kill();
    }
  });
});
