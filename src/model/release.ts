/** What a release line of authentik needs and can do. A release is data, not `if`s spread over the code. */
export interface Era {
  /** Release line: 2026.8. Lines have two numbers, releases three. */
  readonly line: string;
  /** The newest release that is known to us, and the oldest without a known hole. None: the line gets no fixes. */
  readonly supported?: { readonly newest: string; readonly floor: string };
  readonly needsRedis: boolean;
  /** Where uploaded files live, on the host and in the container. */
  readonly storage: { readonly folder: string; readonly target: string };
  /** The one container whose first start reads the bootstrap variables. */
  readonly bootstrapOn: 'server' | 'worker';
  readonly hasInvalidationFlow: boolean;
  readonly hasBaseUrl: boolean;
  /** What a provider for OpenID Connect takes. None: addresses are one text there, and homeauth does not write that. */
  readonly oauth2?: {
    /** Grant types have to be said, and what an address is for. */
    readonly saysGrants: boolean;
    readonly hasLogoutUri: boolean;
  };
  /** Listens on [::] unless told, and so does not start on a machine without IPv6. */
  readonly listensOnIpv6: boolean;
  /** Shared memory in bytes, where the official compose file asks for it. */
  readonly shmSize?: number;
  /** Connections to the database that it may need at the busiest moment: without any app, and more for each. */
  readonly connections: { readonly base: number; readonly perApp: number };
}

const modern = {
  needsRedis: false,
  storage: { folder: 'data', target: '/data' },
  bootstrapOn: 'worker',
  hasInvalidationFlow: true,
  oauth2: { saysGrants: true, hasLogoutUri: true },
  listensOnIpv6: true,
  shmSize: 512 * 1024 * 1024,
  // The outpost opens up to four for each app, and at each refresh the new ones before it closes the old. Seen on
  // 2026.8.0-rc1, and read in the outpost of 2025.10 on, which keeps its sessions in PostgreSQL.
  connections: { base: 100, perApp: 8 },
} as const;

const older = {
  ...modern,
  oauth2: { saysGrants: false, hasLogoutUri: true },
  hasBaseUrl: false,
  listensOnIpv6: false,
} as const;

const { shmSize: _, ...withoutShm } = older;

const media = { folder: 'media', target: '/media' } as const;

/** Where the outpost keeps its sessions in Redis, apps need none. */
const inRedis = { base: 100, perApp: 0 } as const;

const withRedis = {
  ...withoutShm,
  storage: media,
  needsRedis: true,
  bootstrapOn: 'server',
  connections: inRedis,
} as const;

const plain = { saysGrants: false, hasLogoutUri: false } as const;
const { oauth2: _oauth2, ...older2024 } = withRedis;

/**
 * Newest first. Sources: authentik's release notes and compose files of each line; the security floor is the release
 * that fixes the last advisory known on 2026-11-23 and the forward-auth faults of the Rust outpost (2026.8.4).
 */
export const eras: readonly Era[] = [
  { ...modern, line: '2026.8', supported: { newest: '2026.8.6', floor: '2026.8.4' }, hasBaseUrl: true },
  { ...modern, line: '2026.5', supported: { newest: '2026.5.8', floor: '2026.5.8' }, hasBaseUrl: false },
  { ...older, line: '2026.2' },
  { ...withoutShm, line: '2025.12' },
  { ...withoutShm, line: '2025.10', storage: media },
  { ...withoutShm, line: '2025.8', storage: media, needsRedis: true, connections: inRedis, oauth2: plain },
  ...['2025.6', '2025.4', '2025.2', '2024.12'].map((line) => ({ ...withRedis, line, oauth2: plain })),
  { ...older2024, line: '2024.10' },
  ...['2024.8', '2024.6', '2024.4', '2024.2', '2023.10'].map((line) => ({
    ...older2024,
    line,
    hasInvalidationFlow: false,
  })),
];

/** The release that a new installation gets. */
export const defaultRelease = '2026.8.6';

/**
 * Major versions of PostgreSQL whose data directories can be used as they are. From 18 on the image keeps its data in a
 * directory named after the version, one level up.
 */
export const postgresVersions = { oldest: 12, newest: 17 } as const;

export const eraOf = (release: string): Era | undefined => eras.find(({ line }) => release.startsWith(`${line}.`));

/** Whether the release `a` is older than `b`. Both are numbers with dots. */
export function isOlder(a: string, b: string): boolean {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  const at = left.findIndex((n, i) => n !== right[i]);
  return at >= 0 && (left[at] ?? 0) < (right[at] ?? 0);
}
