import type { Readable, Writable } from 'node:stream';
import type { ComposeRead, ComposeService } from '../../model/compose-service.ts';
import type { ContainerDefinition, ContainerFound, NetworkFound, NetworkSpec } from '../../model/container.ts';
import type { Secret } from '../../model/secret.ts';

export interface EngineInfo {
  /** Engine's version: 28.5.1. */
  readonly version: string;
  /** `docker`, or one that is recognised and not supported yet. One on another machine is refused before this. */
  readonly flavour: 'docker' | 'podman' | 'rootless';
  readonly address: string;
  /** Whether the kernel speaks IPv6: without it no program in a container can listen on [::]. */
  readonly ipv6: boolean;
  /** How it keeps what containers write, unless told otherwise for one: `json-file`, `local`, `journald` … */
  readonly logDriver?: string;
  /** Where images and containers are kept on this machine; undefined where it does not say. */
  readonly dataRoot?: string;
}

export interface ContainerSummary {
  readonly name: string;
  readonly image: string;
  readonly command: string;
  readonly running: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly networks: readonly string[];
  /** The container whose network it has in place of one of its own (`network_mode: service:…`); told by the list alone. */
  readonly networkOf?: string;
  /** `volume`: its name, where it is one. */
  readonly mounts: readonly {
    readonly source: string;
    readonly target: string;
    readonly readOnly: boolean;
    readonly volume?: string;
  }[];
  readonly ports: readonly { readonly address: string; readonly port: number; readonly inside: number }[];
}

export interface ContainerDetails extends ContainerSummary {
  /** What it was told to run, or its image's own choice; `command` has the program before it, too. */
  readonly argv: readonly string[];
  /** Where its program is started. */
  readonly workingDirectory: string;
  /** What it was made from, whatever the image's name stands for now. */
  readonly imageId: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly revision: string | undefined;
  readonly found: ContainerFound['found'];
  /** Its first process, while it runs. */
  readonly pid?: number;
  /** Address on each network it is on. */
  readonly addresses: Readonly<Record<string, string>>;
}

export interface ImageDetails {
  readonly id: string;
  /** What registries call it: name@sha256:… */
  readonly digests: readonly string[];
}

export interface ExecResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExecOptions {
  /** Sent whole, or as it comes, then closed. */
  readonly stdin?: string | Readable;
  /** Takes what the program writes, as it comes; the result then has none of it. */
  readonly stdout?: Writable;
  readonly cwd?: string;
  readonly user?: string;
  /** Variables for this program alone. */
  readonly environment?: Readonly<Record<string, string | Secret>>;
}

/** Layers of an image on their way: bytes so far, and in all. */
export interface PullProgress {
  readonly reference: string;
  readonly done: number;
  readonly total: number;
}

export interface NewContainer {
  readonly name: string;
  readonly definition: ContainerDefinition;
  readonly environment: Readonly<Record<string, string | Secret>>;
  readonly revision: string;
  /** Docker does not start it again, whatever ends it. */
  readonly passing?: true;
  /** Compose's hash of the service, where Compose is there to tell it. */
  readonly configHash?: string;
}

/** The Docker Engine. Looks are GET requests; nothing that only looks sends any other, but questions to the database. */
export interface Docker {
  /** Throws a Failure (docker-unreachable, docker-too-old …) with the way out. */
  engine(): Promise<EngineInfo>;
  containers(): Promise<readonly ContainerSummary[]>;
  container(name: string): Promise<ContainerDetails | undefined>;
  network(name: string): Promise<NetworkFound | undefined>;
  /** By its name, its name with a digest, or its id. */
  image(reference: string): Promise<ImageDetails | undefined>;
  /** The digest of what its registry has by this name now. Asks there, and fetches nothing. */
  inRegistry(reference: string): Promise<string>;
  /** The last lines a container wrote, oldest first. */
  logs(name: string, lines: number): Promise<readonly string[]>;
  /** The command lines of what runs in a container; none where that cannot be told. */
  processes(name: string): Promise<readonly string[]>;
  /** A file inside a container, running or not, by the archive endpoint. */
  readFile(container: string, path: string): Promise<string | undefined>;
  /** @throws Failure as `writeFile` would, before anything is written */
  assertWritable(container: string, path: string): Promise<void>;
  /** Where a port of a container can be dialled from here; undefined when it is on no network. */
  dialAddress(container: string, port: number, network?: string): Promise<{ host: string; port: number } | undefined>;
  /** Returns when one of these containers changed its state or health, or after `ms`. */
  change(names: readonly string[], ms: number): Promise<void>;

  /** Fetches an image. How far it is, whoever made the connection hears. */
  pull(reference: string): Promise<void>;
  createNetwork(name: string, spec: NetworkSpec): Promise<void>;
  removeNetwork(name: string): Promise<void>;
  /** Makes the container on its first network, joins the others, and starts it. */
  run(container: NewContainer): Promise<void>;
  start(name: string): Promise<void>;
  restart(name: string): Promise<void>;
  /**
   * Replaces a file inside a container, with the owner and the mode that it has, by the archive endpoint.
   * @throws Failure file-readable where others could read what is secret, file-mounted, file-read-only, file-not-there
   */
  writeFile(container: string, path: string, content: Secret): Promise<void>;
  /** Joins a network, by the container's own name and by these. */
  connect(container: string, network: string, aliases: readonly string[]): Promise<void>;
  disconnect(container: string, network: string): Promise<void>;
  /** Stops it politely, then removes it; its named and bound data stay. */
  remove(name: string): Promise<void>;
  exec(container: string, argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** What Compose would put into the config-hash labels of a file's services; undefined without Compose. */
  composeHashes(file: string): Promise<Readonly<Record<string, string>> | undefined>;
  /** What Compose makes of the files of somebody else's service, without the variables of this process. */
  composeConfig(service: ComposeService): Promise<ComposeRead>;
  /**
   * Has Compose make that service's container anew where its files say otherwise than it was made, and no other. Returns
   * what Compose said last, where it failed.
   */
  composeUp(service: ComposeService): Promise<readonly string[] | undefined>;
}
