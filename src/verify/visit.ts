import { asFailure, Failure } from '../model/failure.ts';
import { type Finding, wrong } from '../model/finding.ts';
import type { Secret } from '../model/secret.ts';
import type { Credentials } from '../world/authentik/flow.ts';
import type { LoginResult, Visit } from '../world/authentik/login.ts';
import type { ProbeContext } from './probe.ts';

export interface Visitor {
  readonly username: string;
  readonly password: Secret;
  /** Answers what a password does not, where somebody can. */
  readonly beyond?: NonNullable<Credentials['beyond']>;
}

/**
 * Opens a page as somebody, by logging in; asks what can be asked only meanwhile; and logs out again, whatever came of
 * it. A login that failed is told, and nothing of it stays.
 */
export async function visiting(
  context: ProbeContext,
  open: string,
  { username, password }: Visitor,
  ask: (entered: (LoginResult & Visit) | Failure) => Promise<Finding[]>,
): Promise<Finding[]> {
  // A browser's cookies take a list of all public suffixes, and most commands walk no login.
  const { logIn } = await import('../world/authentik/login.ts');
  const { via, authority } = context.entrance;
  const way = { ...(via && { via }), ...(authority !== undefined && { authority }) };
  const request = { http: context.world.http, ...way, authHost: context.config.authHost, username, password, open };
  const entered = await logIn(request).catch(asFailure);
  if (entered instanceof Failure) return ask(entered);
  const findings: Finding[] = [];
  try {
    findings.push(...(await ask(entered)));
  } finally {
    if (!(await entered.leave())) findings.push(stayed(username));
  }
  return findings;
}

/** What is said of a session that is still there. */
export const stayed = (username: string): Finding =>
  wrong({ id: 'session-left', title: 'homeauth logs out again' }, 'warn', {
    problem: `authentik did not end the session that homeauth opened as ${username} for this test.`,
    fix: `In authentik: Directory > Users > ${username} > Sessions. Its browser is called "homeauth".`,
  });
