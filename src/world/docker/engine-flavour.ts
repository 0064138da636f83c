import { existsSync } from 'node:fs';
import { Failure } from '../../model/failure.ts';
import { type Api, collect, isLost } from './api.ts';
import { dialler } from './dial.ts';
import type { EngineInfo } from './docker.ts';
import { unreachable } from './unreachable.ts';

/** What GET /version answers. */
export interface EngineVersion {
  readonly Version: string;
  readonly ApiVersion: string;
  readonly Components?: readonly { readonly Name: string }[];
}

/** The oldest API that homeauth speaks (Docker 20.10), and the newest whose answers it was written for. */
const oldest = 1.41;
const newest = 1.47;
/** How long a first answer may take, in ms. */
const firstAnswer = 15_000;

/**
 * The engine's first answer, asked once: whoever has no Docker wants to hear it now. `api` is the version to speak.
 * @throws Failure when nobody answers, or when the engine is too old
 */
export async function negotiate(socket: string): Promise<{ readonly engine: EngineVersion; readonly api: string }> {
  const engine = await ask(socket);
  const offered = Number(engine.ApiVersion);
  if (offered < oldest) {
    throw new Failure({
      code: 'docker-too-old',
      problem: `Docker ${engine.Version} is too old: homeauth needs 20.10 or newer.`,
      fix: 'Upgrade it:  https://docs.docker.com/engine/install/',
    });
  }
  return { engine, api: Math.min(offered, newest).toFixed(2) };
}

async function ask(socket: string): Promise<EngineVersion> {
  try {
    const signal = AbortSignal.timeout(firstAnswer);
    const answer = await dialler(socket)({ method: 'GET', path: '/version', signal });
    return JSON.parse((await collect(answer)).toString());
  } catch (error) {
    throw isLost(error) ? unreachable(socket, error) : error;
  }
}

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
    flavour: podman ? 'podman' : rootless ? 'rootless' : 'docker',
    address: `unix://${socket}`,
    // The kernel makes this file when it speaks IPv6, addresses or not, and containers share the kernel.
    ipv6: existsSync('/proc/net/if_inet6'),
    ...(info?.LoggingDriver && { logDriver: info.LoggingDriver }),
    ...(info?.DockerRootDir && { dataRoot: info.DockerRootDir }),
  };
}
