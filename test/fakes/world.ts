import { request as ask } from 'node:http';
import { Failure } from '../../src/model/failure.ts';
import type { AuthentikOptions } from '../../src/world/authentik/client.ts';
import { connectAuthentik } from '../../src/world/authentik/client.ts';
import { ownLdap } from '../../src/world/ldap.ts';
import { ownMail } from '../../src/world/mail.ts';
import { systemRandom } from '../../src/world/random.ts';
import type { Files, Http, Via, World } from '../../src/world/world.ts';
import type { Standin, StandinOptions } from '../standin/index.ts';
import { caddy } from './caddy.ts';
import { type FakeClock, virtualClock } from './clock.ts';
import { type FakeDocker, fakeDocker } from './docker.ts';
import { type MemoryFiles, memoryFiles, type OpenFiles } from './files.ts';
import { mailbox } from './mailbox.ts';
import { postgres } from './postgres.ts';
import type { Program } from './program.ts';
import { memoryRestic, type Vault, vault } from './restic.ts';
import { authentik, ldapOutpost, redis } from './stack-programs.ts';
import { memoryTar } from './tar.ts';
import { whoami } from './whoami.ts';

export interface FakeWorld {
  readonly world: Omit<World, 'authentik'>;
  readonly docker: FakeDocker;
  readonly files: OpenFiles;
  readonly clock: FakeClock;
  connect(options: AuthentikOptions): World['authentik'];
  /** The authentik servers that ran, the newest last. */
  readonly servers: readonly Standin[];
  close(): Promise<void>;
}

export interface FakeOptions {
  readonly files?: OpenFiles;
  readonly standin?: Partial<StandinOptions>;
  /** What an image holds, where it is not what it should be. */
  readonly program?: (image: string) => Program | undefined;
  /** What becomes of every program. */
  readonly fate?: (program: Program) => Program;
  /** Repositories of restic, which other machines reach, too. */
  readonly repositories?: Vault;
  readonly clock?: FakeClock;
}

const quick = { migrate: 400, bootstrap: 100, blueprints: 400, outpostRefresh: 200, idle: 200 };

/**
 * A machine in this process: files in memory (or real ones below a directory), an Engine whose containers are small
 * programs on the loopback, authentik's stand-in among them.
 */
export function fakeWorld({
  files: disk = memoryFiles(),
  standin = {},
  program,
  fate,
  repositories = vault(),
  clock = virtualClock(),
}: FakeOptions = {}): FakeWorld {
  const servers: Standin[] = [];
  const programs: readonly (readonly [string, Program])[] = [
    ['postgres', postgres],
    ['redis', redis],
    [
      'ghcr.io/goauthentik/server',
      authentik({ timings: quick, timer: clock.background, now: clock.now, ...standin }, (server) =>
        servers.push(server),
      ),
    ],
    ['ghcr.io/goauthentik/ldap', ldapOutpost],
    ['traefik/whoami', whoami],
    ['caddy', caddy],
    ['mailbox', mailbox],
  ];
  const databases: FakeDocker['databases'] = new Map();
  const files = withDatabases(disk, databases);
  const programOf = (image: string) => {
    const found = program?.(image) ?? programs.find(([name]) => image.startsWith(`${name}:`))?.[1];
    return found && fate ? fate(found) : found;
  };
  const docker = fakeDocker({ files, databases, clock, programOf });
  const world: Omit<World, 'authentik'> = {
    files,
    docker,
    tar: memoryTar(files),
    restic: memoryRestic(files, repositories),
    zfs: {
      datasets: async () => undefined,
      create: async () => {},
      destroy: async () => {},
      snapshots: async () => [],
      snapshot: async () => {},
      forget: async () => {},
    },
    http: plainHttp(docker),
    ldap: ownLdap,
    mail: ownMail,
    host: {
      uid: 0,
      hostname: () => 'nas',
      addresses: async () => [{ name: 'eno1', address: '192.168.0.4' }],
      hasIpv6: async () => true,
      resolve: async () => ['192.168.0.4'],
      authorities: () => 'those of the internet\n',
      memory: () => ({ total: 8e9, available: 6e9 }),
      listener: async () => undefined,
      programs: async () => [],
      run: async () => ({ code: 127, stdout: '', stderr: 'not found' }),
      systemctl: async () => ({ code: 0, stdout: '', stderr: '' }),
      program: ['/usr/bin/node', '/usr/local/bin/homeauth'],
      busy: async () => ({ load: 8.4, cores: 2, programs: [{ program: 'ffmpeg', cores: 1.7 }] }),
      distribution: async () => ({ id: 'debian', like: [], name: 'Debian GNU/Linux 12' }),
    },
    locks: memoryLocks(),
    clock,
    random: systemRandom,
  };
  return { world, docker, files, clock, connect: connectAuthentik, servers, close: () => docker.powerOff() };
}

