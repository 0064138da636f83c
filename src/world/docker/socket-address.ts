import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../../model/failure.ts';
import { clientConfig, configDirectory, type Environment, readJson } from './client-config.ts';

/**
 * The Unix socket of the engine that the `docker` command would talk to: DOCKER_HOST, else DOCKER_CONTEXT, else the
 * context chosen by `docker context use`, else the first default socket that exists.
 * @throws Failure for an engine on another machine, and for a context that is not there
 */
export async function socketPath(env: Environment): Promise<string> {
  if (env['DOCKER_HOST']) return fromUrl(env['DOCKER_HOST'], 'DOCKER_HOST', env);
  const context = env['DOCKER_CONTEXT'] || (await clientConfig(env)).currentContext;
  if (!context || context === 'default') return defaultSocket(env);
  return fromUrl(await contextHost(context, env), `The Docker context "${context}"`, env);
}

function fromUrl(url: string, source: string, env: Environment): string {
  if (url.startsWith('unix://')) return url.slice('unix://'.length) || defaultSocket(env);
  throw new Failure({
    code: 'docker-remote',
    problem: `${source} is ${url}: a Docker Engine on another machine is not supported yet.`,
    why: 'homeauth writes files that the containers mount, so both must be on the same machine.',
    fix: 'Run homeauth on that machine, or for the engine here: DOCKER_HOST=unix:///var/run/docker.sock homeauth …',
  });
}

/** First the one that the `docker` command takes, then a rootless one, Docker Desktop's and Podman's. */
function defaultSocket(env: Environment): string {
  const first = '/var/run/docker.sock';
  const home = env['HOME'] || homedir();
  const runtime = env['XDG_RUNTIME_DIR'];
  const others = [
    ...(runtime ? [join(runtime, 'docker.sock')] : []),
    join(home, '.docker/run/docker.sock'),
    '/run/podman/podman.sock',
    ...(runtime ? [join(runtime, 'podman/podman.sock')] : []),
  ];
  return [first, ...others].find((path) => existsSync(path)) ?? first;
}

interface ContextMeta {
  readonly Endpoints?: { readonly docker?: { readonly Host?: string } };
}

async function contextHost(name: string, env: Environment): Promise<string> {
  const folder = createHash('sha256').update(name).digest('hex');
  const meta = await readJson<ContextMeta>(join(configDirectory(env), 'contexts/meta', folder, 'meta.json'));
  const host = meta?.Endpoints?.docker?.Host;
  if (host) return host;
  throw new Failure({
    code: 'docker-context',
    problem: `There is no Docker context "${name}".`,
    why: 'DOCKER_CONTEXT or `docker context use` names it.',
    fix: 'Choose one that exists:  docker context ls && docker context use default',
  });
}
