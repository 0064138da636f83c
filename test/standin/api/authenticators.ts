import type { Call } from '../http/call.ts';
import { crashNow, json, noContent } from '../http/reply.ts';
import type { State } from '../state.ts';
import type { Device } from '../state-flows.ts';
import { bodyOf, readFields } from './fields.ts';
import { missing } from './lookup.ts';
import { list } from './paging.ts';
import { type Handler, type Route, route } from './router.ts';
import { userBrief } from './show.ts';

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

function routesOf(kind: Device['kind']): Route[] {
  const rows = (call: Call): Device[] => call.state.devices.filter((one) => one.kind === kind);
  const named = (call: Call): Device =>
    rows(call).find((one) => String(one.pk) === call.params['pk']) ?? missing(`${NAMES[kind]}Device`);
  const rename =
    (partial: boolean): Handler =>
    (call) => {
      const device = named(call);
      Object.assign(device, readFields<Device>(bodyOf(call), { name: { type: 'text', required: true } }, partial));
      return json(200, showOne(call.state, device));
    };
  return [
    route(`/authenticators/admin/${kind}/`, {
      GET: (call) =>
        list(call, {
          rows: rows(call),
          show: (one) => showOne(call.state, one),
          search: (one) => [one.name],
          filters: { name: { kind: 'exact', of: (one) => one.name } },
          order: { pk: (one) => one.pk, name: (one) => one.name },
        }),
      // Nothing says whose device it should be: the database refuses it, and the crash is an empty 405.
      POST: (call) => {
        readFields(bodyOf(call), { name: { type: 'text', required: true } }, false);
        return crashNow(call.method);
      },
    }),
    route(`/authenticators/admin/${kind}/:pk/`, {
      GET: (call) => json(200, showOne(call.state, named(call))),
      PUT: rename(false),
      PATCH: rename(true),
      DELETE: (call) => {
        const device = named(call);
        call.state.devices = call.state.devices.filter((one) => one !== device);
        return noContent();
      },
    }),
  ];
}

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
