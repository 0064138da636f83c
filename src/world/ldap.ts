import { Client, ResultCodeError } from 'ldapts';
import { Failure } from '../model/failure.ts';
import type { Secret } from '../model/secret.ts';

/** One connection: who asks, and what they look for. */
export interface LdapQuestion {
  readonly at: { readonly host: string; readonly port: number };
  readonly dn: string;
  readonly password: Secret;
  readonly search?: { readonly base: string; readonly filter: string };
}

export interface LdapEntry {
  readonly dn: string;
  readonly memberOf: readonly string[];
}

/** `code`: what the server gave as its reason, by the numbers of LDAP. */
export type LdapAnswer =
  | { readonly is: 'bound'; readonly entries: readonly LdapEntry[] }
  | { readonly is: 'refused'; readonly code: number };

export interface Ldap {
  /** @throws Failure ldap-unanswered */
  ask(question: LdapQuestion): Promise<LdapAnswer>;
}

/** In ms: a bind walks a flow of authentik's. */
const patience = 15_000;

/** LDAP servers, one question each. */
export const ownLdap: Ldap = {
  async ask({ at, dn, password, search }) {
    const client = new Client({ url: `ldap://${at.host}:${at.port}`, timeout: patience, connectTimeout: 5000 });
    try {
      await client.bind(dn, password.reveal());
      if (!search) return { is: 'bound', entries: [] };
      const { base, filter } = search;
      const { searchEntries } = await client.search(base, { scope: 'sub', filter, attributes: ['cn', 'memberOf'] });
      return {
        is: 'bound',
        entries: searchEntries.map((entry) => ({
          dn: entry.dn,
          memberOf: [entry['memberOf'] ?? []].flat().map(String),
        })),
      };
    } catch (error) {
      if (error instanceof ResultCodeError) return { is: 'refused', code: error.code };
      throw unanswered(at, error);
    } finally {
      await client.unbind().catch(() => undefined);
    }
  },
};

const unanswered = ({ host, port }: { readonly host: string; readonly port: number }, error: unknown): Failure =>
  new Failure({
    code: 'ldap-unanswered',
    problem: `Nothing answers by LDAP at ${host}:${port}.`,
    why: error instanceof Error ? error.message : undefined,
    fix: 'homeauth doctor, which looks at its container',
  });
