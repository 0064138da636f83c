import type { Kind } from '../engine/kind.ts';
import { Failure } from '../model/failure.ts';
import { changes } from '../model/reason.ts';
import type { OutpostSpec } from '../model/sso.ts';
import type { Authentik } from '../world/authentik/api.ts';
import type { Row } from '../world/authentik/schema.ts';
import { lookInto } from './authentik.ts';

type Outpost = Row<'outposts/instances'>;

const managed = 'goauthentik.io/outposts/embedded';
/** How often the change is made again when somebody else's change at the same moment swallowed it. */
const attempts = 3;

/**
 * authentik's embedded outpost: our providers beside those of others. Its whole provider list and its whole
 * configuration travel with every change, and of two changes at once one is lost; so it is one change for all apps,
 * on what is there at that moment, and looked at once more. Source: recordings 02 and 03.
 */
export const outpostKind: Kind<OutpostSpec> = {
  told: {
    noun: 'outpost',
    place: 'in authentik',
    isOne: true,
    sum: (because) =>
      because.every(({ code }) => code === 'not-served')
        ? `outpost ${because.map(({ of }) => `+ ${of}`).join(' ')}`
        : undefined,
  },

  observe: (_key, world) =>
    lookInto(world, async (authentik) => {
      const [row, providers] = await Promise.all([embedded(authentik), authentik.list('providers/proxy')]);
      if (!row) return undefined;
      return {
        authentikHost: hostOf(row),
        providers: providers.filter(({ pk }) => row.providers.includes(pk)).map(({ name }) => name),
      };
    }),

  differs: (want, have) => [
    ...changes('authentik_host', have.authentikHost, want.authentikHost),
    ...want.providers
      .filter((name) => !have.providers.includes(name))
      .map((of) => ({ code: 'not-served', of, says: `does not serve "${of}"`, reads: 'itself' }) as const),
    ...(want.detach ?? [])
      .filter((name) => have.providers.includes(name))
      .map((of) => ({ code: 'still-served', of, says: `still serves "${of}"` }) as const),
  ],

  async apply(_key, want, { authentik }) {
    const row = await embedded(authentik);
    if (!want) return;
    if (!row) throw noOutpost();
    for (let n = 1; n <= attempts; n++) {
      const now = await authentik.get<Outpost>(`outposts/instances/${row.pk}`);
      const update = await changed(now, want, authentik);
      if (!update) return;
      await authentik.update('outposts/instances', row.pk, update);
    }
  },

  release: (ours, before, have) => ({
    authentikHost: have.authentikHost === ours.authentikHost ? before.authentikHost : have.authentikHost,
    providers: [],
    detach: ours.providers.filter((name) => !before.providers.includes(name)),
  }),

  hint: (key) =>
    `In authentik, open Applications > Outposts > ${key}, and select the applications that it should serve.`,
};

const hostOf = (row: Outpost): string => row.config['authentik_host'] ?? '';

const embedded = async (authentik: Authentik): Promise<Outpost | undefined> =>
  (await authentik.list('outposts/instances')).find((row) => row.managed === managed);

/** What has to be sent to make `now` right; undefined when it is. */
async function changed(now: Outpost, want: OutpostSpec, authentik: Authentik) {
  const rows = await authentik.list('providers/proxy');
  const pks = (names: readonly string[]): number[] =>
    rows.filter(({ name }) => names.includes(name)).map(({ pk }) => pk);
  const off = pks(want.detach ?? []);
  const wanted = pks(want.providers).filter((pk) => !now.providers.includes(pk));
  const kept = now.providers.filter((pk) => !off.includes(pk));
  const served = wanted.length > 0 || kept.length < now.providers.length;
  if (!served && hostOf(now) === want.authentikHost) return undefined;
  return { providers: [...kept, ...wanted], config: { ...now.config, authentik_host: want.authentikHost } };
}

const noOutpost = (): Failure =>
  new Failure({
    code: 'no-embedded-outpost',
    problem: 'authentik has no embedded outpost, so it can protect no app.',
    why: 'It was switched off (AUTHENTIK_OUTPOSTS__DISABLE_EMBEDDED_OUTPOST), or deleted.',
    fix: 'Remove that variable, then restart authentik, which recreates the outpost: docker restart authentik',
  });
