import type { NewContainer } from '../../src/world/docker/docker.ts';
import type { Files } from '../../src/world/world.ts';
import type { MemoryStore } from '../standin/index.ts';
import type { FakeClock } from './clock.ts';

export interface Database {
  /** Who may do everything there, decided when the data directory was made. */
  readonly superuser: string;
  /** Passwords by role: who has none gets in by the socket alone. */
  readonly passwords: Map<string, string>;
  readonly store: MemoryStore;
}

/** What a container's program finds around it. */
export interface Around {
  readonly container: NewContainer;
  readonly files: Files;
  readonly clock: FakeClock;
  /** Values of its environment, secrets revealed: it is the program that they are for. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where another container's port can be dialled, by its host name. */
  dial(name: string, port: number): { host: string; port: number } | undefined;
  /** What runs behind another container's host name. */
  whois(name: string): NewContainer | undefined;
  /** The databases that live in data directories on the host. */
  readonly databases: Map<string, Database>;
  log(line: string): void;
  /** It dies by itself, later than at its start. */
  die(code: number, line: string): void;
}

/** A program that runs: what a container of that image does, and no more than homeauth can see of it. */
export interface Running {
  /** Ports inside the container, and where they are on the loopback. */
  readonly ports: ReadonlyMap<number, number>;
  health(): 'healthy' | 'starting' | 'unhealthy' | 'none';
  /** Files that only the container has. */
  readonly read?: (path: string) => string | undefined;
  readonly exec?: (argv: readonly string[], stdin: string) => Promise<{ code: number; stdout: string; stderr: string }>;
  stop(): Promise<void>;
}

/** Starts the program, or throws an `Exit` when it dies at once. */
export type Program = (around: Around) => Promise<Running>;

export class Exit extends Error {
  readonly code: number;
  constructor(code: number, line: string) {
    super(line);
    this.code = code;
  }
}

export const sourceOf = ({ container }: Pick<Around, 'container'>, target: string): string | undefined =>
  container.definition.mounts.find((mount) => mount.target === target)?.source;
