import type { Kind } from '../../engine/kind.ts';
import { differs, inWords, type Reason } from '../../model/reason.ts';
import type { CaddyPlace, CaddySite, CaddySpec, Observed } from '../../model/resource.ts';
import type { World } from '../../world/world.ts';
import { put, rehearse, takeOut } from './apply.ts';
import { hostsAside, served } from './aside.ts';
import { readerOf } from './container.ts';
import { instanceOf } from './instance.ts';
import { partsOf } from './placement.ts';
import { ourFile } from './read.ts';
import { lastLoaded } from './running.ts';
import { opened, sitesIn } from './site-changes.ts';

/** homeauth's part of Caddy's configuration. key: the user's Caddyfile on the host. */
export const caddyKind: Kind<CaddySpec> = {
  told: { noun: "Caddy's configuration", heading: 'Caddy', many: 'Caddy', isOne: true, sum: inWords },

  observe,

  differs(want, have) {
    if (have.text === '') return [differs('text', `${want.caddyfile.outside} does not have homeauth's part in it`)];
    const because: Reason[] = [
      ...without(have.replaces, want.replaces).map((host) =>
        differs('sites', `your own site for ${host} comes back: visitors reach it without this login`),
      ),
      ...without(want.replaces, have.replaces).map((host) =>
        differs('sites', `your own site for ${host} becomes a comment`),
      ),
    ];
    if (have.how !== want.how) {
      const where = want.how === 'import' ? 'becomes a file' : 'moves into the Caddyfile';
      because.push(differs('how', `homeauth's part ${where}`));
    }
    if (have.text !== want.text) {
      because.push(...beyond(have.sites, want.sites).map((host) => differs('sites', `${host} goes`)));
      because.push(...beyond(want.sites, have.sites).map((host) => differs('sites', `${host} is new`)));
      because.push(...opened(have.sites, want.sites).map((address) => differs('open paths', address)));
      if (because.length === 0) because.push(differs('text', "homeauth's part is not as it should be"));
    }
    if (because.length === 0 && have.revision !== want.revision)
      because.push(differs('revision', "Caddy does not run homeauth's part"));
    return because;
  },

  rehearse,

  async apply(key, want, world) {
    if (want) await put(want, world);
    else await takeOut(key, world);
  },

  /** Caddy has loaded the text before `apply` returns. */
  patience: 5_000,

  async explain(key, world) {
    const { container } = (await readerOf(world, key)) ?? {};
    return container === undefined ? undefined : { details: (await world.docker.logs(container, 5)).join('\n') };
  },

  hint: (key) => `Look at ${key} and at Caddy's log, then: homeauth apply`,
};

/** The hosts of those sites that are not among the others. */
const beyond = (sites: readonly CaddySite[], others: readonly CaddySite[]): readonly string[] =>
  sites.map(({ host }) => host).filter((host) => !others.some((other) => other.host === host));

const without = (hosts: readonly string[], others: readonly string[]) => hosts.filter((one) => !others.includes(one));

/** Whose site is put aside. One that its owner wrote there once more is not; one that is not there need not be. */
function replacedIn(caddyfile: string, want: readonly string[]): readonly string[] {
  const aside = hostsAside(caddyfile);
  const open = served(caddyfile, [...aside, ...want], partsOf(caddyfile));
  const found = without(aside, open);
  return without(want, open).length === want.length && without(found, want).length === 0 ? want : found;
}

const placeOf = ({ container, unit }: CaddyPlace): CaddyPlace => ({
  ...(container !== undefined && { container }),
  ...(unit !== undefined && { unit }),
});

async function observe(key: string, world: World, want?: CaddySpec): Promise<Observed<CaddySpec>> {
  const { files } = world;
  const caddyfile = (await files.read(key)) ?? '';
  const beside = await ourFile(files, key, caddyfile);
  const [part] = partsOf(caddyfile);
  const found = want ? undefined : await readerOf(world, key);
  const inside = want?.caddyfile.inside ?? found?.inside ?? '';
  const place = placeOf(want ?? found ?? {});
  const caddy = want || found ? await instanceOf(place, inside, world) : undefined;
  const onDisk = part !== undefined || beside !== undefined;
  if (want && onDisk && !caddy) {
    const { container } = want;
    const says =
      container === undefined ? 'Caddy does not run on this server' : `Caddy's container ${container} does not run`;
    return { is: 'unknown', because: { code: 'stopped', of: container ?? 'caddy', says } };
  }
  const revision = caddy ? await lastLoaded(caddy) : '';
  if (!onDisk && revision === '') return { is: 'absent' };
  const text = part?.is === 'block' ? part.text : part?.is === 'import' ? (beside ?? '') : '';
  return {
    is: 'present',
    spec: {
      ...place,
      caddyfile: { inside, outside: key },
      how: part?.is === 'block' ? 'block' : 'import',
      text,
      sites: sitesIn(text),
      replaces: replacedIn(caddyfile, want?.replaces ?? []),
      modules: [],
      revision,
    },
  };
}
