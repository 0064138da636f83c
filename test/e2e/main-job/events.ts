import { execa } from 'execa';
import type { Engine } from '../../machine/engine.ts';

/** Something that happened to a container or a network, as the engine tells it. */
export interface Happening {
  readonly what: string;
  /** The container's name, or of a network that it joined or left. */
  readonly container: string;
  readonly network?: string;
  /** In ms since 1970. */
  readonly at: number;
}

const filters = ['create', 'destroy', 'start', 'connect'].flatMap((event) => ['--filter', `event=${event}`]);

/** What happens to containers and networks while `work` goes on. */
export async function happenings(engine: Engine, work: () => Promise<unknown>): Promise<Happening[]> {
  const since = ['--since', (Date.now() / 1000).toFixed(3)];
  const listening = execa('docker', ['events', ...since, ...filters, '--format', '{{json .}}'], {
    env: { DOCKER_HOST: engine.host },
    reject: false,
  });
  await work();
  // What happened last is on its way.
  await new Promise((resolve) => setTimeout(resolve, 500));
  listening.kill();
  const { stdout } = await listening;
  const names = new Map<string, string>();
  return stdout.split('\n').map((line) => {
    const { Type, Action, Actor, timeNano } = JSON.parse(line);
    const { name, container } = Actor.Attributes;
    if (Type === 'container') names.set(Actor.ID, name);
    const isNetwork = Type === 'network';
    return {
      what: `${Type} ${Action}`,
      container: isNetwork ? (names.get(container) ?? '') : name,
      ...(isNetwork && { network: name }),
      at: timeNano / 1e6,
    };
  });
}
