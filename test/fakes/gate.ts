import { blockOf, runnable } from '../../src/config/app-settings.ts';
import { wordsOf } from '../../src/formats/words.ts';
import type { Runtime } from '../../src/installation/command-runtime.ts';
import type { ExecOptions } from '../../src/world/docker/docker.ts';
import type { World } from '../../src/world/world.ts';
import { catalogue } from './catalogue.ts';

/** Whether a call changes something outside of the process, or only looks; where it depends, on the arguments. */
type Sort = 'look' | 'effect' | ((args: readonly unknown[]) => 'look' | 'effect');
type Gated = 'files' | 'tar' | 'restic' | 'docker' | 'zfs' | 'authentik' | 'clock' | 'http' | 'locks';

/** Commands of apps that change nothing in them, by the words of the catalogue. */
let looks: ReadonlySet<string> | undefined;
function isLook(argv: readonly string[]): boolean {
  looks ??= new Set(
    catalogue
      .all()
      .flatMap((app) => [runnable(blockOf(app, 'oidc')), runnable(blockOf(app, 'ldap'))])
      .flatMap((exec) => [exec?.ready, ...(exec?.commands ?? []).map(({ look }) => look)])
      .map((line = '') => wordsOf(line).join(' ')),
  );
  return looks.has(argv.join(' '));
}

/** Every method of every adapter. One that is added to the world has to be put here before this compiles. */
export const sorts: { readonly [A in Gated]: { readonly [M in keyof World[A]]: Sort } } = {
  files: {
    read: 'look',
    stat: 'look',
    list: 'look',
    way: 'look',
    filesystem: 'look',
    stream: 'look',
    pour: 'effect',
    rename: 'effect',
    write: 'effect',
    create: 'effect',
    overwrite: 'effect',
    makeDirectory: 'effect',
    setAccess: 'effect',
    remove: 'effect',
    removeTree: 'effect',
  },
  tar: { pack: 'look', names: 'look', unpack: 'effect' },
  restic: {
    snapshots: 'look',
    files: 'look',
    read: 'look',
    init: 'effect',
    save: 'effect',
    fetch: 'effect',
    forget: 'effect',
    prune: 'effect',
  },
  docker: {
    engine: 'look',
    containers: 'look',
    container: 'look',
    network: 'look',
    image: 'look',
    inRegistry: 'look',
    logs: 'look',
    processes: 'look',
    readFile: 'look',
    assertWritable: 'look',
    dialAddress: 'look',
    change: 'look',
    composeHashes: 'look',
    composeConfig: 'look',
    pull: 'effect',
    createNetwork: 'effect',
    removeNetwork: 'effect',
    run: 'effect',
    start: 'effect',
    restart: 'effect',
    writeFile: 'effect',
    connect: 'effect',
    disconnect: 'effect',
    remove: 'effect',
    composeUp: 'effect',
    // Of all that is run inside a container, Caddy's reload and what the database is told change something.
    // So do an app's own commands, but for those that look.
    exec: ([, argv, options]) => {
      const [program, command, script] = argv as readonly string[];
      const isApps = (options as ExecOptions | undefined)?.environment !== undefined;
      if (isApps) return isLook(argv as readonly string[]) ? 'look' : 'effect';
      const isTold = program === 'sh' && (script?.includes(' -f ') || script?.includes(' --dbname='));
      return isTold || command === 'reload' ? 'effect' : 'look';
    },
  },
  zfs: {
    datasets: 'look',
    snapshots: 'look',
    create: 'effect',
    destroy: 'effect',
    snapshot: 'effect',
    forget: 'effect',
  },
  authentik: {
    reach: 'look',
    ownTokenWorks: 'look',
    setup: 'look',
    list: 'look',
    get: 'look',
    create: 'effect',
    update: 'effect',
    remove: 'effect',
    call: 'effect',
    upload: 'effect',
    installOwnKey: 'effect',
  },
  clock: { now: 'look', sleep: 'look' },
  // A login, by whom it is proven that the owner gets in.
  http: {
    dial: ([request]) =>
      ['GET', 'HEAD'].includes((request as { method?: string }).method ?? 'GET') ? 'look' : 'effect',
  },
  // Holding it changes nothing that outlives the process.
  locks: { take: 'look' },
};

export interface Call {
  readonly adapter: Gated;
  readonly method: string;
  /** With what it is about: a path, a name, an address. */
  readonly name: string;
  /** It changes something outside of the process. */
  readonly changes: boolean;
  readonly args: readonly unknown[];
}

/** Whatever leaves the process. */
export type Gate = (call: Call, work: () => Promise<unknown>) => Promise<unknown>;

/** The same runtime with a gate before everything that leaves the process: the one place. */
export function gated({ world, connect }: Pick<Runtime, 'world' | 'connect'>, gate: Gate) {
  const wrap = <A extends Gated>(name: A, adapter: World[A]): World[A] =>
    new Proxy(adapter, {
      get(target, method: string) {
        const original = Reflect.get(target, method) as unknown;
        if (typeof original !== 'function' || method === 'now') return original;
        const sort = (sorts[name] as Readonly<Record<string, Sort>>)[method];
        if (!sort) throw new Error(`Nobody has said whether ${name}.${method} changes something.`);
        return (...args: unknown[]) => {
          const changes = (typeof sort === 'function' ? sort(args) : sort) === 'effect';
          const call: Call = { adapter: name, method, name: `${name}.${method} ${nameOf(args)}`, changes, args };
          return gate(call, async () => original.apply(target, args));
        };
      },
    });
  return {
    world: {
      ...world,
      files: wrap('files', world.files),
      tar: wrap('tar', world.tar),
      restic: wrap('restic', world.restic),
      docker: wrap('docker', world.docker),
      zfs: wrap('zfs', world.zfs),
      clock: wrap('clock', world.clock),
      http: wrap('http', world.http),
      locks: wrap('locks', world.locks),
    },
    connect: (options) => wrap('authentik', connect(options)),
  } satisfies Pick<Runtime, 'world' | 'connect'>;
}

/** The first word of the arguments, without any secret: a path, a name, an address. */
function nameOf([first, second]: readonly unknown[]): string {
  if (first !== null && typeof first === 'object') {
    const { name, url } = first as { name?: string; url?: string };
    return name ?? url?.replace(/\?.*/, '') ?? '';
  }
  return typeof second === 'string' && /^(POST|PUT|PATCH)$/.test(String(first)) ? `${first} ${second}` : String(first);
}
