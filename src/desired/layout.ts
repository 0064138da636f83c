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
  readonly database: string;
  readonly certs: string;
  readonly templates: string;
  readonly redis: string;
  /** `<root>/.homeauth`: ledger, homeauth's own token. */
  readonly home: string;
  readonly ledger: string;
  readonly schema: string;
  readonly token: string;
  readonly bootstrap: string;
  readonly adminPassword: string;
  readonly cloudflareToken: string;
  /** A line for each use of `homeauth rescue`. */
  readonly rescueLog: string;
  readonly caddy: string;
}

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
    database: `${root}/db`,
    certs: `${root}/certs`,
    templates: `${root}/templates`,
    redis: `${root}/redis`,
    home,
    ledger: `${home}/ledger.json`,
    schema: `${home}/homeauth.schema.json`,
    token: `${home}/token.env`,
    bootstrap: `${home}/bootstrap.env`,
    adminPassword: `${home}/admin-password`,
    cloudflareToken: `${home}/cloudflare-token`,
    rescueLog: `${home}/rescue.log`,
    caddy: `${baseDir}/caddy`,
  };
}

/** Names of the values in our env files. */
export const secretNames = {
  stack: ['POSTGRES_PASSWORD', 'AUTHENTIK_SECRET_KEY'],
  token: ['HOMEAUTH_TOKEN'],
  bootstrap: ['AUTHENTIK_BOOTSTRAP_TOKEN', 'AUTHENTIK_BOOTSTRAP_PASSWORD'],
} as const;

export const proxyNetwork = 'caddy_caddynet';
export const backendNetwork = 'authentik_backend';
/** For Caddy and authentik's server alone: who is on it is believed to be Caddy. */
export const doorNetwork = 'authentik_proxy';

/**
 * How a container of ours is called by the others, on every network that they share. A name without a dot is asked of
 * the router while its container does not run, and a router knows every device by the name that it gives itself; for
 * this one none has an answer.
 */
export const innerName = (container: string): string => `${container}.homeauth.internal`;

/** The same to be dialled: behind a final dot no domain of the house is tried, which may have a wildcard record. */
export const innerHost = (container: string): string => `${innerName(container)}.`;
