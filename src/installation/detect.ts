import type { Config } from '../config/config.ts';
import { usualListen } from '../config/normalise.ts';
import type { Hints } from '../config/questions.ts';
import { whereIsMyData } from '../kinds/data-location.ts';
import { asNothing } from '../model/failure.ts';
import { assertTlsHere, findProxy, servesFromHost } from '../proxy/choose.ts';
import type { Runtime } from './command-runtime.ts';
import { likelyBaseDir } from './storage.ts';

type Sight = Runtime['world'];

/** What is on this machine that an installation builds on: what the interview tells before it asks. */
export async function detect(world: Sight, baseDir: string): Promise<readonly string[]> {
  const looks = [docker(world), caddy(world, baseDir), disk(world, baseDir), network(world)];
  // A look that fails here is told, with its way out, by the checks before the first write.
  return (await Promise.all(looks.map((look) => look.catch(asNothing)))).filter((line) => line !== undefined);
}

const docker = async (world: Sight): Promise<string> => `Docker ${(await world.docker.engine()).version}`;

async function caddy(world: Sight, baseDir: string): Promise<string | undefined> {
  const there = (await servesFromHost(world)) ? ({ proxy: 'host-caddy', listen: usualListen } as const) : undefined;
  const proxy = await findProxy(world, { proxy: 'caddy', baseDir, ...there }, new Set());
  if (proxy.is !== 'caddy' || proxy.own) return 'no Caddy yet: one is set up';
  const where = proxy.container === undefined ? 'on this server itself' : `in the container "${proxy.container}"`;
  return `Caddy ${where}`;
}

async function disk(world: Sight, baseDir: string): Promise<string | undefined> {
  const location = whereIsMyData(await world.files.filesystem(baseDir), await world.zfs.datasets());
  if (location.is !== 'zfs') return undefined;
  const state = { true: 'encrypted, unlocked', false: 'not encrypted', undefined: '' }[String(location.encrypted)];
  return `ZFS: ${location.dataset}${state ? ` (${state})` : ''}`;
}

async function network(world: Sight): Promise<string | undefined> {
  const [first] = await world.host.addresses();
  return first && `${first.address} on ${first.name}`;
}

/** A Caddy that serves this server from outside of Docker's networks, and a free port where authentik can listen for it. */
async function hostCaddy(world: Sight): Promise<Pick<Hints, 'proxy' | 'listen'> | undefined> {
  if (!(await servesFromHost(world))) return undefined;
  const { address, port: first } = usualListen;
  for (let port = first; port < first + 90; port++) {
    if (!(await world.host.listener(port))) return { proxy: 'host-caddy', listen: `${address}:${port}` };
  }
  return { proxy: 'host-caddy' };
}

/**
 * For an owner who has not said where TLS ends. A proxy that homeauth cannot work with is told by the checks that follow.
 * @throws Failure where it seems to end before Caddy
 */
export async function assertTlsSaid(world: Sight, config: Config): Promise<void> {
  const found = await findProxy(world, config, new Set()).catch(asNothing);
  if (found) await assertTlsHere(found, world);
}

/** What the interview offers: guessed from this machine, never taken without the owner's look at it. */
export async function defaults(world: Runtime['world']): Promise<Hints> {
  const [address] = await world.host.addresses();
  return {
    baseDir: await likelyBaseDir(world),
    ...(address && { lanAddress: address.address }),
    ...(await hostCaddy(world).catch(asNothing)),
  };
}
