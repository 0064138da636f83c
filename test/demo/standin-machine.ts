import { setTimeout as sleep } from 'node:timers/promises';
import { wallClock } from '../fakes/clock.ts';
import type { OpenFiles } from '../fakes/files.ts';
import { fakeWorld } from '../fakes/world.ts';
import { demoFiles } from './files.ts';
import type { Machine } from './machine.ts';
import type { Place } from './place.ts';

/** Of the clock, which takes a tenth of that: somebody looks on. */
const timings = { migrate: 30_000, bootstrap: 3000, blueprints: 8000, outpostRefresh: 3000 };

/** A home server in this process: real files, and programs on the loopback for Docker's containers. */
export function standinMachine({ root }: Place, domain: string): Machine {
  const files = demoFiles(root);
  const { world, docker, connect, servers, close } = fakeWorld({
    // Here nobody compares files, and nobody changes them past homeauth.
    files: files as typeof files & OpenFiles,
    clock: wallClock(10),
    standin: { timings },
  });
  const lan = { name: 'eno1', address: '192.168.0.4' };
  const loopback = { name: 'lo', address: '127.0.0.1' };
  // Where a browser on this machine looks for it, too.
  const found = domain.endsWith('.localhost') ? loopback : lan;
  return {
    about: `Files are real, in a temporary directory. Docker, Caddy and authentik are stand-ins on the loopback. Nothing else on this machine is touched.`,
    domain,
    connect,
    world: {
      ...world,
      docker: { ...docker, change: (_, ms) => sleep(Math.min(ms, 100)) },
      host: {
        ...world.host,
        addresses: async () => [lan, loopback],
        resolve: async () => [found.address],
      },
    },
    requests: () => servers.flatMap(({ requests }) => requests),
    noted: files.noted,
    close,
  };
}
