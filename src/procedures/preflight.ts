import { Failure } from '../model/failure.ts';
import type { Installation } from './installation.ts';
import { assertWritable } from './storage.ts';

/** What must be true before the first byte is written. @throws Failure with the way out */
export async function preflight({ world, config, layout }: Installation): Promise<void> {
  if (world.host.uid !== 0) {
    throw new Failure({
      code: 'not-root',
      problem: 'homeauth has to run as root here.',
      why: "It gives folders to the users that the containers run as, and keeps secrets from everybody else's eyes.",
      fix: 'Run it again with sudo.',
    });
  }
  const engine = await world.docker.engine();
  if (engine.flavour !== 'docker') {
    throw new Failure({
      code: `docker-${engine.flavour}`,
      problem: `The engine at ${engine.address} is ${engine.flavour === 'podman' ? 'Podman' : `a ${engine.flavour} Docker`}, which homeauth does not support yet.`,
      fix: 'Point DOCKER_HOST at the socket of a Docker Engine that root runs on this machine: unix:///var/run/docker.sock',
    });
  }
  await assertWritable(world, config, layout);
}
