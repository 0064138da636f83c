import { openApi } from './api.ts';
import { readContainerFile, writableHeader, writeContainerFile } from './archive.ts';
import type { Environment } from './client-config.ts';
import { composeConfig, composeHashes, composeUp } from './compose.ts';
import { inspectContainer, lastLines, listContainers, listProcesses } from './containers.ts';
import type { Docker, PullProgress } from './docker.ts';
import { engineInfo, negotiate } from './engine-flavour.ts';
import { nextChange } from './events.ts';
import { execIn } from './exec.ts';
import { createNetwork, inspectNetwork, removeNetwork } from './networks.ts';
import { digestInRegistry, inspectImage, pullImage } from './pull.ts';
import {
  connectContainer,
  disconnectContainer,
  removeContainer,
  restartContainer,
  runContainer,
  startContainer,
} from './run.ts';
import { socketPath } from './socket-address.ts';

export interface Listener {
  /** How far an image is on its way. */
  onPull?(progress: PullProgress): void;
}

/**
 * The Docker Engine that the environment names, as the `docker` command would choose it. Nothing is sent before the first
 * call; a call that cannot reach the engine throws a Failure, and the next one tries anew.
 */
export function connectDocker(env: Environment, { onPull = () => undefined }: Listener = {}): Docker {
  const connect = async () => {
    const socket = await socketPath(env);
    const { engine, api } = await negotiate(socket);
    return { socket, engine, api: openApi(socket, api) };
  };
  let opened: ReturnType<typeof connect> | undefined;
  const connection = () => {
    opened ??= connect().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  const api = async () => (await connection()).api;
  const hashes = new Map<string, ReturnType<typeof composeHashes>>();

  return {
    engine: async () => {
      const { socket, engine, api } = await connection();
      return engineInfo(api, socket, engine);
    },
    containers: async () => listContainers(await api()),
    container: async (name) => inspectContainer(await api(), name),
    network: async (name) => inspectNetwork(await api(), name),
    image: async (reference) => inspectImage(await api(), reference),
    inRegistry: async (reference) => digestInRegistry(await api(), reference, env),
    processes: async (name) => listProcesses(await api(), name),
    logs: async (name, lines) => lastLines(await api(), name, lines),
    readFile: async (container, path) => readContainerFile(await api(), container, path),
    assertWritable: async (container, path) => {
      await writableHeader(await api(), container, path);
    },
    dialAddress: async (container, port, network) => {
      const addresses = (await inspectContainer(await api(), container))?.addresses ?? {};
      const host = network === undefined ? Object.values(addresses)[0] : addresses[network];
      return host === undefined ? undefined : { host, port };
    },
    change: async (names, ms) => nextChange(await api(), names, ms),
    pull: async (reference) => pullImage(await api(), reference, env, onPull),
    createNetwork: async (name, spec) => createNetwork(await api(), name, spec),
    removeNetwork: async (name) => removeNetwork(await api(), name),
    run: async (container) => runContainer(await api(), container),
    restart: async (name) => restartContainer(await api(), name),
    writeFile: async (container, path, content) => writeContainerFile(await api(), container, path, content),
    start: async (name) => startContainer(await api(), name),
    connect: async (container, network, aliases) => connectContainer(await api(), container, network, aliases),
    disconnect: async (container, network) => disconnectContainer(await api(), container, network),
    remove: async (name) => removeContainer(await api(), name),
    exec: async (container, argv, options) => execIn(await api(), container, argv, options ?? {}),
    // Compose tells of all services at once, and the containers of one project are made side by side.
    composeHashes: (file) => {
      const asked = hashes.get(file) ?? composeHashes(file, env).finally(() => hashes.delete(file));
      hashes.set(file, asked);
      return asked;
    },
    composeConfig: (service) => composeConfig(service, env),
    composeUp: (service) => composeUp(service, env),
  };
}
