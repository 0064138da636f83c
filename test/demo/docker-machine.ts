import type { Runtime } from '../../src/installation/command-runtime.ts';
import { exitCodes, Failure } from '../../src/model/failure.ts';
import { findProxy } from '../../src/proxy/choose.ts';
import type { Machine } from './machine.ts';

const containers = ['authentik-postgresql', 'authentik', 'authentik-worker', 'caddy', 'whoami'];
const networks = ['authentik_backend', 'authentik_proxy', 'caddy_caddynet'];
const ports = [80, 443];

/**
 * This very machine with its Docker Engine, as homeauth itself is wired: everything is real.
 * @throws Failure `demo-taken`, before anything is touched, where something is in the way
 */
export async function dockerMachine({ world, connect }: Runtime, domain: string): Promise<Machine> {
  const { version, address } = await world.docker.engine();
  const there = async (what: string, found: Promise<unknown>) => ((await found) === undefined ? [] : [what]);
  const taken = await Promise.all([
    ...containers.map((name) => there(`the container ${name}`, world.docker.container(name))),
    ...networks.map((name) => there(`the network ${name}`, world.docker.network(name))),
    ...ports.map((port) => there(`port ${port}`, world.host.listener(port))),
  ]);
  // Throws where there is a Caddy that it cannot work with; one that it can is still somebody's.
  const proxy = taken.flat().length === 0 && (await findProxy(world, { proxy: 'caddy', baseDir: '/' }, new Set()));
  if (proxy && proxy.is === 'caddy' && !proxy.own) taken.push(['a Caddy in a container']);
  if (taken.flat().length > 0) {
    throw new Failure({
      code: 'demo-taken',
      problem: `Something is in the way: ${taken.flat().join(', ')}.`,
      why: 'With --docker the demonstration makes and removes things of these names. Nothing was touched.',
      fix: 'Run it where they are free, or without Docker: npm run demo',
      exit: exitCodes.couldNotStart,
    });
  }
  const about = `Everything is real here: Docker ${version} at ${address}, and files in a temporary directory. All but the images is removed at the end.`;
  return { about, domain, world, connect, close: async () => {} };
}
