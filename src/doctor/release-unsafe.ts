import type { Config } from '../config/config.ts';
import { checkedEra } from '../installation/era.ts';
import { Failure } from '../model/failure.ts';
import { type Finding, ok } from '../model/finding.ts';
import { eraOf, isOlder } from '../model/release.ts';
import { failed } from '../verify/check.ts';

/** Is the wanted release one without known holes? A newer one is told, and is no problem. */
export function releaseCheck({ authentik }: Pick<Config, 'authentik'>): Finding[] {
  const { version, allowUnsupported } = authentik;
  const about = { id: 'release-unsafe', title: `authentik ${version} has no known hole` };
  try {
    checkedEra({ authentik: { ...authentik, allowUnsupported: false } });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // Whoever insisted knows it, and is still told.
    return [failed(about, error, allowUnsupported ? 'warn' : 'fail')];
  }
  const newest = eraOf(version)?.supported?.newest;
  const newer = newest !== undefined && isOlder(version, newest) ? `; ${newest} is newer` : '';
  return [ok({ ...about, title: `${about.title}${newer}` })];
}
