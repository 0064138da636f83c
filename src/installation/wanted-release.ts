import type { Config } from '../config/config.ts';
import { Failure } from '../model/failure.ts';
import { defaultRelease, type Era, eraOf, eras, isOlder } from '../model/release.ts';
import { bySetting } from '../model/setting.ts';

/**
 * What the wanted release needs and can do, safe or not: for whoever only looks.
 * @throws Failure release-unknown
 */
export function knownEra({ authentik: { version } }: Pick<Config, 'authentik'>): Era {
  const era = eraOf(version);
  if (era) return era;
  throw new Failure({
    code: 'release-unknown',
    problem: `authentik ${version} is no release that homeauth knows.`,
    why: `It knows the lines ${eras.map(({ line }) => line).join(', ')}.`,
    ...bySetting(({ to }) => `Take a release of one of them, for example ${to('authentik.version', defaultRelease)}`),
  });
}

/**
 * What the wanted release needs and can do, where nothing speaks against it.
 * @throws Failure release-unknown, release-unsupported, release-unsafe
 */
export function checkedEra({ authentik }: Pick<Config, 'authentik'>): Era {
  const { version, allowUnsupported } = authentik;
  const era = knownEra({ authentik });
  if (allowUnsupported) return era;
  if (!era.supported) {
    throw new Failure({
      code: 'release-unsupported',
      problem: `authentik ${version} gets no security fixes any more.`,
      why: 'Only the two newest release lines do, and older ones have known holes, in the login of apps among them.',
      ...insist(defaultRelease),
    });
  }
  if (isOlder(version, era.supported.floor)) {
    throw new Failure({
      code: 'release-unsafe',
      problem: `authentik ${version} has known holes that ${era.supported.floor} closes.`,
      why: "See the security advisories of authentik's release notes.",
      ...insist(era.supported.newest),
    });
  }
  return era;
}

const insist = (release: string) => ({
  fix: `Upgrade, with a way back: homeauth upgrade --to ${release}. Or insist: authentik.allow-unsupported: true in homeauth.yaml`,
  fixByFlag: `Take a newer one: --authentik-version ${release}. Or insist: --allow-unsupported`,
});
