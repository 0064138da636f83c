import type { Call } from '../http/call.ts';
import { notFound, type Reply, refuse } from '../http/reply.ts';
import { withSession } from '../sessions.ts';
import { type Access, authenticate, requireAccess } from './auth.ts';

export type Handler = (call: Call) => Reply;
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
type Method = (typeof METHODS)[number];
type Methods = Partial<Record<Method, Handler>>;

export interface Route {
  pattern: string;
  /** The pattern at its slashes. */
  segments: readonly string[];
  access: Access;
  methods: Methods;
  /** What the real one does at this address and the stand-in does not: it says so with 501. */
  unbuilt: readonly Method[];
}

export const route = (
  pattern: string,
  methods: Methods,
  access: Access = 'admin',
  unbuilt: readonly Method[] = [],
): Route => ({ pattern, segments: pattern.split('/'), access, methods, unbuilt });

const PREFIX = '/api/v3';

/** Finds the route of a path; segments that begin with a colon match anything but a slash. */
export function findRoute(
  routes: readonly Route[],
  path: string,
): { route: Route; params: Record<string, string> } | undefined {
  const given = path.slice(PREFIX.length).split('/');
  for (const candidate of routes) {
    const wanted = candidate.segments;
    if (wanted.length !== given.length) continue;
    const params: Record<string, string> = {};
    const fits = wanted.every((segment, index) => {
      const part = given[index] ?? '';
      if (!segment.startsWith(':')) return segment === part;
      params[segment.slice(1)] = decodeURIComponent(part);
      return part !== '';
    });
    if (fits) return { route: candidate, params };
  }
  return undefined;
}

/** Answers a call of the REST API in DRF's order: address, Accept, who, may they, method. */
export function callApi(routes: readonly Route[], call: Call): Reply {
  const found = findRoute(routes, call.path);
  if (!found) return notFound(call.method);
  call.params = found.params;
  const { methods, access, unbuilt } = found.route;
  const allow = allowed(found.route);
  try {
    if (!acceptsJson(call.headers.accept ?? '*/*'))
      refuse(406, { detail: 'Could not satisfy the request Accept header.' });
    const user = authenticate(call);
    if (user) call.user = user;
    requireAccess(call, access);
    const method = (call.method === 'HEAD' ? 'GET' : call.method) as Method;
    if (unbuilt.includes(method)) refuse(501, { detail: `The stand-in does not do ${method} ${found.route.pattern}` });
    const handler = methods[method];
    if (!handler) refuse(405, { detail: `Method "${call.method}" not allowed.` });
    return withSession(call, withAllow(handler(call), allow));
  } catch (error) {
    if (isReply(error)) error.reply = withAllow(error.reply, allow);
    throw error;
  }
}

const isReply = (error: unknown): error is { reply: Reply } => error instanceof Error && 'reply' in error;

const withAllow = (reply: Reply, allow: string): Reply => ({ ...reply, headers: { allow, ...reply.headers } });

function allowed({ methods, unbuilt }: Route): string {
  const named = METHODS.filter((method) => methods[method] || unbuilt.includes(method));
  return [...named, ...(methods.GET ? ['HEAD'] : []), 'OPTIONS'].join(', ');
}

const acceptsJson = (accept: string): boolean =>
  accept.split(',').some((part) => /^\s*(\*\/\*|application\/(json|\*))/.test(part));
