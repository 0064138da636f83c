import type { IncomingHttpHeaders } from 'node:http';
import type { Era } from '../era.ts';
import type { Session, State, User } from '../state.ts';

/** What the process knows apart from the database. */
export interface Site {
  era: Era;
  secretKey: string;
  hostname: string;
  canSaveMedia: boolean;
  /** Milliseconds since the epoch, for all that expires or is refused for a while. */
  now: () => number;
  /** Says something loudly in the log. */
  say: (event: string) => void;
}

/** One request, as authentik sees it behind its router. */
export interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  /** The path and query exactly as sent. */
  target: string;
  headers: IncomingHttpHeaders;
  raw: Buffer;
  params: Record<string, string>;
  cookies: Record<string, string>;
  /** Host and scheme after the trusted-proxy rule. */
  host: string;
  secure: boolean;
  /** X-Forwarded-Host, -Proto and -Uri where they may be believed. */
  forwarded: { host?: string; proto?: string; uri?: string };
  peer: string;
  state: State;
  site: Site;
  user?: User;
  session?: { id: string; data: Session };
}

/** The request's own origin, as links in answers use it. */
export const originOf = (call: Call): string => `${call.secure ? 'https' : 'http'}://${call.host}`;

/** The account of the outpost that asks for somebody: it sends their address, and the token of its own account. */
export function outpostOf({ headers, state }: Call): User | undefined {
  const key = headers['x-authentik-outpost-token'];
  if (key === undefined || headers['x-authentik-remote-ip'] === undefined) return undefined;
  const token = state.tokens.find((one) => one.intent === 'api' && one.key === key);
  return state.users.find((one) => one.pk === token?.user && one.type === 'internal_service_account');
}

/** The visitor's address, as an outpost or the proxy tells it. */
export function addressOf(call: Call): string {
  if (outpostOf(call)) return String(call.headers['x-authentik-remote-ip']);
  const [first = ''] = String(call.headers['x-forwarded-for'] ?? call.peer).split(',');
  return first.trim().replace(/^::ffff:/, '');
}
