import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Config } from '../../src/config/config.ts';
import { compiledTemplates } from '../../src/formats/template.ts';
import { caddyKind } from '../../src/proxy/caddy/kind.ts';
import { findProxy, proxyOf } from '../../src/proxy/choose.ts';
import type { CaddyFacts, Entrance } from '../../src/proxy/proxy.ts';
import { nodeFiles } from '../../src/world/files.ts';
import { ownHttp } from '../../src/world/http.ts';
import { runAs } from '../../src/world/programs.ts';
import { systemRandom } from '../../src/world/random.ts';
import { packagedTemplates } from '../../src/world/templates.ts';
import type { Program, World } from '../../src/world/world.ts';
import { freePort } from '../machine/free-port.ts';

export const binary = resolve('.cache/test/bin/caddy');

/** Ports of this machine's, in place of 80, 443 and the admin address. */
export interface Ports {
  readonly http: number;
  readonly https: number;
  readonly admin: number;
  /** One that is free. */
  readonly other: number;
}

/** A real Caddy, as a program of this machine's, in front of what answers as authentik and as an app. */
export interface RealCaddy {
  readonly world: World;
  readonly ports: Ports;
  readonly config: Config;
  /** What authentik and the app were asked, newest last: headers by their names in small letters. */
  readonly asked: { readonly authentik: readonly Headers[]; readonly app: readonly Headers[] };
  find(): Promise<CaddyFacts>;
  /** As a run does it: looked for, rehearsed, put in, and asked. */
  put(): Promise<Entrance>;
  takeOut(): Promise<void>;
  caddyfile(): Promise<string>;
  /** Its owner changes it, and does not load it. */
  write(text: string): Promise<void>;
  /** One request in plain HTTP, from an address of this machine's own. */
  ask(host: string, from: string, headers?: Record<string, string>, path?: string): Promise<Answer>;
  stop(): Promise<void>;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;
type Answer = { readonly status: number; readonly headers: Headers; readonly body: string };

interface Around {
  readonly config?: Partial<Config>;
  readonly env?: Readonly<Record<string, string>>;
  /** How it is started, beside its Caddyfile: from the folder of that. */
  readonly flags?: readonly string[];
}

/** @param files the owner's, by name; `Caddyfile` is what Caddy reads */
export async function realCaddy(
  files: (ports: Ports) => Readonly<Record<string, string>>,
  { config = {}, env = {}, flags = [] }: Around = {},
): Promise<RealCaddy> {
  // Without it a test would wait for what never answers.
  if (!existsSync(binary)) throw new Error(`There is no Caddy at ${binary}: npm test puts one there.`);
  const folder = await mkdtemp(join(tmpdir(), 'homeauth-caddy-'));
  const ports = { http: await freePort(), https: await freePort(), admin: await freePort(), other: await freePort() };
  const asked = { authentik: [] as Headers[], app: [] as Headers[] };
  const authentik = createServer(({ url = '', headers }, response) => {
    asked.authentik.push(headers);
    const { 'x-forwarded-proto': proto, 'x-forwarded-host': host, cookie = '' } = headers;
    if (!url.startsWith('/outpost.goauthentik.io/auth/caddy')) return response.end(`authentik ${url}`);
    if (cookie.includes('session=helen')) {
      const app = String(host).split('.')[0] ?? '';
      return response.writeHead(200, { 'X-Authentik-Username': 'helen', 'X-Authentik-Meta-App': app }).end();
    }
    const back = encodeURIComponent(`${proto}://${host}/outpost.goauthentik.io/callback`);
    const to = `https://auth.home.example.com/application/o/authorize/?client_id=x&redirect_uri=${back}`;
    return response.writeHead(302, { Location: to }).end();
  });
  const app = createServer(({ headers }, response) => {
    asked.app.push(headers);
    response.end('the app');
  });
  const listen = { address: '127.0.0.1', port: await listening(authentik) };
  const upstream = `127.0.0.1:${await listening(app)}`;
  const all = {
    domain: 'home.example.com',
    authHost: 'auth.home.example.com',
    baseDir: '/srv',
    proxy: 'host-caddy',
    tls: 'internal',
    listen,
    apps: [{ name: 'wiki', title: 'Wiki', host: 'wiki.home.example.com', upstream, mode: 'app' }],
    ...config,
  } as unknown as Config;

  const path = join(folder, 'etc/Caddyfile');
  for (const [name, text] of Object.entries(files(ports))) {
    await mkdir(dirname(join(folder, 'etc', name)), { recursive: true });
    await writeFile(join(folder, 'etc', name), text);
  }
  const environment = { ...process.env, ...env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder };
  const argv = [binary, 'run', '--config', path, '--adapter', 'caddyfile', ...flags];
  const cwd = dirname(path);
  const child: ChildProcess = spawn(binary, argv.slice(1), {
    cwd,
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  const stop = async () => {
    child.kill();
    await ended;
    for (const server of [authentik, app]) server.close();
    await rm(folder, { recursive: true });
  };
  while (!said.includes('serving initial configuration')) {
    if (child.exitCode !== null) {
      await stop();
      throw new Error(said);
    }
    await new Promise((done) => setTimeout(done, 10));
  }
  const program: Program = {
    pid: child.pid ?? 0,
    path: binary,
    argv,
    workingDirectory: cwd,
    environment: environment as Record<string, string>,
    uid: 0,
    gid: 0,
    groups: [],
  };
  const world = {
    docker: { containers: async () => [], network: async () => undefined },
    // Whoever may write below /tmp is no matter here.
    files: { ...nodeFiles(), way: async () => [] },
    http: ownHttp,
    random: systemRandom,
    clock: { sleep: (ms: number) => new Promise((done) => setTimeout(done, ms / 20)), now: () => performance.now() },
    host: {
      addresses: async () => [],
      resolve: async () => [],
      programs: async () => [program],
      run: runAs,
      listener: async () => ({ process: 'caddy', pid: program.pid, addresses: ['0.0.0.0'] }),
    },
  } as unknown as World;
  const find = async () => (await findProxy(world, all, new Set())) as CaddyFacts;
  return {
    world,
    ports,
    config: all,
    asked,
    find,
    async put() {
      const proxy = proxyOf(await find());
      const [part] = proxy.part(all, await compiledTemplates(packagedTemplates)());
      if (part?.kind !== 'caddy') throw new Error('no part');
      await caddyKind.rehearse?.(part.spec, world, new Set());
      await caddyKind.apply?.(part.key, part.spec, world, undefined);
      return (await proxy.entrance(world)) as Entrance;
    },
    takeOut: async () => caddyKind.apply?.((await find()).caddyfile.outside, undefined, world, undefined),
    caddyfile: () => readFile(path, 'utf8'),
    write: (text) => writeFile(path, text),
    ask: (host, from, headers = {}, target = '/') =>
      new Promise((done, fail) => {
        const to = { host: '127.0.0.1', port: ports.http, localAddress: from, path: target };
        const going = request({ ...to, headers: { host, ...headers } }, async (answer) => {
          let body = '';
          for await (const part of answer) body += part;
          done({ status: answer.statusCode ?? 0, headers: answer.headers, body });
        });
        going.on('error', fail).end();
      }),
    stop,
  };
}

const listening = (server: ReturnType<typeof createServer>): Promise<number> =>
  new Promise((done) => server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port)));
