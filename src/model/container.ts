import type { Secret } from './secret.ts';

export interface ImageSpec {
  readonly reference: string;
  /** Which of all that ever had this name: wanted where it was chosen before, found where its registry told. */
  readonly digest?: string;
}

export interface NetworkSpec {
  /** Compose's words: the project that owns the network, and its key there. */
  readonly project: string;
  readonly network: string;
  /** Nothing beyond this machine can be reached through it. */
  readonly internal?: true;
}

/** Which address ranges it has, and this machine's own addresses in them. `driver`: `bridge`, `macvlan` … */
export interface NetworkFound extends NetworkSpec {
  readonly driver?: string;
  /** Of a bridge: `routed` or `nat-unprotected`, where other machines reach containers at their own addresses. */
  readonly gatewayMode?: string;
  readonly subnets?: readonly string[];
  readonly gateways?: readonly string[];
}

export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly readOnly?: true;
}

/** Durations in seconds. */
export interface Healthcheck {
  readonly test: readonly string[];
  readonly startPeriod: number;
  readonly interval: number;
  readonly timeout: number;
  readonly retries: number;
}

export interface PublishedPort {
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
  /** The address of this server that it is published on; every one without it. */
  readonly address?: string;
  /** The container's own port, where that is another one. */
  readonly inside?: number;
}

/** How Docker keeps what a container writes: its driver, and that driver's options. */
export interface Logging {
  readonly driver: string;
  readonly options: Readonly<Record<string, string>>;
}

/** Where a Compose project's file lies: what its labels say. */
export interface ComposeProject {
  readonly name: string;
  readonly directory: string;
  readonly file: string;
}

/** A network that a container is on, and the key that docker-compose.yml uses for it. */
export interface Attachment {
  readonly name: string;
  readonly key: string;
  /** The network leads nowhere beyond this machine. */
  readonly internal?: true;
  /** It is to be on no other: leaving this one, or coming to it, makes the container anew. */
  readonly alone?: true;
  /** How it is called there, beside its own name and its service's. */
  readonly aliases?: readonly string[];
}

/** What a container is made of: the same data becomes the API call and the text in docker-compose.yml. */
export interface ContainerDefinition {
  readonly project: ComposeProject;
  readonly service: string;
  readonly image: string;
  /** The one image that its name stands for, once that is known. No reason of its own to make a container anew. */
  readonly digest?: string;
  readonly command?: readonly string[];
  /** Files with NAME=value lines, as Compose's env_file. Their content is in `environment` of the API call. */
  readonly envFiles?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  readonly publish?: readonly PublishedPort[];
  /** Ports that other containers use; documentation only. */
  readonly expose?: readonly number[];
  readonly healthcheck?: Healthcheck;
  /** Bytes. */
  readonly shmSize?: number;
  readonly dependsOn?: readonly string[];
  /** Linux capabilities that it keeps. All others are dropped, and no program in it can gain any. */
  readonly capabilities?: readonly string[];
  readonly logging?: Logging;
  /** The first is there from the start. */
  readonly networks: readonly Attachment[];
}

export type ContainerState = 'created' | 'running' | 'restarting' | 'exited' | 'dead' | 'paused' | 'removing';

export interface ContainerSpec {
  readonly definition: ContainerDefinition;
  /** It is ready as soon as authentik's API answers: Docker looks at its health every half a minute only. */
  readonly answers?: 'authentik';
  /** Values for `envFiles`, and those that only the API call carries (never written to a file). */
  readonly secretEnvironment: Readonly<Record<string, Secret>>;
  /** A hash over the definition and the environment: another one means that the container is recreated. */
  readonly revision: string;
}

export interface ContainerFound extends ContainerSpec {
  readonly found: {
    readonly state: ContainerState;
    readonly health: 'healthy' | 'starting' | 'unhealthy' | 'none';
    readonly exitCode: number;
    readonly restarts: number;
    readonly startedAt: string;
    /** How long it has been running, in ms. */
    readonly upFor?: number;
    /** The kernel ended it because memory ran out. */
    readonly outOfMemory?: true;
    readonly networks: readonly string[];
    /** How it is called on each of them. */
    readonly aliases?: Readonly<Record<string, readonly string[]>>;
    readonly lastLine?: string;
  };
}
