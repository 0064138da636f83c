import { execa } from 'execa';

/** The Docker Engine that belongs to the tests, and the real command line tools to look at it with. */
export interface Engine {
  /** What DOCKER_HOST must say to reach it. */
  readonly host: string;
  /** Runs the Docker CLI and returns what it printed; throws with its words if it fails. */
  docker(args: readonly string[]): Promise<string>;
  /** Runs `docker compose` in a directory and returns what it printed; throws with its words if it fails. */
  compose(args: readonly string[], options: { readonly cwd: string }): Promise<string>;
  /** Removes the containers and networks, volumes too, that carry a label or whose names begin with a prefix. */
  remove(which: { readonly label: string } | { readonly prefix: string }): Promise<void>;
}

const lines = (text: string) => text.split('\n').filter((line) => line !== '');

/**
 * The engine that `npm test` started. Never another one: a test may remove everything it finds there, so it has to carry
 * the label of the tests.
 */
export async function engine(): Promise<Engine> {
  const host = process.env['HOMEAUTH_TEST_ENGINE'];
  if (!host) throw new Error('This test needs the Docker Engine that test/run starts, as root.\nRun: sudo npm test');
  const docker = async (args: readonly string[], cwd = process.cwd()) =>
    (await execa('docker', args, { cwd, env: { DOCKER_HOST: host } })).stdout;
  if (!(await docker(['info', '--format', '{{.Labels}}'])).includes('homeauth.test=1')) {
    throw new Error(`The Docker Engine at ${host} was not started for tests.\nStart one: test/machine/engine start`);
  }

  const list = async (noun: string, options: readonly string[], filter: string) =>
    lines(await docker([noun, 'ls', '--quiet', '--filter', filter, ...options]));
  return {
    host,
    docker: (args) => docker(args),
    compose: (args, { cwd }) => docker(['compose', ...args], cwd),
    remove: async (which) => {
      const filter = 'label' in which ? `label=${which.label}` : `name=^/?${which.prefix}`;
      const containers = await list('container', ['--all'], filter);
      if (containers.length > 0) await docker(['rm', '--force', '--volumes', ...containers]);
      const networks = await list('network', ['--filter', 'type=custom'], filter);
      if (networks.length > 0) await docker(['network', 'rm', ...networks]);
      const volumes = await list('volume', [], filter);
      if (volumes.length > 0) await docker(['volume', 'rm', '--force', ...volumes]);
    },
  };
}

/** The engine with nothing in it but the images. */
export async function freshEngine(): Promise<Engine> {
  const found = await engine();
  await found.remove({ prefix: '' });
  return found;
}
