import type { Runtime } from '../../src/installation/command-runtime.ts';

/** How often something was changed since the beginning, and by whom it was asked for. */
export interface Tally {
  files: number;
  containers: number;
  /** Of authentik. */
  objects: number;
}

const files = ['write', 'create', 'overwrite', 'makeDirectory', 'setAccess', 'remove', 'removeTree'] as const;
const containers = ['pull', 'createNetwork', 'removeNetwork', 'run', 'start', 'connect', 'remove'] as const;
const objects = ['create', 'update', 'remove', 'call', 'installOwnKey'] as const;

type Wired = Pick<Runtime, 'world' | 'connect'>;

/** The same world, whose writers are counted. */
export function counting({ world, connect }: Wired): Wired & { readonly tally: Readonly<Tally> } {
  const tally: Tally = { files: 0, containers: 0, objects: 0 };
  const count = (what: keyof Tally) => () => {
    tally[what] += 1;
  };
  return {
    tally,
    world: {
      ...world,
      files: counted(world.files, files, count('files')),
      docker: counted(world.docker, containers, count('containers')),
    },
    connect: (options) => counted(connect(options), objects, count('objects')),
  };
}

function counted<T extends object, K extends keyof T>(target: T, names: readonly K[], count: () => void): T {
  const wrapped = names.map((name) => {
    const work = target[name] as (...given: unknown[]) => unknown;
    return [
      name,
      (...given: unknown[]) => {
        count();
        return work.apply(target, given);
      },
    ];
  });
  return { ...target, ...Object.fromEntries(wrapped) };
}
