import type { Call } from '../http/call.ts';
import { refuse } from '../http/reply.ts';
import { isSuperuser } from '../people.ts';
import { csrfProblem, sessionOf } from '../sessions.ts';
import type { User } from '../state.ts';

const SAFE = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Who calls: a bearer token (an API token or the secret key), else a session. A wrong token is refused
 * on public endpoints too; anything else that is not a bearer token counts as no token.
 */
export function authenticate(call: Call): User | undefined {
  const [scheme, key] = (call.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() === 'bearer' && key) return bearer(call, key);
  const session = sessionOf(call);
  const user = call.state.users.find((one) => one.pk === session?.data.user && one.is_active);
  if (!session || !user) return undefined;
  call.session = session;
  const problem = SAFE.includes(call.method) ? undefined : csrfProblem(call);
  if (problem) refuse(403, { detail: problem });
  return user;
}

function bearer(call: Call, key: string): User {
  const { state, site } = call;
  const token = state.tokens.find(
    (one) => one.intent === 'api' && one.key === key && !expired(one.expires, one.expiring),
  );
  const account = state.users.find((one) => one.type === 'internal_service_account');
  const user = token
    ? state.users.find((one) => one.pk === token.user && one.is_active)
    : key === site.secretKey
      ? account
      : undefined;
  return user ?? refuse(403, { detail: 'Token invalid/expired' });
}

const expired = (expires: string | null, expiring: boolean): boolean =>
  expiring && expires !== null && Date.parse(expires) < Date.now();

/** `directory`: the accounts of outposts may read it. */
export type Access = 'public' | 'anyone' | 'directory' | 'admin';

/** Refuses with authentik's two texts: nobody there, or somebody without the right. */
export function requireAccess(call: Call, access: Access): void {
  if (access === 'public') return;
  if (!call.user) refuse(403, { detail: 'Authentication credentials were not provided.' });
  const isRead = access === 'directory' && SAFE.includes(call.method) && call.user.username.startsWith('ak-outpost-');
  if (access !== 'anyone' && !isRead && !isSuperuser(call.state, call.user))
    refuse(403, { detail: 'You do not have permission to perform this action.' });
}
