import type { Call } from '../http/call.ts';
import { endSession } from '../sessions.ts';
import type { Session, State } from '../state.ts';
import { missing } from './lookup.ts';
import { columns } from './paging.ts';
import { viewSet } from './view-set.ts';

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

const nameOf = ({ user }: Row, { users }: State): string => users.find((one) => one.pk === user)?.username ?? '';

export const sessionRoutes = viewSet<Row>({
  path: '/core/authenticated_sessions/',
  model: 'AuthenticatedSession',
  named: (call) => rowsOf(call).find((one) => one.pk === call.params['pk']) ?? missing('AuthenticatedSession'),
  rows: rowsOf,
  show,
  search: (one, state) => [nameOf(one, state), one.data.ip, one.data.userAgent],
  filters: {
    user__username: { kind: 'exact', of: nameOf },
    session__last_ip: { kind: 'exact', of: (one) => one.data.ip },
    session__last_user_agent: { kind: 'exact', of: (one) => one.data.userAgent },
  },
  order: { user__username: nameOf, ...columns('pk') },
  // The outposts drop what was opened with it.
  remove: ({ state }, { id }) => endSession(state, id),
});
