import { existsSync } from 'node:fs';
import type { Api } from './api.ts';
import type { EngineInfo } from './docker.ts';
import type { EngineVersion } from './negotiate.ts';

interface Info {
  readonly SecurityOptions?: readonly string[];
  readonly DockerRootDir?: string;
  readonly LoggingDriver?: string;
}

/** What sort of engine answers, and what its machine can do. */
export async function engineInfo(api: Api, socket: string, engine: EngineVersion): Promise<EngineInfo> {
  const info = await api.look<Info>('/info');
  const podman = engine.Components?.some(({ Name }) => Name.startsWith('Podman'));
  const rootless = info?.SecurityOptions?.some((option) => option.startsWith('name=rootless'));
  return {
    version: engine.Version,
    apiVersion: engine.ApiVersion,
    flavour: podman ? 'podman' : rootless ? 'rootless' : 'docker',
    address: `unix://${socket}`,
    // The kernel makes this file when it speaks IPv6, addresses or not, and containers share the kernel.
    ipv6: existsSync('/proc/net/if_inet6'),
    ...(info?.LoggingDriver && { logDriver: info.LoggingDriver }),
    ...(info?.DockerRootDir && { dataRoot: info.DockerRootDir }),
  };
}
