import type { Kind } from '../engine/kind.ts';
import { Failure } from '../model/failure.ts';
import { changes, differs, type Reason } from '../model/reason.ts';
import type { ApplicationSpec } from '../model/sso.ts';
import type { Row, Update } from '../world/authentik/schema.ts';
import { lookInto, providerNamed } from './authentik.ts';

type Application = Row<'core/applications'>;

/** The launch URL that hides an application from the library before 2026.5; from then on there is `meta_hide`. */
const nowhere = 'blank://blank';

const providersOf = { proxy: 'providers/proxy', oidc: 'providers/oauth2', ldap: 'providers/ldap' } as const;

const notShown: Reason = { ...differs('hidden', 'does not show in the library'), reads: 'itself' };

export const applicationKind: Kind<ApplicationSpec> = {
  told: { noun: 'application', place: 'in authentik', item: (key) => key },

  observe: (key, world) =>
    lookInto(world, async (authentik) => {
      const row = (await authentik.list('core/applications')).find(({ slug }) => slug === key);
      return (
        row && {
          name: row.name,
          provider: row.provider_obj?.name ?? '',
          hidden: isHidden(row),
          launchUrl: row.meta_launch_url ?? '',
          tile: { description: row.meta_description ?? '', group: row.group ?? '' },
        }
      );
    }),

  differs: (want, have) => [
    ...changes('name', have.name, want.name),
    ...(want.provider === have.provider
      ? []
      : [
          differs(
            'provider',
            `its provider is ${have.provider ? `"${have.provider}"` : 'none'}, not "${want.provider}"`,
          ),
        ]),
    ...(want.hidden === have.hidden ? [] : [want.hidden ? differs('hidden', 'shows in the library') : notShown]),
    ...unlikeTile(want, have).map(([field, is, should]) => differs(field, `${field}: ${is || 'none'} → ${should}`)),
    // What a hidden one would open is nobody's business.
    ...(want.hidden || want.launchUrl === have.launchUrl
      ? []
      : [
          differs(
            'launch URL',
            `opens ${have.launchUrl || 'what its provider says'} → ${want.launchUrl || 'what its provider says'}`,
          ),
        ]),
  ],

  async apply(key, want, world, have) {
    const { authentik } = world;
    if (!want) return authentik.remove('core/applications', key);
    const { pk } = await providerNamed(world, want.provider, providersOf[want.speaks ?? 'proxy']);
    const base = { name: want.name, provider: pk };
    const address = want.hidden ? {} : { meta_launch_url: want.launchUrl };
    const tile = want.tile ? tileFields(want.tile) : {};
    const written = have
      ? authentik.update('core/applications', key, {
          ...changed(base, have, want),
          ...address,
          ...(have && unlikeTile(want, have).length > 0 && tile),
          meta_hide: want.hidden,
        })
      : authentik.create('core/applications', {
          ...base,
          slug: key,
          policy_engine_mode: 'any',
          ...address,
          ...tile,
          meta_hide: want.hidden,
        });
    const row = await written.catch(async (error: unknown) => {
      const all = await authentik.list('core/applications').catch(() => []);
      const other = all.find((one) => one.provider === pk && one.slug !== key);
      throw other ? providerTaken(key, other.slug, want.provider) : error;
    });
    if (want.hidden && !isHidden(row)) {
      await authentik.update('core/applications', key, { meta_launch_url: nowhere });
    }
  },

  hint: (key) =>
    `If homeauth did not make the application "${key}", give the app another name in homeauth.yaml, or delete it in authentik, under Applications > Applications.`,
};

const tileFields = ({ description, group }: NonNullable<ApplicationSpec['tile']>) => ({
  ...(description !== undefined && { meta_description: description }),
  ...(group !== undefined && { group }),
});

/** What its tile says otherwise than it should. */
const unlikeTile = ({ tile: want = {} }: ApplicationSpec, { tile: have = {} }: ApplicationSpec) =>
  (['description', 'group'] as const).flatMap((field) => {
    const [is = '', should] = [have[field], want[field]];
    return should === undefined || is === should ? [] : [[field, is, should] as const];
  });

const providerTaken = (key: string, other: string, provider: string): Failure =>
  new Failure({
    code: 'provider-has-application',
    problem: `The application "${other}" in authentik uses the provider "${provider}", which homeauth needs for "${key}".`,
    why: 'A provider can belong to one application only. Perhaps somebody renamed the application.',
    fix: `In authentik, open Applications > Applications, and give "${other}" the slug "${key}", or delete it. Then run the command again.`,
  });

/** A release that does not know `meta_hide` ignores it, and its rows do not have it. */
const isHidden = (row: Application): boolean => row.meta_hide ?? row.meta_launch_url === nowhere;

function changed(
  base: { name: string; provider: number },
  have: ApplicationSpec,
  want: ApplicationSpec,
): Update<'core/applications'> {
  return {
    ...(have.name !== want.name && { name: base.name }),
    ...(have.provider !== want.provider && { provider: base.provider }),
  };
}
