import type { Config } from '../../config/schema.ts';
import { Failure } from '../../model/failure.ts';
import type { Finding } from '../../model/finding.ts';
import { eraOf, isOlder } from '../../model/release.ts';
import { checkedEra } from '../release-check.ts';
import { failed } from './check.ts';

/** Is the wanted release one without known holes? A newer one is told, and is no problem. */
export function releaseCheck({ authentik }: Pick<Config, 'authentik'>): Finding[] {
  const { version, allowUnsupported } = authentik;
  const title = `authentik ${version} has no known hole`;
  try {
    checkedEra({ authentik: { ...authentik, allowUnsupported: false } });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // Whoever insisted knows it, and is still told.
    return [{ ...failed(error, title), ...(allowUnsupported && { status: 'warn' as const }) }];
  }
  const newest = eraOf(version)?.supported?.newest;
  const newer = newest !== undefined && isOlder(version, newest) ? `; ${newest} is newer` : '';
  return [{ id: 'release-unsafe', status: 'ok', title: `${title}${newer}` }];
}