/** The same machine once more: what is done to one is not done to the other. `files`: they are there already. */
export async function copyOf(fake: FakeWorld, { files, clock, ...options }: FakeOptions = {}): Promise<FakeWorld> {
  const copy = fakeWorld({
    ...options,
    files: files ?? (fake.files as MemoryFiles).copy(),
    clock: clock ?? virtualClock(Math.max(Date.now(), fake.clock.now())),
  });
  await copy.docker.becomeLike(fake.docker);
  const isStarting = () => [...copy.docker.boxes.values()].some(({ running }) => running?.health() === 'starting');
  while (isStarting()) await copy.clock.sleep(100);
  return copy;
}

/** A database is where its directory is. */
function withDatabases<F extends Files>(files: F, databases: FakeDocker['databases']): F {
  return {
    ...files,
    async rename(from: string, to: string) {
      await files.rename(from, to);
      const moved = databases.get(from);
      databases.delete(from);
      if (moved) databases.set(to, moved);
    },
    async removeTree(path: string) {
      await files.removeTree(path);
      databases.delete(path);
    },
  };
}

/** What the real one does over TLS, in plain HTTP to whatever stands in for Caddy, or to a device on the LAN. */
const plainHttp = ({ lan, boxes }: FakeDocker): Http => ({
  dial({ url, method = 'GET', headers = {}, body, via: given, within, timeout = 10_000 }) {
    const { host, hostname, port, pathname, search, protocol } = new URL(url);
    const via = within === undefined ? given : named(hostname, within, boxes);
    if (via === undefined && within !== undefined) {
      const because = { code: 'unresolved', says: 'the name does not resolve' } as const;
      const problem = `${host} does not answer: ${because.says}.`;
      return Promise.reject(new Failure({ code: 'no-answer', problem, fix: 'Is it up?', because }));
    }
    const device = /^(192\.168|10)\./.test(hostname)
      ? { host: '127.0.0.1', port: lan.get(hostname)?.get(Number(port)) ?? 1 }
      : undefined;
    const here = lan.has(hostname) ? undefined : hereOn(via ?? { host: hostname, port: Number(port) }, boxes);
    const at = here ?? via ?? device ?? { host: hostname, port: Number(port) || (protocol === 'https:' ? 443 : 80) };
    return new Promise((resolve, reject) => {
      const out = ask(
        {
          host: at.host,
          port: at.port,
          method,
          path: pathname + search,
          headers: { host, ...via?.afterTls, ...headers },
        },
        async (answer) => {
          let text = '';
          for await (const part of answer) text += part;
          const { 'set-cookie': cookies = [], ...rest } = answer.headers;
          const flat = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)]));
          const address = within === undefined ? {} : { address: at.host };
          // Caddy renews at a third of the life.
          const life = { from: Date.now() - 30 * 86_400_000, until: Date.now() + 60 * 86_400_000 };
          const certificate = protocol === 'https:' && { certificate: life };
          resolve({ status: answer.statusCode ?? 0, headers: flat, cookies, body: text, ...address, ...certificate });
        },
      );
      out.on('error', (cause) =>
        reject(new Failure({ code: 'no-answer', problem: `${host} does not answer.`, fix: 'Is it up?' }, { cause })),
      );
      out.setTimeout(timeout, () => out.destroy(new Error('nothing came back in time')));
      out.end(body);
    });
  },
});

/** What a container has this name on a network of the one with this process: TLS ends there. */
function named(name: string, pid: number, boxes: FakeDocker['boxes']): Via | undefined {
  const asking = [...boxes.values()][pid - 1];
  const found = [...boxes.values()].find(({ aliases }) =>
    [...aliases].some(([network, names]) => names.includes(name) && asking?.networks.has(network)),
  );
  const port = found?.running?.ports.get(443);
  return port === undefined ? undefined : { host: '127.0.0.1', port };
}

/** This server's address on the LAN: what Docker publishes there, and nothing else. */
function hereOn({ host, port }: Via, boxes: FakeDocker['boxes']): { host: string; port: number } | undefined {
  if (host !== '192.168.0.4') return undefined;
  const published = [...boxes.values()].flatMap(({ made, running }) =>
    (made.definition.publish ?? []).flatMap((one) =>
      one.port === port && ['0.0.0.0', host].includes(one.address ?? '0.0.0.0')
        ? [running?.ports.get(one.inside ?? one.port) ?? 1]
        : [],
    ),
  );
  return { host: '127.0.0.1', port: published[0] ?? 1 };
}

function memoryLocks(): World['locks'] {
  const held = new Map<string, { pid: number; command: string; since: string }>();
  return {
    async take(name, holder) {
      const heldBy = held.get(name);
      if (heldBy) return { heldBy };
      held.set(name, holder);
      return { release: async () => void held.delete(name) };
    },
  };
}
