import type { Config } from '../../config/config.ts';
import { Failure } from '../../model/failure.ts';
import { distrust } from '../../model/trust.ts';
import type { Program, World } from '../../world/world.ts';
import type { CaddyFacts } from '../proxy.ts';
import { type TlsSaid, tlsEndOf } from '../tls-end.ts';
import { hostPrograms, linkedTo, startedWith } from './container.ts';
import { existing, isCaddy, loadedBy } from './find.ts';
import { onThisServer } from './instance.ts';
import { takesBeside, withoutOurs } from './placement.ts';
import * as unfit from './unfit.ts';

type Sight = Pick<World, 'docker' | 'host' | 'files'>;

/**
 * The Caddy on this server's own network: the one that has port 443, where several could be meant.
 * @throws Failure where there is none, or homeauth cannot work with it
 */
export async function findHostCaddy(
  world: Sight,
  config: Pick<Config, 'caddyContainer' | 'listen'> & TlsSaid,
): Promise<CaddyFacts> {
  const { caddyContainer: named, listen } = config;
  const could = (await world.docker.containers()).filter(
    (one) => one.networks.includes('host') && (named === undefined ? isCaddy(one) : one.name === named),
  );
  const containers = could.filter(({ running }) => running || named !== undefined);
  const programs = named === undefined ? await hostPrograms(world) : [];
  const front = await world.host.listener(443);
  const chosen = programs.find(({ pid }) => pid === front?.pid) ?? (programs.length === 1 ? programs[0] : undefined);
  const [container, another] = containers;
  const tlsEnd = await tlsEndOf(config, ['host'], world);
  const at = { ...(listen && { listen }), ...(tlsEnd && { tlsEnd }) };
  if (chosen && (!container || chosen.pid === front?.pid)) return { ...(await onServer(world, chosen, config)), ...at };
  if (programs.length > 1) throw unfit.severalHere(programs);
  if (another || (container && chosen)) throw unfit.several(containers);
  if (container) return { ...(await existing(world, container, config)), ...at };
  throw could[0] ? unfit.stopped(could[0].name) : unfit.noneHere(named);
}

/** Whether a Caddy that is on this server's own network serves it: what `init` offers then. */
export async function servesFromHost({ docker, host }: Pick<World, 'docker' | 'host'>): Promise<boolean> {
  const front = await host.listener(443);
  if (!front) return false;
  if ((await hostPrograms({ host })).some(({ pid }) => pid === front.pid)) return true;
  const running = (await docker.containers()).filter(({ running }) => running);
  const published = running.some(({ ports }) => ports.some(({ port }) => port === 443));
  return (
    !published && front.process === 'caddy' && running.some((one) => one.networks.includes('host') && isCaddy(one))
  );
}

async function onServer(
  { files, host }: Sight,
  program: Program,
  config: Pick<Config, 'listen'> & TlsSaid,
): Promise<CaddyFacts> {
  const { argv, workingDirectory, unit } = program;
  const place = unit === undefined ? {} : { unit };
  const started = startedWith({ command: argv.join(' '), workingDirectory });
  if (started.with !== 'caddyfile') throw unfit.noCaddyfile(place, started.what);
  await assertTrusted(program, started.path, files);
  const text = await files.read(started.path);
  if (text === undefined) throw unfit.missing(place, started.path, started.path);
  const linked = await linkedTo(started.path, files);
  const outside = linked ?? started.path;
  // What a package manager generates is made anew with the next generation.
  if ((await files.filesystem(outside)).readOnly || outside.startsWith('/nix/store/')) throw unfit.readOnly(outside);
  const how = linked !== undefined || takesBeside(withoutOurs(text), started.path) ? 'block' : 'import';
  const caddy = onThisServer(program, started.path, { files, host });
  return {
    is: 'caddy',
    own: false,
    ...place,
    networks: [],
    caddyfile: { inside: started.path, outside },
    how,
    ...(await loadedBy(caddy, outside, config)),
  };
}

/**
 * homeauth writes as root what this program reads, and runs it. So it has to be root's choice: a program of root's own,
 * or a unit of the system's, which only root puts there.
 */
async function assertTrusted(program: Program, caddyfile: string, files: World['files']): Promise<void> {
  const { path, uid, unit } = program;
  if (uid !== 0 && unit === undefined) throw unfit.notRoots(program);
  const asked = [[caddyfile, [uid]] as const, ...(uid === 0 ? [[path, []] as const] : [])];
  for (const [place, also] of asked) {
    const issue = distrust(place, await files.way(place), ...also);
    if (issue) throw new Failure(issue);
  }
}
