import type { Runtime } from '../installation/command-runtime.ts';
import { Failure } from '../model/failure.ts';
import { type Finding, ok } from '../model/finding.ts';
import { within } from '../verify/check.ts';
import type { World } from '../world/world.ts';
import { dockerFor } from './system.ts';

/** How long Docker may take to answer at all, in ms. */
const limit = 5_000;

const daemons = ['/usr/bin/dockerd', '/usr/sbin/dockerd', '/usr/local/bin/dockerd', '/snap/bin/dockerd'];

/** Is there a Docker that homeauth can work with? @throws Failure where there is none */
export async function engineCheck(
  world: Pick<World, 'docker' | 'files' | 'host'>,
  env: Runtime['env'],
): Promise<Finding[]> {
  const engine = await within(limit, world.docker.engine(), () => {
    throw silent();
  }).catch(async (error: unknown) => {
    const missing = isSocketMissing(error) && !env['DOCKER_HOST'] && !(await hasDaemon(world));
    throw missing ? noDocker(await dockerFor(world)) : error;
  });
  if (engine.flavour === 'podman') throw unsupported('docker-podman', engine.address, 'Podman');
  if (engine.flavour === 'rootless') throw unsupported('docker-rootless', engine.address, 'a rootless Docker');
  return [ok({ id: 'docker-unreachable', title: `Docker ${engine.version} answers` })];
}

const isSocketMissing = (error: unknown): boolean =>
  error instanceof Failure && (error.cause as { code?: unknown } | undefined)?.code === 'ENOENT';

async function hasDaemon({ files }: Pick<World, 'files'>): Promise<boolean> {
  const found = await Promise.all(daemons.map((path) => files.stat(path).catch(() => undefined)));
  return found.some((stat) => stat !== undefined);
}

const noDocker = (fix: string): Failure =>
  new Failure({
    code: 'docker-missing',
    problem: 'There is no Docker on this machine.',
    why: 'authentik, its database and Caddy run in containers.',
    fix,
  });

const silent = (): Failure =>
  new Failure({
    code: 'docker-unreachable',
    problem: `Docker gave no answer within ${limit / 1000} s.`,
    why: 'Its socket is there; it may be busy, or stuck.',
    fix: 'See what it is doing:  systemctl status docker   and   journalctl -u docker -n 50',
  });

const unsupported = (code: 'docker-podman' | 'docker-rootless', address: string, what: string): Failure =>
  new Failure({
    code,
    problem: `The engine at ${address} is ${what}, which homeauth does not support yet.`,
    why: 'There, users and ports inside of containers are not those of this machine.',
    fix: 'Point DOCKER_HOST at the socket of a Docker Engine that root runs on this machine: unix:///var/run/docker.sock',
  });
