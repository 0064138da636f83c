import type { NewContainer } from '../../src/world/docker/docker.ts';
import type { Program } from '../../src/world/world.ts';
import { caddy } from './caddy.ts';
import type { FakeWorld } from './world.ts';

/** Debian's package: a service of systemd, with an account and a home of its own. */
export const debians: Program = {
  pid: 400,
  path: '/usr/bin/caddy',
  argv: ['/usr/bin/caddy', 'run', '--environ', '--config', '/etc/caddy/Caddyfile'],
  workingDirectory: '/',
  environment: { HOME: '/var/lib/caddy' },
  uid: 998,
  gid: 998,
  groups: [998],
  unit: 'caddy.service',
};

const autosave = '/var/lib/caddy/.config/caddy/autosave.json';

/** The same machine with a Caddy that runs on it and in no container, and reads this Caddyfile. */
export async function withHostCaddy(
  fake: FakeWorld,
  caddyfile: string,
  program: Partial<Program> = {},
): Promise<FakeWorld & { readonly reloads: () => number }> {
  const { files, docker } = fake;
  await files.makeDirectory('/etc/caddy', 0o755, { uid: 0, gid: 0 });
  await files.makeDirectory('/var/lib/caddy/.config/caddy', 0o755, { uid: 998, gid: 998 });
  await files.write('/etc/caddy/Caddyfile', caddyfile, 0o644);
  /** A port that Docker publishes, as this server reaches it. */
  const published = (port: number) =>
    [...docker.boxes.values()].flatMap(({ made, running }) =>
      (made.definition.publish ?? []).flatMap((one) =>
        one.port === port ? [running?.ports.get(one.inside ?? one.port)].filter((at) => at !== undefined) : [],
      ),
    )[0];
  const running = await caddy({
    container: { definition: { mounts: [{ source: '/etc/caddy', target: '/etc/caddy' }] } } as unknown as NewContainer,
    files,
    clock: fake.clock,
    environment: {},
    databases: docker.databases,
    whois: () => undefined,
    log: () => {},
    die: () => {},
    dial(name, port) {
      const at = name === '127.0.0.1' ? published(port) : undefined;
      return at === undefined ? undefined : { host: '127.0.0.1', port: at };
    },
  });
  let reloads = 0;
  const save = async () => files.write(autosave, running.read?.('/caddy/autosave.json') ?? '', 0o600);
  await save();
  const here: Program = { ...debians, ...program };
  const { http, host } = fake.world;
  const world: FakeWorld['world'] = {
    ...fake.world,
    host: {
      ...host,
      listener: async (port) =>
        [80, 443, 2019].includes(port)
          ? { process: 'caddy', pid: here.pid, addresses: ['0.0.0.0'] }
          : host.listener(port),
      programs: async (name) => (name === 'caddy' ? [here] : []),
      async run(_, args, { stdin = '' }) {
        const result = await running.exec!(['caddy', ...args], stdin);
        if (args[0] === 'reload') reloads++;
        await save();
        return result;
      },
    },
    http: {
      async dial(request) {
        const { via } = request;
        if (via?.port === 2019) {
          const { stdout } = await running.exec!(['wget'], '');
          return { status: 200, headers: {}, cookies: [], body: stdout };
        }
        const [, lan] = /^https?:\/\/192\.168\.0\.4:(\d+)\//.exec(request.url) ?? [];
        if (lan !== undefined) {
          const open = [...docker.boxes.values()].some(({ made }) =>
            (made.definition.publish ?? []).some((one) => one.port === Number(lan) && one.address === '0.0.0.0'),
          );
          const to = open ? published(Number(lan)) : undefined;
          return http.dial({ ...request, via: { host: '127.0.0.1', port: to ?? 1 } });
        }
        const at = via?.host === '127.0.0.1' ? running.ports.get(via.port) : undefined;
        return http.dial({ ...request, ...(at !== undefined && { via: { host: '127.0.0.1', port: at } }) });
      },
    },
  };
  return { ...fake, world, reloads: () => reloads };
}
