import { providerNames } from '../desired/sso.ts';
import type { Installation } from '../installation/installation.ts';
import { type About, type Finding, ok, skip, wrong } from '../model/finding.ts';

/** Does a provider of ours let anybody through by a list of its own, beside homeauth.yaml? */
export async function providerPathsCheck(
  { world: { authentik }, config }: Pick<Installation, 'world' | 'config'>,
  about: About,
): Promise<readonly Finding[]> {
  const reach = await authentik.reach();
  if (reach.is !== 'ready') return [skip(about, reach.because)];
  const ours = providerNames(config);
  const rows = (await authentik.list('providers/proxy')).filter(({ name }) => ours.includes(name));
  const found = rows.flatMap(({ name, skip_path_regex }): Finding[] => {
    const paths = (skip_path_regex ?? '').split('\n').filter((line) => line.trim() !== '');
    if (paths.length === 0) return [];
    const problem = `The provider "${name}" in authentik has unauthenticated paths of its own.`;
    const why = `They are ${paths.join(', ')}. Caddy still refuses them without a login, because authentik does not say who the visitor is.`;
    const app = config.apps.find((one) => one.name === name);
    const where = app ? `the entry of ${name}` : 'the entries of the apps that they are for';
    const fix = [
      `Write them below open-paths into ${where} in homeauth.yaml, then: homeauth apply`,
      `And empty Unauthenticated Paths in authentik: Applications > Providers > ${name} > Edit.`,
    ];
    const title = `the provider "${name}" asks for a login everywhere`;
    return [wrong({ ...about, thing: `provider:${name}`, title }, 'warn', { problem, why, fix })];
  });
  return found.length > 0 ? found : [ok(about)];
}
