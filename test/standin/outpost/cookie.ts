import type { Call } from '../http/call.ts';
import type { Reply } from '../http/reply.ts';
import { hex } from '../secrets.ts';
import { addCookie } from '../sessions.ts';
import type { OutpostSession, ServedApp } from '../state.ts';

export const cookieName = (app: ServedApp): string => `authentik_proxy_${hex('sha256', app.clientId).slice(0, 8)}`;

/** The outpost's cookie lives one second longer than the access token. */
export function withCookie(app: ServedApp, reply: Reply, value: string, age = app.validity + 1): Reply {
  const domain = app.mode === 'forward_domain' ? ` Domain=${app.cookieDomain};` : '';
  const secure = app.externalHost.startsWith('https:') ? ' Secure;' : '';
  const expires = new Date(Date.now() + age * 1000).toUTCString();
  return addCookie(
    reply,
    `${cookieName(app)}=${value}; Path=/;${domain} Expires=${expires}; Max-Age=${age}; HttpOnly;${secure} SameSite=Lax`,
  );
}

/** The id that the browser already holds; it is kept, even for a session that has ended. */
export function heldId(call: Call, app: ServedApp): string | undefined {
  const held = call.cookies[cookieName(app)] ?? '';
  return /^[A-Z2-7]{52}$/.test(held) ? held : undefined;
}

/** The session behind the outpost's cookie, while it lasts. */
export function outpostSession(call: Call, app: ServedApp): OutpostSession | undefined {
  const found = call.state.outpostSessions[call.cookies[cookieName(app)] ?? ''];
  return found?.clientId === app.clientId && found.expires > Date.now() ? found : undefined;
}
