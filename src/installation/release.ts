import type { Config } from '../config/schema.ts';
import { Failure } from '../model/failure.ts';
import { defaultRelease, type Era, eraOf, eras, isOlder } from '../model/release.ts';

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
    fix: `Set authentik.version to a release of one of them, for example ${defaultRelease}.`,
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
      fix: `Use ${defaultRelease}, or insist with --allow-unsupported (authentik.allow-unsupported: true).`,
    });
  }
  if (isOlder(version, era.supported.floor)) {
    throw new Failure({
      code: 'release-unsafe',
      problem: `authentik ${version} has known holes that ${era.supported.floor} closes.`,
      why: "See the security advisories of authentik's release notes.",
      fix: `Use ${era.supported.newest}, or insist with --allow-unsupported (authentik.allow-unsupported: true).`,
    });
  }
  return era;
}
