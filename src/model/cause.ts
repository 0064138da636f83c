/** A line that a program or the engine writes when something is wrong, and what it means here. */
export interface Cause {
  readonly says: RegExp;
  readonly means: string;
  readonly fix: string;
  /** It does not pass by itself: waiting on is of no use. */
  readonly lasting?: true;
}

/** The container was ended by the kernel: no line of a log says so. */
export const outOfMemory: Cause = {
  says: /\bout of memory\b|cannot allocate memory/i,
  means: 'The machine ran out of memory. authentik needs about 2 GB.',
  fix: 'Look with  free -m  and stop something, or give the machine more memory.',
};

/** A restart frees all connections; where the limit is too low for the apps, `apply` raises it. */
export const databaseFull: Cause = {
  says: /too many connections|too many clients already|remaining connection slots/i,
  means: 'The database has no connections left.',
  fix: 'docker restart authentik-postgresql   and then:  homeauth apply',
};

/** Known ways to fail, the most telling first. Sources: authentik's and Docker's issue trackers, PostgreSQL's image. */
const causes: readonly Cause[] = [
  {
    lasting: true,
    says: /password authentication failed for user/,
    means:
      'The database was made with another password than the one in container-vars.env: PostgreSQL takes the password only while its directory is empty.',
    fix: "Put the old container-vars.env back, or give the database the file's password:  docker exec -it authentik-postgresql psql -U authentik -c '\\password authentik'",
  },
  {
    says: /secret key missing/i,
    means: 'AUTHENTIK_SECRET_KEY is empty.',
    fix: 'Put container-vars.env back from a backup or a snapshot. A new key ends every login and loses nothing else.',
  },
  {
    says: /invalid IP address syntax/i,
    means: 'AUTHENTIK_LISTEN__TRUSTED_PROXY_CIDRS holds a bare address, where authentik wants networks.',
    fix: 'Write /32 behind an IPv4 address, /128 behind an IPv6 address.',
  },
  {
    says: /address family not supported|cannot assign requested address/i,
    means: 'It wants to listen on [::], and this machine has no IPv6.',
    fix: 'homeauth apply  sets IPv4 addresses for authentik on such a machine.',
  },
  {
    says: /permission ?(?:denied|error).{0,120}\/(?:data|media|templates|certs)\b|\/(?:data|media|templates|certs)\b.{0,80}permission denied/i,
    means: 'authentik runs as user 1000 and may not use one of its folders.',
    fix: 'In its directory:  chown -R 1000:1000 certs data templates   (media in place of data before 2025.12)',
  },
  {
    says: /major version skips are not allowed|migration inconsistency/i,
    means:
      'The database comes from a release that is not the one before this one, or server and worker are not of the same release.',
    fix: 'Set authentik.version to the release line right after the one the database comes from, then  homeauth apply',
  },
  {
    lasting: true,
    says: /InconsistentMigrationHistory/,
    means:
      'The migrations of the database do not fit to this release: another one was started with it, or one was left out.',
    fix: 'Restore a copy from before that: homeauth backup list',
  },
  {
    lasting: true,
    says: /DuplicateNameError/,
    means: 'Two groups have the same name, and authentik 2025.12 and later do not start with that.',
    fix: 'Rename or remove one of them in authentik, under Directory > Groups.',
  },
  {
    lasting: true,
    says: /PostgreSQL \d+ or later is required/,
    means: 'This release of authentik needs a newer PostgreSQL.',
    fix: 'See what each step needs: homeauth upgrade --dry-run',
  },
  {
    says: /in 18\+, these Docker images are configured/i,
    means: 'PostgreSQL 18 keeps its data one folder further up: mounted for an older one, it refuses to start.',
    fix: 'Go back to the PostgreSQL image that made the data, then  homeauth apply',
  },
  {
    says: /database files are incompatible with server|initialized by PostgreSQL version/i,
    means: 'The data was made by another major version of PostgreSQL, and only that one can read it.',
    fix: 'Go back to the PostgreSQL image that made the data, then  homeauth apply',
  },
  {
    says: /ip_unprivileged_port_start/,
    means: 'An LXC container with a newer runc: its AppArmor profile forbids what every Docker container needs.',
    fix: 'Upgrade containerd.io to 1.7.29 or newer and the Proxmox host, or use a virtual machine.',
  },
  {
    says: /no space left on device/i,
    means: 'A disk is full.',
    fix: 'Look which with  df -h  and make room there.',
  },
  {
    says: /setting rlimit|rlimit type/i,
    means: 'It wants to have more files open at once than Docker itself may.',
    fix: 'Raise the limit of Docker or of its LXC container:  systemctl edit docker  and there  LimitNOFILE=infinity',
  },
  {
    says: /exec format error/i,
    means: "The image is made for another sort of processor than this machine's.",
    fix: 'Choose a release that has an image for this one.',
  },
  {
    says: /could not translate host name|name or service not known|temporary failure in name resolution/i,
    means: 'It does not find another container by its name: that one is down, or on another network.',
    fix: 'See which are up:  docker ps --all   and on which networks:  docker network inspect authentik_backend',
  },
  databaseFull,
  outOfMemory,
];

/** The known causes whose lines stand in a text, each once. */
export const causesIn = (text: string): readonly Cause[] => causes.filter(({ says }) => says.test(text));
