import type { Call } from '../http/call.ts';
import { json, noContent } from '../http/reply.ts';
import { endSession } from '../sessions.ts';
import type { Session } from '../state.ts';
import { missing } from './lookup.ts';
import { list } from './paging.ts';
import { type Route, route } from './router.ts';

interface Row {
  id: string;
  pk: string;
  data: Session;
  user: number;
}

/** The sessions of people who are signed in. */
const rowsOf = ({ state }: Call): Row[] =>
  Object.entries(state.sessions).flatMap(([id, data]) =>
    data.user === null ? [] : [{ id, pk: data.uuid, data, user: data.user }],
  );

const UNKNOWN = { family: 'Other', major: null, minor: null, patch: null };

const show = (call: Call, { id, data, user }: Row): unknown => ({
  uuid: data.uuid,
  current: call.session?.id === id,
  user_agent: {
    device: { brand: null, family: 'Other', model: null },
    os: { ...UNKNOWN, patch_minor: null },
    user_agent: { family: 'Other', major: '', minor: '', patch: '' },
    string: data.userAgent,
  },
  geo_ip: null,
  asn: null,
  user,
  last_ip: data.ip,
  last_user_agent: data.userAgent,
  last_used: new Date(data.lastUsed).toISOString(),
  expires: new Date(data.lastUsed + 14 * 86_400_000).toISOString(),
});

const named = (call: Call): Row =>
  rowsOf(call).find((one) => one.pk === call.params['pk']) ?? missing('AuthenticatedSession');

const nameOf = (call: Call, { user }: Row): string | undefined =>
  call.state.users.find((one) => one.pk === user)?.username;

export const sessionRoutes: readonly Route[] = [
  route('/core/authenticated_sessions/', {
    GET: (call) =>
      list(call, {
        rows: rowsOf(call),
        show: (one) => show(call, one),
        search: (one) => [nameOf(call, one) ?? '', one.data.ip, one.data.userAgent],
        filters: {
          user__username: { kind: 'exact', of: (one) => nameOf(call, one) },
          session__last_ip: { kind: 'exact', of: (one) => one.data.ip },
          session__last_user_agent: { kind: 'exact', of: (one) => one.data.userAgent },
        },
        order: { user__username: (one) => nameOf(call, one) ?? '', pk: (one) => one.pk },
      }),
  }),
  route('/core/authenticated_sessions/:pk/', {
    GET: (call) => json(200, show(call, named(call))),
    // The outposts drop what was opened with it.
    DELETE: (call) => {
      endSession(call.state, named(call).id);
      return noContent();
    },
  }),
];
