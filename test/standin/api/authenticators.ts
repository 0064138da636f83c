import type { Call } from '../http/call.ts';
import { crashNow, json } from '../http/reply.ts';
import type { State } from '../state.ts';
import type { Device } from '../state-flows.ts';
import { missing } from './lookup.ts';
import { by, columns } from './paging.ts';
import { type Handler, type Route, route } from './router.ts';
import { userBrief } from './show.ts';
import { reader, viewSet } from './view-set.ts';

const NAMES = {
  totp: 'TOTP',
  static: 'Static',
  webauthn: 'WebAuthn',
  duo: 'Duo',
  sms: 'SMS',
  email: 'Email',
} as const;

const iso = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString());

/** A device in the lists of all kinds, where its number is a text. */
const showAny = ({ kind, pk, name, confirmed, created, last_updated, last_used }: Device): unknown => ({
  verbose_name: `${NAMES[kind]} Device`,
  verbose_name_plural: `${NAMES[kind]} Devices`,
  meta_model_name: `authentik_stages_authenticator_${kind}.${kind}device`,
  pk: String(pk),
  name,
  type: `authentik_stages_authenticator_${kind}.${NAMES[kind]}Device`,
  confirmed,
  created: iso(created),
  last_updated: iso(last_updated),
  last_used: iso(last_used),
  extra_description: null,
  external_id: null,
});

function showOne(state: State, device: Device): unknown {
  const user = state.users.find((one) => one.pk === device.user);
  return {
    name: device.name,
    ...(device.kind === 'static' ? { token_set: device.codes.map((token) => ({ token })) } : {}),
    pk: device.pk,
    user: user ? userBrief(user) : null,
  };
}

/** Kind by kind: the static ones come first. */
export const devicesOf = (state: State, user: number | undefined): Device[] =>
  state.devices
    .filter((one) => one.user === user && one.confirmed)
    .sort((a, b) => a.kind.localeCompare(b.kind) || a.pk - b.pk);

const listAll = (call: Call, user: number | undefined): ReturnType<Handler> =>
  json(200, devicesOf(call.state, user).map(showAny));

const routesOf = (kind: Device['kind']): Route[] =>
  viewSet<Device>({
    path: `/authenticators/admin/${kind}/`,
    model: `${NAMES[kind]}Device`,
    named: ({ state, params }) =>
      state.devices.find((one) => one.kind === kind && String(one.pk) === params['pk']) ??
      missing(`${NAMES[kind]}Device`),
    rows: ({ state }) => state.devices.filter((one) => one.kind === kind),
    show: ({ state }, one) => showOne(state, one),
    search: (one) => [one.name],
    filters: by('exact', 'name'),
    order: columns('pk', 'name'),
    read: reader(() => ({ name: { type: 'text', required: true } })),
    // Nothing says whose device it should be: the database refuses it, and the crash is an empty 405.
    make: ({ method }) => crashNow(method),
    remove({ state }, device) {
      state.devices = state.devices.filter((one) => one !== device);
    },
  });

export const authenticatorRoutes: readonly Route[] = [
  route('/authenticators/admin/all/', {
    GET: (call) => listAll(call, Number(call.query.get('user') ?? call.user?.pk)),
  }),
  route(
    '/authenticators/all/',
    {
      GET: (call) => {
        // Answered without the session's cookie, as recorded.
        delete call.session;
        return listAll(call, call.user?.pk);
      },
    },
    'anyone',
  ),
  ...routesOf('totp'),
  ...routesOf('static'),
];
