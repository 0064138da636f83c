import type { Template } from '../formats/template.ts';
import type { LdapFacts } from '../model/ldap.ts';
import type { NetworkFacts } from '../model/networks.ts';
import type { Id } from '../model/resource.ts';
import type { Secret } from '../model/secret.ts';
import type { Client } from '../model/sso.ts';
import type { ProxyFacts } from '../proxy/proxy.ts';

/** The templates of the package, by file name without .hbs. */
export type Templates = Readonly<Record<string, Template>>;

/** What was found before a stage: read from the world, handed to the pure part as data. */
export interface Facts {
  /** What the ledger says is ours. */
  readonly ours: ReadonlySet<Id>;
  /** Which image each name stands for, by its digest, where that is known: chosen once, and kept. */
  readonly pins?: Readonly<Record<string, string>>;
  /** templates/, by file name without .hbs. */
  readonly templates: Templates;
  /** homeauth.yaml as it is, or as a command wants it. */
  readonly configText: string;
  readonly schemaText: string;
  /** The base directory is not there, so it is ours to make. */
  readonly baseMissing?: true;
  /** The dataset that holds the base directory, where it is ZFS and datasets can be made. */
  readonly parentDataset?: string;
  /** From container-vars.env, once it is there. */
  readonly secrets?: { readonly postgresPassword: Secret; readonly secretKey: Secret };
  /**
   * The database's superuser. authentik is none in what homeauth makes today, so that it cannot use up the connections
   * that PostgreSQL keeps for one; in a database made before, it is.
   */
  readonly superuser: 'postgres' | 'authentik';
  /** The major version of PostgreSQL: the one that made the data directory, or the newest where there is none yet. */
  readonly postgres: number;
  /** The bootstrap variables' values, while they are on disk. */
  readonly bootstrap?: { readonly token: Secret; readonly password: Secret };
  /** What the apps that ask authentik by themselves are known by there, by their names, once it is on disk. */
  readonly clients?: Readonly<Record<string, Client>>;
  /** Of the apps that ask by LDAP, by their names. */
  readonly ldap?: Readonly<Record<string, LdapFacts>>;
  /** `bootstrap` until homeauth's own token opens the API for the first time. */
  readonly phase: 'bootstrap' | 'running';
  /** First-run setup is known to be closed: the server may meet the proxy. */
  readonly setupClosed: boolean;
  readonly proxy: ProxyFacts;
  /** The network that Caddy and the apps share, where it exists. */
  readonly proxyNetwork?: NetworkFacts;
  /** The one that Caddy and authentik share alone, where it exists. */
  readonly doorNetwork?: NetworkFacts;
  /** Containers of apps that have another one's network, with that one. */
  readonly networkOwners?: Readonly<Record<string, string>>;
  /** Containers that apps' settings are in and that are written otherwise than Docker calls them, with that name. */
  readonly containerNames?: Readonly<Record<string, string>>;
  /** The one that authentik and its database share, where it exists. */
  readonly backendNetwork?: NetworkFacts;
  readonly ipv6: boolean;
  /** How Docker keeps what containers write, where it says. */
  readonly logDriver?: string;
  /** The password that homeauth made for the owner, while its file is there. */
  readonly madePassword?: Secret;
  /** Nobody gave a password: one is to be made. */
  readonly makesPassword?: true;
  readonly mailPassword?: Secret;
  readonly cloudflareToken?: Secret;
  /** Pictures that are on disk, by their paths: what each is called in authentik's storage. */
  readonly pictures?: Readonly<Record<string, string>>;
  /** The authority that signs where `tls` is `internal`, and those that browsers trust, as PEM. */
  readonly authorities?: string;
}
