import { type Call, gated } from '../../fakes/gate.ts';
import { homeauthIn } from '../../fakes/homeauth.ts';
import { at } from '../../fakes/installed.ts';
import { databaseOf } from '../../fakes/objects.ts';
import { copyOf, type FakeWorld } from '../../fakes/world.ts';
import { nothingLeft } from '../points/cut.ts';
import type { Trial } from '../trial.ts';
import { unnamed } from './fault.ts';

type Json = Readonly<Record<string, unknown>>;

/** What somebody else does to an object between our look and our touch. */
const acts = [
  'edits what homeauth sets',
  'edits something else',
  'renames it',
  'deletes it',
  'makes it first',
] as const;

export interface Rivalry {
  readonly nth: number;
  readonly act: (typeof acts)[number] | 'adds an app to the outpost';
  readonly name: string;
}

/** For each collection: a field that homeauth sets, one that it leaves alone, and the one with the name. */
const fields: Readonly<Record<string, { readonly ours?: Json; readonly theirs?: Json; readonly called?: string }>> = {
  'core/users': { ours: { name: 'Else' }, theirs: { path: 'people' }, called: 'username' },
  'core/applications': { ours: { name: 'Else' }, theirs: { meta_description: 'theirs' }, called: 'slug' },
  'providers/proxy': {
    ours: { cookie_domain: 'else.example.com' },
    theirs: { access_token_validity: 'hours=7' },
    called: 'name',
  },
  'flows/instances': { ours: { title: 'Else' }, theirs: { layout: 'sidebar_left' }, called: 'slug' },
  'flows/bindings': { ours: { evaluate_on_plan: false }, theirs: { invalid_response_action: 'restart' } },
  'policies/expression': {
    ours: { expression: 'return False' },
    theirs: { execution_logging: true },
    called: 'name',
  },
  'stages/prompt/prompts': { ours: { label: 'Else' }, theirs: { sub_text: 'theirs' }, called: 'name' },
  'stages/email': { ours: { subject: 'Else' }, theirs: { timeout: 7 }, called: 'name' },
  'stages/user_login': { theirs: { session_duration: 'hours=7' }, called: 'name' },
  'core/brands': { theirs: { branding_title: 'Theirs' } },
};

const isTouch = ({ adapter, method, changes }: Call) =>
  adapter === 'authentik' && changes && ['create', 'update'].includes(method);

/** Every touch of an apply on that machine, with all that can come in between. */
export async function rivalries(base: FakeWorld): Promise<readonly Rivalry[]> {
  const fake = await copyOf(base);
  try {
    const calls: Call[] = [];
    const over = gated(fake, (call, work) => {
      if (isTouch(call)) calls.push(call);
      return work();
    });
    const { failure } = await homeauthIn(fake, over)('apply');
    if (failure) throw failure;
    return calls.flatMap((call, i) => {
      const name = `${call.method} ${call.args[0]} ${call.method === 'update' ? call.args[1] : ''}`;
      const collection = String(call.args[0]);
      const possible = acts.filter((act) => actOf(act, collection, call.method) !== undefined);
      const isOutpost = collection === 'outposts/instances';
      return [...possible, ...(isOutpost ? (['adds an app to the outpost'] as const) : [])].map((act) => ({
        nth: i + 1,
        act,
        name,
      }));
    });
  } finally {
    await fake.close();
  }
}

/** The request by which it is done; undefined where it cannot be. */
function actOf(act: Rivalry['act'], collection: string, method: string) {
  const { ours, theirs, called } = fields[collection] ?? {};
  if (method === 'create') return act === 'makes it first' ? { method: 'POST' } : undefined;
  switch (act) {
    case 'edits what homeauth sets':
      return ours && { method: 'PATCH', body: ours };
    case 'edits something else':
      return theirs && { method: 'PATCH', body: theirs };
    case 'renames it':
      return called === undefined ? undefined : { method: 'PATCH', body: { [called]: 'renamed' } };
    case 'deletes it':
      return ['core/brands', 'outposts/instances'].includes(collection) ? undefined : { method: 'DELETE' };
    default:
      return undefined;
  }
}

