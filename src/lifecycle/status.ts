import { ldapApps, ldapContainer } from '../config/ldap.ts';
import { stackNames } from '../desired/containers.ts';
import { databaseTrouble } from '../installation/database.ts';
import type { Installation } from '../installation/installation.ts';
import { notedIn } from '../installation/pins.ts';
import { partsOf } from '../model/image-name.ts';
import type { Status } from '../model/status.ts';

/** What is there: the containers of the stack, the login page, the apps. */
export async function statusOf({ config, era, layout, world, ledger }: Installation): Promise<Status> {
  const made = await ledger.read();
  const ours = new Set(made.map(({ id }) => id));
  const names = [
    ...stackNames(config, era, layout),
    ...(ours.has('container:caddy') ? ['caddy'] : []),
    ...ldapApps(config).map(ldapContainer),
  ];
  const containers = await Promise.all(
    names.map(async (name) => {
      const there = await world.docker.container(name);
      if (!there) return { name, image: '', state: 'missing' as const, health: 'none' };
      const { state, health, startedAt } = there.found;
      return { name, image: partsOf(there.image).image, state, health, startedAt };
    }),
  );
  const pins = notedIn(made);
  const references = new Set([...containers.flatMap(({ image }) => (image ? [image] : [])), ...Object.keys(pins)]);
  const areWell = containers.every(
    ({ state, health }) => state === 'running' && (health === 'healthy' || health === 'none'),
  );
  // Docker may not have seen it yet.
  const trouble = await databaseTrouble(world.docker);
  // The last thing that the first run does with authentik is to give the bootstrap token up.
  const unfinished = (await world.files.stat(layout.bootstrap)) !== undefined;
  return {
    running: areWell && !trouble && !unfinished,
    ...(unfinished && { unfinished: true }),
    ...(trouble && { trouble: { code: trouble.code, problem: trouble.problem, fix: trouble.fix } }),
    login: `https://${config.authHost}`,
    release: config.authentik.version,
    config: layout.config,
    containers,
    images: [...references].map((reference) => {
      const digest = pins[reference];
      return { reference, ...(digest !== undefined && { digest }) };
    }),
    apps: config.apps.map(({ name, host, mode, login, group, upstream }) => ({
      name,
      url: `https://${host}`,
      mode,
      login: login ?? 'forward-auth',
      ...(upstream !== undefined && { upstream }),
      ...(group && { group }),
      ...(mode === 'app' && login !== 'none' && !ours.has(`application:${name}`) && { notMade: true as const }),
    })),
  };
}
