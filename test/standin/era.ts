/** What differs between authentik releases, read from the version string. */
export interface Era {
  version: string;
  /** 2026.8: base_url, pbm_uuid, expiring bindings, session lists, and X-Forwarded-* from trusted peers only. */
  baseUrl: boolean;
  /** 2026.5: `/setup`, `meta_hide`, bootstrap in either container. */
  setupPage: boolean;
  /** 2026.5: what a client may do has to be said. */
  grantTypes: boolean;
  /** 2025.12: 20 objects a page, at most 100. Before: 100 and no limit. */
  pageDefault: number;
  pageMax: number;
  needsRedis: boolean;
  /** 2024.10: a row for each release that migrated the database. */
  keepsHistory: boolean;
  /** 2025.12: two groups of one name end the start, before the row is written. */
  uniqueGroups: boolean;
  /** 2026.8: the release before has to be of this line, or of the one before. */
  refusesSkips: boolean;
  /** 2024.10: a flow for the logout from an application, and providers that have to name one. */
  providerInvalidation: boolean;
  bootstrapIn: readonly ('server' | 'worker')[];
  /** Before 2026.5 every start applied the bootstrap again, so that a deleted token came back. */
  bootstrapEveryStart: boolean;
  /** 2025.10: 503 with Retry-After while Django starts; before, a 502. */
  startingStatus: 502 | 503;
}

/** A release candidate behaves like the line before it: 2026.8.0-rc1 was recorded without the fields of 2026.8. */
export function eraOf(version: string): Era {
  const [year = 0, month = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  const line = year * 100 + month - (version.includes('-rc') ? 1 : 0);
  return {
    version,
    baseUrl: line >= 202608,
    setupPage: line >= 202605,
    grantTypes: line >= 202605,
    pageDefault: line >= 202512 ? 20 : 100,
    pageMax: line >= 202512 ? 100 : Number.POSITIVE_INFINITY,
    needsRedis: line < 202510,
    keepsHistory: line >= 202410,
    uniqueGroups: line >= 202512,
    refusesSkips: line >= 202608,
    providerInvalidation: line >= 202410,
    bootstrapIn: line >= 202605 ? ['server', 'worker'] : line >= 202508 ? ['worker'] : ['server'],
    bootstrapEveryStart: line < 202605,
    startingStatus: line >= 202510 ? 503 : 502,
  };
}
