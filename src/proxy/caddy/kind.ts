import type { Kind } from '../../engine/kind.ts';
import { differs, inWords, type Reason } from '../../model/reason.ts';
import type { CaddySite, CaddySpec, Observed } from '../../model/resource.ts';
import type { World } from '../../world/world.ts';
import { put, rehearse, takeOut } from './apply.ts';
import { readerOf } from './container.ts';
import { opened, sitesIn } from './opened.ts';
import { partsOf } from './placement.ts';
import { ourFile } from './read.ts';
import { lastLoaded } from './running.ts';

/** homeauth's part of Caddy's configuration. key: the user's Caddyfile on the host. */
export const caddyKind: Kind<CaddySpec> = {
  told: { noun: "Caddy's configuration", heading: 'Caddy', many: 'Caddy', isOne: true, sum: inWords },

  observe,

  differs(want, have) {
    if (have.text === '') return [differs('text', `${want.caddyfile.outside} does not have homeauth's part in it`)];
    const because: Reason[] = [];
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

  async explain(key, { docker, files }) {
    const reader = await readerOf({ docker, files }, key);
    return reader && { details: (await docker.logs(reader.container, 5)).join('\n') };
  },

  hint: (key) => `Look at ${key} and at the log of its container (docker logs --tail 50 caddy), then: homeauth apply`,
};

/** The hosts of those sites that are not among the others. */
const beyond = (sites: readonly CaddySite[], others: readonly CaddySite[]): readonly string[] =>
  sites.map(({ host }) => host).filter((host) => !others.some((other) => other.host === host));

async function observe(key: string, { files, docker }: World, want?: CaddySpec): Promise<Observed<CaddySpec>> {
  const caddyfile = (await files.read(key)) ?? '';
  const beside = await ourFile(files, key, caddyfile);
  const [part] = partsOf(caddyfile);
  const reader = want ?? (await readerOf({ docker, files }, key));
  const details = reader && (await docker.container(reader.container));
  const runs = details?.found.state === 'running';
  const onDisk = part !== undefined || beside !== undefined;
  if (want && onDisk && !runs) {
    const says = `Caddy's container ${want.container} does not run`;
    return { is: 'unknown', because: { code: 'stopped', of: want.container, says } };
  }
  const revision = runs ? await lastLoaded(docker, details) : '';
  if (!onDisk && revision === '') return { is: 'absent' };
  const inside = want?.caddyfile.inside ?? (reader && 'inside' in reader ? reader.inside : '');
  const text = part?.is === 'block' ? part.text : part?.is === 'import' ? (beside ?? '') : '';
  return {
    is: 'present',
    spec: {
      container: reader?.container ?? '',
      caddyfile: { inside, outside: key },
      how: part?.is === 'block' ? 'block' : 'import',
      text,
      sites: sitesIn(text),
      modules: [],
      revision,
    },
  };
}
