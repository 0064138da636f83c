import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppSite, Config } from '../../../src/config/config.ts';
import { compileTemplate } from '../../../src/formats/template.ts';
import { innerName } from '../../../src/model/networks.ts';
import type { CaddySpec } from '../../../src/model/resource.ts';
import { caddyKind } from '../../../src/proxy/caddy/kind.ts';
import { textOf } from '../../../src/proxy/caddy/text.ts';
import { connectDocker } from '../../../src/world/docker/connect.ts';
import { nodeFiles } from '../../../src/world/files.ts';
import { ownHttp } from '../../../src/world/http.ts';
import { systemRandom } from '../../../src/world/random.ts';
import type { HttpAnswer, World } from '../../../src/world/world.ts';
import { type Engine, engine } from '../../machine/engine.ts';
import { CADDY_IMAGE, WHOAMI_IMAGE } from '../../machine/names.ts';
import { said } from '../../words.ts';
import { raw } from './raw.ts';

const prefix = 'caddy-test-';
const network = `${prefix}net`;
export const template = compileTemplate(
  readFileSync(join(import.meta.dirname, '../../../templates/homeauth.caddy.hbs'), 'utf8'),
);

/** Apps whose sites have more than the login. Those with tls in their name speak it, as `tls.lan` at Caddy's own port. */
const sites: Readonly<Record<string, AppSite>> = {
  dressed: {
    identityHeaders: { 'Remote-User': 'username', 'X-Who': 'username' },
    requestHeaders: { 'X-Script-Name': '/a b', Accept: null },
    responseHeaders: { 'X-Frame-Options': 'DENY' },
    maxBody: '1KB',
    encode: true,
    extra: '@old path /old\nredir @old /new\nhandle /robots.txt {\n\trespond "nobody"\n}\n',
  },
  tls: { tls: {}, requestHeaders: { Host: 'tls.lan' } },
  'tls-known': {
    tls: { serverName: 'tls.lan', ca: '/data/caddy/pki/authorities/local/root.crt' },
    requestHeaders: { Host: 'tls.lan' },
  },
  'tls-any': { tls: { serverName: 'tls.lan', insecureSkipVerify: true }, requestHeaders: { Host: 'tls.lan' } },
};

/** A configuration with these apps, all of them in front of the one whoami; `socket` speaks WebSocket. */
export function configOf(apps: readonly string[]): Config {
  return {
    domain: 'home.example.com',
    authHost: 'auth.home.example.com',
    tls: 'internal',
    apps: apps.map((name) => ({
      name,
      title: name,
      host: `${name}.home.example.com`,
      upstream: name.startsWith('tls') ? '127.0.0.1:8443' : `${prefix}${name === 'socket' ? 'socket' : 'whoami'}:80`,
      mode: 'app',
      ...(['wiki', 'dressed'].includes(name) && { openPaths: ['/health', '/share/*'] }),
      ...(sites[name] && { site: sites[name] }),
    })),
  } as unknown as Config;
}

/** A real Caddy with a Caddyfile of the user, an app and an outpost beside it. */
export interface Bench {
  readonly world: World;
  readonly engine: Engine;
  readonly proxy: string;
  readonly path: string;
  want(apps: readonly string[], bind?: readonly string[]): CaddySpec;
  put(want: CaddySpec | undefined): Promise<void>;
  differs(want: CaddySpec): Promise<readonly string[]>;
  caddyfile(): Promise<Buffer>;
  /** Its owner changes the Caddyfile, and loads it where Caddy takes it. */
  write(text: string): Promise<void>;
  get(host: string, path?: string, headers?: Record<string, string>): Promise<HttpAnswer>;
  /** The same without an HTTP client in between: whatever lines there are behind the first, for an app. */
  raw(
    host: string,
    lines: readonly string[],
    more?: { readonly target?: string; readonly send?: Buffer },
  ): Promise<string>;
  /** How often Caddy was given a configuration since it was started. */
  loads(): Promise<number>;
}

export async function openBench(): Promise<{ engine: Engine; close(): Promise<void> }> {
  const docker = await engine();
  await docker.remove({ prefix });
  await docker.docker(['network', 'create', network]);
  const side = ['run', '--detach', '--network', network];
  await docker.docker([...side, '--name', `${prefix}whoami`, WHOAMI_IMAGE]);
  const run = (name: string, script: string) => {
    const text = readFileSync(join(import.meta.dirname, script), 'utf8');
    const named = ['--name', `${prefix}${name}`, '--network-alias', innerName(name), 'homeauth-test/node'];
    return docker.docker([...side, ...named, 'node', '--input-type=module', '--eval', text]);
  };
  await run('authentik', 'outpost.js');
  await run('socket', 'socket.js');
  return { engine: docker, close: () => docker.remove({ prefix }) };
}

/** `directory`: /etc/caddy is a directory of the host; `file`: the Caddyfile alone is. */
export async function startCaddy(docker: Engine, mount: 'directory' | 'file', caddyfile: string): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'homeauth-caddy-'));
  const path = join(folder, 'Caddyfile');
  await writeFile(path, caddyfile);
  const proxy = `${prefix}proxy`;
  await docker.remove({ prefix: proxy });
  const volume = mount === 'directory' ? `${folder}:/etc/caddy` : `${path}:/etc/caddy/Caddyfile`;
  await docker.docker(['run', '--detach', '--name', proxy, '--network', network, '--volume', volume, CADDY_IMAGE]);
  const world = {
    docker: connectDocker({ DOCKER_HOST: docker.host }),
    files: nodeFiles(),
    http: ownHttp,
    clock: { sleep: (ms: number) => new Promise((done) => setTimeout(done, ms)) },
    random: systemRandom,
  } as unknown as World;
  let authority: string | undefined;
  const bench: Bench = {
    world,
    engine: docker,
    proxy,
    path,
    want: (apps, bind) => ({
      container: proxy,
      caddyfile: { inside: '/etc/caddy/Caddyfile', outside: path },
      how: mount === 'directory' ? 'import' : 'block',
      ...textOf(configOf(apps), template, bind && { bind }),
    }),
    put: async (want) => caddyKind.apply?.(path, want, world, undefined),
    differs: async (want) => {
      const seen = await caddyKind.observe(path, world, want);
      return seen.is === 'present' ? said(caddyKind.differs(want, seen.spec)) : [seen.is];
    },
    caddyfile: () => readFile(path),
    write: async (text) => {
      await writeFile(path, text);
      await world.docker.exec(proxy, ['caddy', 'reload', '--config', '/etc/caddy/Caddyfile', '--adapter', 'caddyfile']);
    },
    get: async (host, at = '/', headers = {}) => {
      const via = await world.docker.dialAddress(proxy, 443, network);
      authority ??= await world.docker.readFile(proxy, '/data/caddy/pki/authorities/local/root.crt');
      return ownHttp.dial({
        url: `https://${host}${at}`,
        headers,
        ...(via && { via }),
        ...(authority !== undefined && { authority }),
      });
    },
    raw: async (host, lines, { target = '/', send } = {}) => {
      const via = await world.docker.dialAddress(proxy, 443, network);
      const head = [`GET ${target} HTTP/1.1`, ...(lines.some((line) => /^Host:/i.test(line)) ? [] : [`Host: ${host}`])];
      return raw(via!, host, [...head, ...lines], send);
    },
    loads: async () => (await world.docker.logs(proxy, 1000)).filter((line) => line.includes('load complete')).length,
  };
  await until(async () => (await world.docker.readFile(proxy, '/config/caddy/autosave.json')) !== undefined);
  return bench;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let n = 0; n < 100; n++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('It did not come about within 10 s.');
}