export async function meetRival(base: FakeWorld, { nth, act, name }: Rivalry): Promise<Trial> {
  const fake = await copyOf(base);
  try {
    let count = 0;
    let edited: { collection: string; id: unknown } | undefined;
    const over = gated(fake, async (call, work) => {
      const isRead = act === 'adds an app to the outpost' && call.name.includes('get outposts/instances');
      if (isRead && !edited) {
        edited = { collection: 'outposts/instances', id: '' };
        await addToOutpost(fake);
      }
      if (isTouch(call) && ++count === nth && act !== 'adds an app to the outpost') {
        const [collection, second] = call.args as [string, unknown];
        const request = actOf(act, collection, call.method);
        if (!request) throw new Error(`${act}: not possible here`);
        edited = { collection, id: second };
        const path = call.method === 'create' ? `${collection}/` : `${collection}/${second}/`;
        await ask(fake, request.method, path, request.method === 'POST' ? (second as Json) : request.body);
      }
      return work();
    });
    const first = await homeauthIn(fake, over)('apply');
    const again = first.failure ? await homeauthIn(fake)('apply') : first;
    const last = again.failure ? again : await homeauthIn(fake)('apply');
    const said = [first, again, last].map(({ failure }) => failure?.code ?? 'fine').join(', ');
    const wrong = [
      ...[first, again, last].flatMap((ran) => (ran.failure ? unnamed(ran) : [])),
      ...(last.failure && !isTold(act, last.failure.code) ? [`it never ends: ${last.failure.problem}`] : []),
      ...(last.failure ? [] : await nothingLeft(fake)),
      ...(await twice(fake)),
      ...(edited ? await lost(fake, act, edited) : ['it was never met']),
    ];
    return { place: `somebody ${act} before ${name} (${nth}): ${said}`, wrong };
  } finally {
    await fake.close();
  }
}

/** Theirs stays, and is told of, where homeauth's would be a second one beside it. */
const isTold = (act: Rivalry['act'], code: string): boolean =>
  act === 'renames it' && ['email-taken', 'host-has-provider', 'provider-has-application'].includes(code);

/** As another administrator, who uses authentik's own API. */
async function ask(fake: FakeWorld, method: string, path: string, body?: Json): Promise<unknown> {
  const server = await fake.docker.dialAddress('authentik', 9000);
  const [, token] = /HOMEAUTH_TOKEN=(.*)/.exec((await fake.files.read(at('.homeauth/token.env'))) ?? '') ?? [];
  const answer = await fetch(`http://127.0.0.1:${server?.port}/api/v3/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

async function addToOutpost(fake: FakeWorld): Promise<void> {
  const { flows, outposts } = await databaseOf(fake);
  const flow = (designation: string) => flows.find((one) => one.designation === designation)?.pk;
  const made = (await ask(fake, 'POST', 'providers/proxy/', {
    name: 'theirs',
    mode: 'forward_single',
    external_host: 'https://theirs.example.com',
    authorization_flow: flow('authorization'),
    invalidation_flow: flow('invalidation'),
  })) as { pk: number };
  const [outpost] = outposts;
  await ask(fake, 'PATCH', `outposts/instances/${outpost?.pk}/`, {
    providers: [...(outpost?.providers ?? []), made.pk],
  });
}

/** What should have stayed and did not. */
async function lost(
  fake: FakeWorld,
  act: Rivalry['act'],
  { collection, id }: { collection: string; id: unknown },
): Promise<string[]> {
  if (act === 'adds an app to the outpost') {
    const { outposts, providers } = await databaseOf(fake);
    const theirs = providers.find(({ name }) => name === 'theirs')?.pk ?? -1;
    return outposts[0]?.providers.includes(theirs) ? [] : ['the outpost does not serve their app any more'];
  }
  if (act !== 'edits something else') return [];
  const row = (await ask(fake, 'GET', `${collection}/${id}/`)) as Json;
  return Object.entries(fields[collection]?.theirs ?? {}).flatMap(([field, value]) =>
    row[field] === value ? [] : [`${field} was theirs, and is ${row[field]}`],
  );
}

/** Nothing is there twice: no name, no host, no turn. authentik takes the same rule twice, and means the same by it. */
async function twice(fake: FakeWorld): Promise<string[]> {
  const state = await databaseOf(fake);
  const names: Readonly<Record<string, readonly string[]>> = {
    user: state.users.map(({ username }) => username),
    address: state.users.map(({ email }) => email).filter((email) => email !== ''),
    group: state.groups.map(({ name }) => name),
    provider: state.providers.map(({ name }) => name),
    host: state.providers.map(({ external_host }) => external_host),
    application: state.applications.map(({ slug }) => slug),
    flow: state.flows.map(({ slug }) => slug),
    stage: state.stages.map(({ name }) => name),
    policy: state.policies.map(({ name }) => name),
    prompt: state.prompts.map(({ name }) => name),
    turn: state.stageBindings.map(({ target, order, stage }) => `${target} ${order} ${stage}`),
    rule: state.bindings.filter(({ policy }) => policy).map(({ target, policy }) => `${target} ${policy}`),
    'app of the outpost': state.outposts.flatMap(({ pk, providers }) => providers.map((one) => `${pk} ${one}`)),
  };
  return Object.entries(names).flatMap(([sort, all]) =>
    all.filter((name, i) => all.indexOf(name) < i).map((name) => `${sort} "${name}" is there twice`),
  );
}
