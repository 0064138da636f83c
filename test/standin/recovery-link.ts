import type { Call } from './http/call.ts';
import { notFound, type Reply, redirect } from './http/reply.ts';
import { randomText } from './secrets.ts';
import { rotate, sessionOf, withSession } from './sessions.ts';

/** Logs in whoever opens the link of a recovery token, which is gone then. */
export function useToken(call: Call): Reply {
  const { state } = call;
  const key = /^\/recovery\/use-token\/([^/]+)\/$/.exec(call.path)?.[1];
  const token = state.tokens.find((one) => one.intent === 'recovery' && one.key === key);
  const user = state.users.find((one) => one.pk === token?.user);
  if (!token || !user || Date.parse(token.expires ?? '') < Date.now()) return notFound(call.method);
  state.tokens = state.tokens.filter((one) => one !== token);
  const session = sessionOf(call);
  if (session) call.session = session;
  rotate(call);
  if (call.session) Object.assign(call.session.data, { user: user.pk, csrf: randomText(32) });
  user.last_login = new Date().toISOString();
  return withSession(call, redirect('/if/user/'));
}
