import { randomUUID } from 'node:crypto';
import { addressOf, type Call } from './http/call.ts';
import type { Reply } from './http/reply.ts';
import { randomText, readJwt, signJwt } from './secrets.ts';
import type { Session, State, User } from './state.ts';

const COOKIE = 'authentik_session';

/** The session the cookie names, if the cookie is ours and the session is still there. */
export function sessionOf(call: Call): Call['session'] {
  const claims = readJwt(call.cookies[COOKIE] ?? '', call.site.secretKey);
  const id = claims?.['sid'];
  const data = typeof id === 'string' ? call.state.sessions[id] : undefined;
  return typeof id === 'string' && data ? { id, data } : undefined;
}

export function newSession(call: Call): { id: string; data: Session } {
  const id = randomText(32).toLowerCase();
  const data: Session = {
    uuid: randomUUID(),
    user: null,
    csrf: '',
    ip: addressOf(call),
    userAgent: call.headers['user-agent'] ?? '',
    lastUsed: Date.now(),
  };
  call.state.sessions[id] = data;
  return { id, data };
}

/** A new id at login, so that a stranger's session id cannot become a known person's. */
export function rotate(call: Call): void {
  const old = call.session ?? newSession(call);
  const fresh = newSession(call);
  Object.assign(fresh.data, old.data, { uuid: fresh.data.uuid });
  delete call.state.sessions[old.id];
  call.session = fresh;
}

/** Ends a session, and the outpost's sessions that were opened with it. */
export function endSession(state: State, id: string): void {
  delete state.sessions[id];
  for (const [key, outpost] of Object.entries(state.outpostSessions)) {
    if (outpost.session === id) delete state.outpostSessions[key];
  }
}

export function endSessionsOf(state: State, user: User): void {
  for (const [id, session] of Object.entries(state.sessions)) if (session.user === user.pk) endSession(state, id);
}

/** `SameSite=None; Secure` when authentik sees https, `Lax` otherwise. */
export const sameSite = (call: Call): string => (call.secure ? 'SameSite=None; Secure' : 'SameSite=Lax');

/** Puts the session cookie on an answer; `stranger` hides the login, as an answer refused for CSRF does. */
export function withSession(call: Call, reply: Reply, stranger = false): Reply {
  const { session } = call;
  if (!session) return reply;
  const person = stranger ? undefined : call.state.users.find((one) => one.pk === session.data.user);
  const token = signJwt(
    {
      sid: session.id,
      iss: 'authentik',
      sub: person?.uid ?? 'anonymous',
      authenticated: person !== undefined,
      acr: 'goauthentik.io/core/default',
    },
    call.site.secretKey,
  );
  return addCookie(reply, `${COOKIE}=${token}; HttpOnly; Path=/; ${sameSite(call)}`);
}

export const dropSessionCookie = (call: Call, reply: Reply): Reply =>
  addCookie(reply, `${COOKIE}=""; expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/; ${sameSite(call)}`);

export function addCookie(reply: Reply, cookie: string): Reply {
  const there = reply.headers['set-cookie'] ?? [];
  return {
    ...reply,
    headers: { ...reply.headers, 'set-cookie': [...(Array.isArray(there) ? there : [there]), cookie] },
  };
}

/** Why a request that changes something with a session is refused, or undefined. Django's rules and texts. */
export function csrfProblem(call: Call): string | undefined {
  if (call.secure) {
    const referer = call.headers.origin ?? call.headers.referer;
    if (!referer) return 'CSRF Failed: Referer checking failed - no Referer.';
    if (!URL.canParse(referer) || new URL(referer).host !== call.host)
      return `CSRF Failed: Referer checking failed - ${referer} does not match any trusted origins.`;
  }
  const cookie = call.cookies['authentik_csrf'];
  if (!cookie) return 'CSRF Failed: CSRF cookie not set.';
  const header = call.headers['x-authentik-csrf'];
  if (header === undefined) return 'CSRF Failed: CSRF token missing.';
  if (header !== cookie) return "CSRF Failed: CSRF token from the 'X-Authentik-Csrf' HTTP header incorrect.";
  return undefined;
}
