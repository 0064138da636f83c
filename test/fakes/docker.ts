import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { NetworkSpec } from '../../src/model/container.ts';
import { Failure } from '../../src/model/failure.ts';
import { nameByDigest, partsOf, pinnedName } from '../../src/model/image-name.ts';
import { reveal } from '../../src/model/secret.ts';
import type { ContainerDetails, Docker, NewContainer } from '../../src/world/docker/docker.ts';
import { memoryStore } from '../standin/index.ts';
import { resolved } from './compose.ts';
import { type Around, Exit, type Program, type Running } from './program.ts';
import { textOf } from './streams.ts';

interface Box {
  readonly made: NewContainer;
  readonly imageId: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly networks: Set<string>;
  /** How it is called on each of them, beside its own name. */
  readonly aliases: Map<string, readonly string[]>;
  readonly log: string[];
  readonly startedAt: string;
  /** Files that were written into it. */
  readonly written: Map<string, string>;
  running?: Running | undefined;
  exitCode: number;
}

export interface FakeDocker extends Docker {
  /** Images that are there, by what they are called: a tag, or a name with a digest. */
  readonly images: Map<string, string>;
  /** Registries: what a tag stands for there, where that is not what it was at first. */
  readonly registry: Map<string, string>;
  /** What was fetched, in order. */
  readonly pulls: string[];
  readonly boxes: ReadonlyMap<string, Box>;
  readonly networks: ReadonlyMap<string, NetworkSpec>;
  readonly databases: Around['databases'];
  /** Devices on the LAN by the name that they give themselves, and where their ports are on the loopback. */
  readonly lan: Map<string, ReadonlyMap<number, number>>;
  /** Ends every program, as a power cut would; `powerOn` starts them again, as Docker does. */
  powerOff(): Promise<void>;
  /** Starts what runs in another Engine here, too, on a copy of its disk and databases: the database first. */
  becomeLike(other: FakeDocker): Promise<void>;
}

/** What it was told to run, or its image's own choice. */
const commandOf = ({ definition: { command, image } }: NewContainer): string =>
  command?.join(' ') ??
  (image.startsWith('caddy:') ? 'caddy run --config /etc/caddy/Caddyfile --adapter caddyfile' : '');

/** Stands in for what a registry or an engine would compute. */
export const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

interface Ground extends Pick<Around, 'files' | 'databases' | 'clock'> {
  /** What an image holds. */
  programOf(image: string): Program | undefined;
}

