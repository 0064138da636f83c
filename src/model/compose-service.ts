import type { ContainerFound, Mount } from './container.ts';
import type { Secret } from './secret.ts';

/** A service of somebody else's Compose project, by what Compose has to be told to find it again. */
export interface ComposeService {
  readonly name: string;
  readonly project: string;
  readonly directory: string;
  /** In their order: a later one goes before an earlier one. */
  readonly files: readonly string[];
  readonly environmentFiles: readonly string[];
}

/** How a resource of its container is called: `DIRECTORY:SERVICE`. `override`: the path of its override file. */
export const composeKey = (override: string, service: string): string =>
  `${override.slice(0, override.lastIndexOf('/')) || '/'}:${service}`;

export function partsOfComposeKey(key: string): [directory: string, service: string] {
  const at = key.lastIndexOf(':');
  return [key.slice(0, at), key.slice(at + 1)];
}

/** What Compose makes of these files. */
export type ComposeRead =
  /** There is no Compose v2 here. */
  | { readonly is: 'no-compose' }
  | { readonly is: 'unreadable' }
  | {
      readonly is: 'read';
      /** Variables in the files that have no value: Compose leaves them blank, or stops. */
      readonly unset: readonly string[];
      /** None where its files have no service of that name. */
      readonly service?: ComposeDefinition;
    };

/** A service as its files make it. */
export interface ComposeDefinition {
  readonly image?: string;
  /** So many containers. */
  readonly scale: number;
  /** null is one that it takes from whoever runs Compose, who has none. */
  readonly environment: Readonly<Record<string, string | null>>;
  /** `source`: a path, or the name of a volume; none for what Compose keeps from one container to the next by itself. */
  readonly mounts: readonly { readonly target: string; readonly source?: string }[];
  /** What other containers have mounted, it has mounted, too (`volumes_from`). */
  readonly mountsOfOthers?: true;
}

/** What homeauth has told the container of an app, which counts once that is made anew. */
export interface ComposeServiceSpec {
  readonly service: string;
  /** The override file beside its compose file, and the file of variables that it names. */
  readonly override: string;
  readonly envFile: string;
  /** With the mark of it all: `HOMEAUTH_REVISION`. */
  readonly environment: Readonly<Record<string, string | Secret>>;
  readonly mounts: readonly Mount[];
  /** A file that is there while Compose is at work: by it the next run knows what to finish. */
  readonly begun: string;
  /** The override file is gone: once more, without what was in it. */
  readonly letGo?: true;
}

export interface ComposeServiceFound {
  /** Names of variables that are not in it, or with another value. */
  readonly lacks: readonly string[];
  /** What of ours it was made with; none where it was made without. */
  readonly revision?: string;
  readonly targets: readonly string[];
  /** A run before this one did not finish. */
  readonly begun?: true;
  /** None is there, or its owner has stopped it. */
  readonly unseen?: true;
  readonly found?: ContainerFound['found'];
}
