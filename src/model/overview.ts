import type { Finding } from './finding.ts';

/** How things stand, on one page: what `homeauth report` tells. */
export interface Overview {
  /** ISO 8601. */
  readonly made: string;
  /** This server's name. */
  readonly host: string;
  readonly domain: string;
  readonly login: string;
  readonly release: string;
  /** Where visitors come in. */
  readonly way: {
    readonly proxy: string;
    readonly tls: string;
    readonly tlsFrom: readonly string[];
    /** Where authentik listens for a proxy that is outside of Docker. */
    readonly listen?: string;
  };
  readonly apps: readonly Exposed[];
  /** Absent where authentik could not be asked. */
  readonly people?: readonly Entering[];
  readonly findings: readonly Finding[];
  readonly copies: {
    readonly place: string;
    readonly count: number;
    readonly newest?: { readonly made: string; readonly size: number; readonly encrypted: boolean };
    readonly drill?: { readonly made: string; readonly copy: string; readonly failed?: string };
  };
  /** As visitors get them; in ms since 1970. */
  readonly certificates: readonly { readonly host: string; readonly from: number; readonly until: number }[];
  /** The oldest first. */
  readonly figures: readonly Figures[];
}

/** An app, and who gets to it how. */
export interface Exposed {
  readonly name: string;
  readonly title: string;
  readonly url: string;
  /** As homeauth.yaml says it. */
  readonly login: 'forward-auth' | 'header' | 'oidc' | 'ldap' | 'none';
  readonly group?: string;
  readonly openPaths: readonly string[];
  readonly upstream?: string;
  /** Where its LDAP server can be asked from the LAN. */
  readonly ldapListen?: string;
}

/** Somebody, and the names of apps that they may open. */
export interface Entering {
  readonly username: string;
  readonly active: boolean;
  readonly admin: boolean;
  readonly apps: readonly string[];
}

/** What changes over time; what could not be asked is absent. */
export interface Figures {
  /** ISO 8601. */
  readonly at: string;
  /** Connections to the database that are taken, and that there may be. */
  readonly connections?: number;
  readonly allowed?: number;
  /** Bytes. */
  readonly database?: number;
  readonly copies?: number;
  readonly free?: number;
}
