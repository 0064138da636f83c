import type { Kind } from '../engine/kind.ts';
import type { Reason } from '../model/reason.ts';
import type { ServiceSpec } from '../model/sso.ts';
import type { Authentik } from '../world/authentik/api.ts';
import type { Collection, Row } from '../world/authentik/schema.ts';
import { lookInto } from './authentik.ts';
import { explainContainer } from './container-story.ts';

/** Where to look for each sort of default object, by its word before the colon. */
const finders: Readonly<Record<string, (authentik: Authentik, name: string) => Promise<boolean>>> = {
  flow: (authentik, slug) => isIn(authentik, 'flows/instances', (row) => row.slug === slug),
  scope: (authentik, managed) => isIn(authentik, 'propertymappings/provider/scope', (row) => row.managed === managed),
  outpost: (authentik, managed) => isIn(authentik, 'outposts/instances', (row) => row.managed === managed),
  brand: (authentik) => isIn(authentik, 'core/brands', (row) => row.default === true),
  setup: async (authentik, state) => (await authentik.setup()) === state,
};

const special: Readonly<Record<string, Reason>> = {
  setup: {
    code: 'not-made',
    of: 'authentik',
    says: 'first-run setup is still open: whoever opens it first becomes administrator',
  },
  brand: { code: 'not-made', of: 'brand', says: 'the default brand is not there yet' },
};

/**
 * authentik is up and has made its default objects. They come one after the other, ten seconds and more after its
 * health checks are green, and only with a healthy worker. Source: recording 01.
 */
export const serviceKind: Kind<ServiceSpec> = {
  told: { noun: 'authentik', many: 'authentik', isOne: true, isPart: true },

  patience: 10 * 60_000,

  observe: (_key, world, want) =>
    lookInto(world, async (authentik) => {
      const wanted = want?.objects ?? [];
      const there = await Promise.all(wanted.map((object) => find(authentik, object)));
      return { objects: wanted.filter((_, i) => there[i]) };
    }),

  differs: (want, have) =>
    want.objects
      .filter((object) => !have.objects.includes(object))
      .map((object) => {
        const [sort, name] = parts(object);
        return special[sort] ?? { code: 'not-made', of: object, says: `${sort} ${name} is not there yet` };
      }),

  explain: (_key, { docker }) => explainContainer('authentik-worker', docker),

  hint: () => [
    'authentik-worker makes these objects. See what stops it: docker logs --tail 50 authentik-worker',
    'Then run the command again.',
  ],
};

/** What was there some seconds ago is there; what was not may be by now. */
async function isIn<C extends Collection>(
  authentik: Authentik,
  collection: C,
  isIt: (row: Row<C>) => boolean,
): Promise<boolean> {
  return (await authentik.list(collection)).some(isIt) || (await authentik.list(collection, 'fresh')).some(isIt);
}

async function find(authentik: Authentik, object: string): Promise<boolean> {
  const [sort, name] = parts(object);
  const finder = finders[sort];
  if (!finder) throw new Error(`no such sort of default object: ${object}`);
  return finder(authentik, name);
}

function parts(object: string): [sort: string, name: string] {
  const at = object.indexOf(':');
  return [object.slice(0, at), object.slice(at + 1)];
}