/** An Engine whose containers are small programs on the loopback. */
export function fakeDocker({ files, databases, clock, programOf }: Ground): FakeDocker {
  const images: FakeDocker['images'] = new Map();
  const registry: FakeDocker['registry'] = new Map();
  const pulls: string[] = [];
  const boxes = new Map<string, Box>();
  const networks = new Map<string, NetworkSpec>();

  const lan: FakeDocker['lan'] = new Map();

  /** Docker's name server: a container that runs and shares a network; a name without a dot may be a device's. */
  const lookup = (name: string, asking: Box): Box | undefined => {
    const wanted = name.replace(/\.$/, '');
    const isCalled = ([own, box]: [string, Box]) =>
      [...box.networks].some(
        (network) =>
          asking.networks.has(network) && (own === wanted || (box.aliases.get(network) ?? []).includes(wanted)),
      );
    return [...boxes].find(([own, box]) => box.running && isCalled([own, box]))?.[1];
  };
  const begin = async (name: string, box: Box): Promise<void> => {
    const program = programOf(box.made.definition.image);
    if (!program) throw new Error(`no program for ${box.made.definition.image}`);
    try {
      box.running = await program({
        container: box.made,
        files,
        clock,
        environment: box.environment,
        databases,
        log: (line) => box.log.push(line),
        die: (code, line) => {
          box.log.push(line);
          box.exitCode = code;
          void box.running?.stop();
          box.running = undefined;
        },
        whois: (other) => lookup(other, box)?.made,
        dial: (other, port) => {
          const found = lookup(other, box);
          const at = (found ? found.running?.ports : lan.get(other))?.get(port);
          return at === undefined ? undefined : { host: '127.0.0.1', port: at };
        },
      });
    } catch (error) {
      // A disk that is full ends a program as well.
      if (!(error instanceof Exit || error instanceof Failure)) throw error;
      box.log.push(error.message);
      box.exitCode = error instanceof Exit ? error.code : 1;
      boxes.set(name, box);
    }
  };
  const details = (name: string, box: Box): ContainerDetails => ({
    name,
    image: pinnedName(box.made.definition),
    imageId: box.imageId,
    command: commandOf(box.made),
    running: box.running !== undefined,
    labels: {
      'com.docker.compose.project': box.made.definition.project.name,
      'com.docker.compose.project.working_dir': box.made.definition.project.directory,
      'com.docker.compose.project.config_files': box.made.definition.project.file,
      'com.docker.compose.service': box.made.definition.service,
      'homeauth.revision': box.made.revision,
    },
    networks: [...box.networks],
    mounts: box.made.definition.mounts.map((mount) => ({ readOnly: false, ...mount })),
    ports: (box.made.definition.publish ?? []).map(({ port, inside = port, address = '0.0.0.0' }) => ({
      address,
      port,
      inside,
    })),
    argv: box.made.definition.command ?? [],
    workingDirectory: '/',
    environment: {
      ...box.environment,
      XDG_CONFIG_HOME: '/config',
      XDG_DATA_HOME: '/data',
      CADDY_VERSION: 'v2.11.7',
    },
    revision: box.made.revision,
    found: {
      // What dies is started again by Docker, and dies again.
      state: box.running ? 'running' : box.exitCode === 0 ? 'exited' : 'restarting',
      health: box.running?.health() ?? 'none',
      exitCode: box.exitCode,
      restarts: box.running || box.exitCode === 0 ? 0 : 3,
      startedAt: box.startedAt,
      networks: [...box.networks],
      aliases: Object.fromEntries(box.aliases),
    },
    ...(box.running && { pid: [...boxes.keys()].indexOf(name) + 1 }),
    addresses: Object.fromEntries([...box.networks].map((network) => [network, '127.0.0.1'])),
  });
  const known = (name: string): Box => {
    const box = boxes.get(name);
    if (!box)
      throw new Failure({ code: 'container-gone', problem: `There is no container ${name}.`, fix: 'homeauth apply' });
    return box;
  };

  return {
    images,
    registry,
    pulls,
    boxes,
    networks,
    databases,
    lan,
    engine: async () => ({
      version: '28.5.1',
      flavour: 'docker',
      address: 'unix:///var/run/docker.sock',
      ipv6: true,
      logDriver: 'json-file',
    }),
    // The list has no name that stands for another image by now.
    containers: async () =>
      [...boxes].map(([name, box]) => {
        const found = details(name, box);
        return images.get(found.image) === box.imageId ? found : { ...found, image: box.imageId };
      }),
    container: async (name) => {
      const box = boxes.get(name);
      return box && details(name, box);
    },
    async network(name) {
      const spec = networks.get(name);
      return spec && { driver: 'bridge', ...spec, subnets: ['127.0.0.0/8'], gateways: ['127.0.0.1'] };
    },
    async image(reference) {
      const id = reference.startsWith('sha256:') ? reference : images.get(reference);
      const digests = [...images].flatMap(([name, other]) => (other === id && name.includes('@') ? [name] : []));
      return id === undefined ? undefined : { id, digests };
    },
    inRegistry: async (reference) => registry.get(reference) ?? sha256(reference),
    processes: async (name) => [boxes.get(name)].flatMap((box) => (box ? [commandOf(box.made)] : [])),
    logs: async (name, lines) => (boxes.get(name)?.log ?? []).slice(-lines),
    readFile: async (name, path) => boxes.get(name)?.written.get(path) ?? boxes.get(name)?.running?.read?.(path),
    async assertWritable(name) {
      known(name);
    },
    async writeFile(name, path, content) {
      known(name).written.set(path, content.reveal());
    },
    async restart(name) {
      await known(name).running?.stop();
      await begin(name, known(name));
    },
    async dialAddress(name, port) {
      const at = boxes.get(name)?.running?.ports.get(port);
      return at === undefined ? undefined : { host: '127.0.0.1', port: at };
    },
    change: (_, ms) => clock.sleep(ms),
    async pull(reference) {
      pulls.push(reference);
      const { digest = registry.get(reference) ?? sha256(reference) } = partsOf(reference);
      const id = sha256(digest);
      images.set(reference, id);
      images.set(nameByDigest(reference, digest), id);
    },
    async createNetwork(name, spec) {
      networks.set(name, spec);
    },
    async removeNetwork(name) {
      const users = [...boxes].filter(([, box]) => box.networks.has(name)).map(([user]) => user);
      if (users.length > 0)
        throw new Failure({
          code: 'network-in-use',
          problem: `${name} is used by ${users.join(', ')}.`,
          fix: 'Remove them first.',
        });
      networks.delete(name);
    },
    async run(made) {
      const { name, definition } = made;
      if (boxes.has(name))
        throw new Failure({
          code: 'name-taken',
          problem: `A container named ${name} is there.`,
          fix: `docker rm ${name}`,
        });
      for (const { source } of definition.mounts) {
        if (!(await files.stat(source)))
          throw new Failure({ code: 'mount-missing', problem: `${source} is missing.`, fix: 'homeauth apply' });
      }
      const { image, digest } = definition;
      const imageId = images.get(digest === undefined ? image : nameByDigest(image, digest));
      if (imageId === undefined)
        throw new Failure({ code: 'image-missing', problem: `${image} is missing.`, fix: 'homeauth apply' });
      const environment = Object.fromEntries(Object.entries(made.environment).map(([k, v]) => [k, reveal(v)]));
      const box: Box = {
        made,
        imageId,
        environment,
        networks: new Set(definition.networks.map((n) => n.name)),
        aliases: new Map(definition.networks.map((n) => [n.name, [definition.service, ...(n.aliases ?? [])]])),
        log: [],
        startedAt: new Date().toISOString(),
        written: new Map(),
        exitCode: 0,
      };
      boxes.set(name, box);
      await begin(name, box);
    },
    start: (name) => begin(name, known(name)),
    async connect(name, network, aliases) {
      known(name).networks.add(network);
      known(name).aliases.set(network, aliases);
    },
    async disconnect(name, network) {
      known(name).networks.delete(network);
      known(name).aliases.delete(network);
    },
    async remove(name) {
      await boxes.get(name)?.running?.stop();
      boxes.delete(name);
    },
    async exec(name, argv, { stdin = '', stdout } = {}) {
      const { running } = known(name);
      if (!running) {
        const problem = `The container ${name} is not running.`;
        throw new Failure({ code: 'container-not-running', problem, fix: `docker start ${name}` });
      }
      const given = typeof stdin === 'string' ? stdin : await textOf(stdin);
      const ended = (await running.exec?.(argv, given)) ?? { code: 127, stdout: '', stderr: 'not found' };
      if (!stdout) return ended;
      // Piece by piece, and as bytes: that it ended badly is known only afterwards.
      for (let at = 0; at < ended.stdout.length; at += 1000)
        stdout.write(Buffer.from(ended.stdout.slice(at, at + 1000)));
      return { ...ended, stdout: '' };
    },
    composeHashes: async () => undefined,
    composeConfig: (service) => resolved(files, service),
    async composeUp(service) {
      const is = ([, { made }]: [string, Box]) =>
        made.definition.project.name === service.project && made.definition.service === service.name;
      const [name, box] = [...boxes].find(is) ?? [];
      const wanted = await resolved(files, service);
      if (!name || !box || wanted.is === 'unreadable' || !wanted.service) return ['no such service'];
      const { environment: told } = wanted.service;
      const mounts = wanted.service.mounts.map(({ source = '', target }) => ({
        source,
        target,
        readOnly: true as const,
      }));
      const environment = Object.fromEntries(Object.entries(told).flatMap(([k, v]) => (v === null ? [] : [[k, v]])));
      const project = { ...box.made.definition.project, file: service.files.join(',') };
      const made = { ...box.made, definition: { ...box.made.definition, project, mounts }, environment };
      const isSame =
        isDeepStrictEqual(mounts, box.made.definition.mounts) && isDeepStrictEqual(environment, box.environment);
      if (isSame && box.running) return undefined;
      await this.remove(name);
      await this.run(made);
      const anew = boxes.get(name)!;
      // Its data is in a volume, and what is mounted is seen in it.
      for (const [path, text] of box.written) anew.written.set(path, text);
      for (const { source, target } of mounts) anew.written.set(target, (await files.read(source)) ?? '');
      return undefined;
    },
    async becomeLike(other) {
      for (const [name, id] of other.images) images.set(name, id);
      for (const [name, digest] of other.registry) registry.set(name, digest);
      for (const [name, spec] of other.networks) networks.set(name, spec);
      for (const [directory, { superuser, passwords, store }] of other.databases) {
        const copy = memoryStore();
        const state = structuredClone(await store.read());
        if (state) await copy.change(() => ({ state, result: undefined }));
        databases.set(directory, { superuser, passwords: new Map(passwords), store: copy });
      }
      const first = (name: string) => Number(name !== 'authentik-postgresql');
      for (const [name, box] of [...other.boxes].toSorted(([a], [b]) => first(a) - first(b))) {
        const twin: Box = {
          ...box,
          made: { ...box.made, definition: { ...box.made.definition } },
          networks: new Set(box.networks),
          aliases: new Map(box.aliases),
          log: [...box.log],
          written: new Map(box.written),
          running: undefined,
        };
        boxes.set(name, twin);
        if (box.running) await begin(name, twin);
      }
    },
    async powerOff() {
      await Promise.all([...boxes.values()].map((box) => box.running?.stop()));
    },
  };
}
