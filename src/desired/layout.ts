/** Where everything lies under the base directory: the by-hand guide's tree, plus one directory of our own. */
export interface Layout {
  readonly baseDir: string;
  /** `<base>/authentik`, the stack's own directory. */
  readonly root: string;
  readonly config: string;
  readonly compose: string;
  readonly env: string;
  /** What the database's container is told, and no more. */
  readonly databaseEnv: string;
  /** What makes authentik's role in a new database. */
  readonly role: string;
  readonly database: string;
  readonly certs: string;
  readonly templates: string;
  readonly redis: string;
  /** `<root>/.homeauth`: ledger, homeauth's own token. */
  readonly home: string;
  /** Icons that were fetched from apps. */
  readonly icons: string;
  readonly ledger: string;
  readonly schema: string;
  readonly token: string;
  readonly bootstrap: string;
  readonly adminPassword: string;
  readonly cloudflareToken: string;
  /** A line for each use of `homeauth rescue`. */
  readonly rescueLog: string;
  /** What a drill of a copy is made of, while it lasts; and when the last one was, with what came of it. */
  readonly drill: string;
  readonly drillNote: string;
  /** The first part of the names of files with what `notify` was told already. */
  readonly told: string;
  /** Of a repository of restic that homeauth made, where its owner named none. */
  readonly resticPassword: string;
  /** Files of a copy: while they go to a repository, and while one that came from there is looked into. */
  readonly outgoing: string;
  readonly incoming: string;
  /** A step of an upgrade that is under way; the copies that lead back; and the last step that was made. */
  readonly upgrading: string;
  readonly upgrades: string;
  readonly upgraded: string;
  /** What the timer of doctor counted, day by day. */
  readonly figures: string;
  /** The first part of the names of files with secrets that are to be, while they are exchanged. */
  readonly rotation: string;
  readonly caddy: string;
}

/** The Compose project of authentik and its database. */
export const stackProject = 'authentik';

export function layoutOf(baseDir: string): Layout {
  const root = `${baseDir}/authentik`;
  const home = `${root}/.homeauth`;
  return {
    baseDir,
    root,
    config: `${root}/homeauth.yaml`,
    compose: `${root}/docker-compose.yml`,
    env: `${root}/container-vars.env`,
    databaseEnv: `${root}/postgresql-vars.env`,
    role: `${root}/postgresql-role.sql`,
    database: `${root}/db`,
    certs: `${root}/certs`,
    templates: `${root}/templates`,
    redis: `${root}/redis`,
    home,
    icons: `${home}/icons`,
    ledger: `${home}/ledger.json`,
    schema: `${home}/homeauth.schema.json`,
    token: `${home}/token.env`,
    bootstrap: `${home}/bootstrap.env`,
    adminPassword: `${home}/admin-password`,
    cloudflareToken: `${home}/cloudflare-token`,
    rescueLog: `${home}/rescue.log`,
    drill: `${root}/drill`,
    drillNote: `${home}/drill.json`,
    told: `${home}/told-`,
    resticPassword: `${home}/restic-password`,
    outgoing: `${baseDir}/homeauth-outgoing`,
    incoming: `${baseDir}/homeauth-incoming`,
    upgrading: `${root}/upgrading.json`,
    upgrades: `${root}/before-upgrade`,
    upgraded: `${home}/upgraded.json`,
    figures: `${home}/figures.json`,
    rotation: `${home}/rotation-`,
    caddy: `${baseDir}/caddy`,
  };
}

/** Names of the values in our env files. */
export const secretNames = {
  stack: ['POSTGRES_PASSWORD', 'AUTHENTIK_SECRET_KEY'],
  token: ['HOMEAUTH_TOKEN'],
  client: ['CLIENT_ID', 'CLIENT_SECRET'],
  /** Beside them, where the app wants a secret of its own. */
  random: 'RANDOM_SECRET',
  /** Of the account that an app searches with by LDAP. */
  ldap: ['BIND_PASSWORD'],
  bootstrap: ['AUTHENTIK_BOOTSTRAP_TOKEN', 'AUTHENTIK_BOOTSTRAP_PASSWORD'],
} as const;
