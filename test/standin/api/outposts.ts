import { randomUUID } from 'node:crypto';
import type { Call } from '../http/call.ts';
import { crashNow, json, refuse } from '../http/reply.ts';
import { providersOf } from '../oauth/clients.ts';
import { EMBEDDED, outpostAccount } from '../seed.ts';
import { OUTPOST_CONFIG } from '../standard.ts';
import type { Json, Outpost, State } from '../state.ts';
import { seconds } from './checks.ts';
import { type Fields, pythonType, uniqueText } from './fields.ts';
import { byPk } from './lookup.ts';
import { columns } from './paging.ts';
import { type Route, route } from './router.ts';
import { providerBrief } from './show.ts';
import { reader, viewSet } from './view-set.ts';

const refresh = (outpost: Outpost): number => seconds(String(outpost.config['refresh_interval'] ?? 'minutes=5'));

function showOutpost(state: State, outpost: Outpost): unknown {
  const providers = [...outpost.providers].sort((a, b) => a - b);
  return {
    pk: outpost.pk,
    name: outpost.name,
    type: outpost.type,
    providers,
    providers_obj: providers.map((pk) => providerBrief(state, pk, 'bare')),
    service_connection: outpost.service_connection,
    service_connection_obj: null,
    refresh_interval_s: refresh(outpost),
    token_identifier: `ak-outpost-${outpost.pk}-api`,
    config: outpost.config,
    managed: outpost.managed,
  };
}

const fieldsFor = (state: State, self?: Outpost): Fields => ({
  name: uniqueText(
    'name',
    state.outposts.filter((one) => one !== self),
    'Outpost with this name already exists.',
  ),
  type: { type: 'text', required: true, choices: ['proxy', 'ldap', 'radius', 'rac'] },
  providers: { type: 'refs', required: true, known: () => providersOf(state).map((one) => one.pk) },
  service_connection: { type: 'ref', nullable: true, known: () => [] },
  config: { type: 'object', required: true },
  managed: { type: 'text', nullable: true },
});

/** Unknown keys are stored as they are; a wrong type is refused. */
function checkConfig(config: Json): void {
  for (const [key, standard] of Object.entries(OUTPOST_CONFIG)) {
    const value = config[key];
    if (value === undefined || value === null || standard === null) continue;
    if (pythonType(value) === pythonType(standard)) continue;
    const sentence = `wrong value type for field "${key}" - should be "${pythonType(standard)}" instead of value "${value}" of type "${pythonType(value)}"`;
    refuse(400, { config: [`Failed to validate config: ${sentence}`] });
  }
}

/** One of its own: for LDAP, which is all that anybody makes here. */
function make({ state }: Call, input: Partial<Outpost>): Outpost {
  if (input.type !== 'ldap') refuse(501, { detail: `The stand-in makes no outpost of the type ${input.type}` });
  const providers = input.providers ?? [];
  if (providers.length === 0) refuse(400, { providers: ['This list may not be empty.'] });
  if (providers.some((pk) => !state.ldapProviders.some((one) => one.pk === pk)))
    refuse(400, { providers: ["Outpost type ldap can't be used with ProxyProvider providers."] });
  checkConfig(input.config ?? {});
  const outpost: Outpost = {
    ...{ pk: randomUUID(), name: '', type: 'ldap', providers, service_connection: null, config: {}, managed: null },
    ...input,
  };
  outpostAccount(state, outpost.pk, outpost.name);
  state.outposts.push(outpost);
  return outpost;
}

/** Both `providers` and `config` replace what was there. */
function save({ state }: Call, outpost: Outpost, input: Partial<Outpost>): void {
  if (outpost.managed === EMBEDDED && input.name !== undefined && input.name !== outpost.name)
    refuse(400, { name: ["Embedded outpost's name cannot be changed"] });
  if (input.config) checkConfig(input.config);
  Object.assign(outpost, input);
  state.propagation.changed++;
}

export const outpostRoutes: readonly Route[] = [
  ...viewSet<Outpost>({
    path: '/outposts/instances/',
    model: 'Outpost',
    rows: ({ state }) => state.outposts,
    show: ({ state }, one) => showOutpost(state, one),
    search: (one) => [one.name],
    filters: {
      managed__iexact: { kind: 'iexact', of: (one) => one.managed },
      name__iexact: { kind: 'iexact', of: (one) => one.name },
      providers__isnull: { kind: 'bool', of: (one) => one.providers.length === 0 },
    },
    order: columns('name'),
    read: reader(fieldsFor),
    make,
    save,
    remove: ({ method }) => crashNow(method),
  }),
  route('/outposts/instances/:pk/health/', {
    GET: (call) => {
      const outpost = byPk(call, call.state.outposts, 'Outpost');
      const { version } = call.site.era;
      return json(200, [
        {
          uid: outpost.pk,
          last_seen: new Date().toISOString(),
          version,
          golang_version: '',
          openssl_enabled: false,
          openssl_version: '',
          fips_enabled: null,
          version_should: version.replace('-rc', 'rc'),
          version_outdated: false,
          build_hash: '',
          build_hash_should: '',
          hostname: call.site.hostname,
        },
      ]);
    },
  }),
];
