import { secretNames } from '../../desired/layout.ts';
import { interrupted } from '../../engine/errors.ts';
import { changeValues, type Installation, valueIn } from '../../installation/installation.ts';
import { databaseContainer, tellDatabase } from '../../kinds/role.ts';
import { Failure, insteadOf } from '../../model/failure.ts';
import type { Secret } from '../../model/secret.ts';
import type { Authentik } from '../../world/authentik/api.ts';
import { good } from '../backup/dump.ts';

/** What is made anew here; what is the mail server's to change comes from its owner. */
export type Rotated = 'database' | 'key' | 'token';

/** A secret that was, and the one in its place; the former is unknown where there was none. */
export interface Change {
  readonly was?: Secret | undefined;
  readonly is: Secret;
}

const [databasePassword, secretKey] = secretNames.stack;
const [ownToken] = secretNames.token;
/** A second token that opens the API while homeauth's own gets another key. */
const spare = { identifier: 'homeauth-rotation', name: 'SPARE_TOKEN' } as const;

/** The value that is to be, on disk before anybody hears of it: made once, so that a cut is gone on from. */
async function coming({ world, layout }: Sight, of: Rotated, name: string, more = {}): Promise<Secret> {
  const noted = await valueIn(world, noteOf(layout, of), name);
  if (noted) return noted;
  const made = world.random.alphanumeric(60);
  await changeValues(world, noteOf(layout, of), { [name]: made, ...more });
  return made;
}

/** Both values, noted together: who goes on from a cut still proves that the former is refused. */
async function begun(sight: Sight, of: Rotated, name: string, now: Secret | undefined): Promise<Change> {
  const former = `FORMER_${name}`;
  const is = await coming(sight, of, name, now && { [former]: now });
  return { was: await valueIn(sight.world, noteOf(sight.layout, of), former), is };
}

type Sight = Pick<Installation, 'world' | 'layout'>;

const noteOf = ({ rotation }: Sight['layout'], of: Rotated): string => `${rotation}${of}.env`;

/** What a run that was cut off has begun. */
export async function pendingIn({ world, layout }: Sight): Promise<readonly Rotated[]> {
  const all: readonly Rotated[] = ['database', 'key', 'token'];
  const there = await Promise.all(all.map(async (one) => (await world.files.stat(noteOf(layout, one))) !== undefined));
  return all.filter((_, n) => there[n]);
}

/** @throws Failure rotation-unfinished while a secret is half exchanged */
export async function assertNotRotating(sight: Sight): Promise<void> {
  const pending = await pendingIn(sight);
  if (pending.length === 0) return;
  throw new Failure({
    code: 'rotation-unfinished',
    problem: 'A rotation was interrupted: some parts may still use the former secret.',
    fix: `Finish it: homeauth rotate ${pending.length === 1 ? pending[0] : 'all'}`,
  });
}

/**
 * Another password for authentik's role: told to PostgreSQL by its socket, then written where the containers are told;
 * what is written there already was told. Then the containers are made anew.
 */
async function rotateDatabase(installation: Installation): Promise<Change> {
  const { world, layout } = installation;
  const now = await valueIn(world, layout.env, databasePassword);
  const { was, is } = await begun(installation, 'database', databasePassword, now);
  if (now?.reveal() === is.reveal()) return { was, is };
  const sql = [
    // What fails is logged without the statement, which has the password in it.
    'set log_min_error_statement = panic;',
    `alter role authentik with login password '${is.reveal()}';`,
  ];
  good(await tellDatabase(world.docker, sql.join('\n')), 'psql', 'given another password');
  await changeValues(world, layout.env, { [databasePassword]: is, AUTHENTIK_POSTGRESQL__PASSWORD: is });
  return { was, is };
}

/**
 * Another SECRET_KEY. Server and worker go first: never is one of them on the old and the other on the new. Before 2023.6
 * apps knew everybody by an id that was made of it; no such release can be installed.
 */
async function rotateKey(installation: Installation): Promise<Change> {
  const { world, layout } = installation;
  const now = await valueIn(world, layout.env, secretKey);
  const { was, is } = await begun(installation, 'key', secretKey, now);
  if (now?.reveal() === is.reveal()) return { was, is };
  for (const name of ['authentik-worker', 'authentik'])
    if (await world.docker.container(name)) await world.docker.remove(name);
  await changeValues(world, layout.env, { [secretKey]: is });
  return { was, is };
}

/**
 * Another key for homeauth's token. A second token is proven first, so that an answer that is lost locks nobody out; it
 * is the one that gives the first its new key, and it goes when that is proven.
 */
async function rotateToken(installation: Installation): Promise<Change> {
  const { world, layout } = installation;
  const { was, is } = await begun(installation, 'token', ownToken, await valueIn(world, layout.token, ownToken));
  const by = apiWith(installation, await coming(installation, 'token', spare.name));
  if (!(await apiWith(installation, is).ownTokenWorks())) {
    if (!(await by.ownTokenWorks())) await makeSpare(installation);
    await by.call('POST', 'core/tokens/homeauth/set_key', { key: is }, ['core/tokens']);
  }
  await changeValues(world, layout.token, { [ownToken]: is });
  const { authentik } = world;
  const left = (await authentik.list('core/tokens', 'fresh')).some((one) => one.identifier === spare.identifier);
  if (left) await authentik.remove('core/tokens', spare.identifier);
  return { was, is };
}

async function makeSpare(installation: Installation): Promise<void> {
  const { world, layout } = installation;
  const { authentik } = world;
  const rows = await authentik.list('core/tokens', 'fresh');
  const own = rows.find(({ identifier }) => identifier === 'homeauth');
  if (rows.some(({ identifier }) => identifier === spare.identifier))
    await authentik.remove('core/tokens', spare.identifier);
  await authentik.create('core/tokens', {
    identifier: spare.identifier,
    intent: 'api',
    user: own?.user ?? 0,
    description: 'homeauth changes its own token with it',
    expiring: false,
  });
  const key = await valueIn(world, noteOf(layout, 'token'), spare.name);
  await authentik.call('POST', `core/tokens/${spare.identifier}/set_key`, { key }, ['core/tokens']);
}

/** The API as whoever has this key. */
function apiWith({ world, config, runtime }: Installation, own: Secret): Authentik {
  return runtime.connect({
    address: () => world.docker.dialAddress('authentik', 9000),
    tokens: async () => ({ own }),
    host: config.authHost,
    clock: world.clock,
  });
}

/** Whether the API lets in whoever has this key. */
export function answersTo(installation: Installation, secret: Secret): Promise<boolean> {
  const asked = apiWith(installation, secret).get('core/users/me');
  return asked.then(() => true, insteadOf('token-refused', false));
}

// By an address of the network: on the socket and on 127.0.0.1 nobody is asked for a password.
const knocking =
  'read -r PGPASSWORD; export PGPASSWORD; exec psql -X -q -A -t -h "$(hostname)" -U authentik -d authentik -c "select 1"';

/** Whether PostgreSQL lets authentik's role in with this password. `container`: where it runs. */
export async function databaseOpens(
  { world }: Pick<Installation, 'world'>,
  password: Secret,
  container = databaseContainer,
): Promise<boolean> {
  const stdin = `${password.reveal()}\n`;
  return (await world.docker.exec(container, ['sh', '-c', knocking], { stdin })).code === 0;
}

/** Exchanges one secret. That it is under way stays noted until it is settled. */
export async function exchange(installation: Installation, of: Rotated): Promise<Change> {
  if (installation.runtime.signal.aborted) throw interrupted(`before the secret was exchanged: ${of}`);
  return { database: rotateDatabase, key: rotateKey, token: rotateToken }[of](installation);
}

/** Forgets that a secret was under way: whatever uses it has the new one. */
export async function settle({ world, layout }: Sight, of: Rotated): Promise<void> {
  await world.files.remove(noteOf(layout, of));
}
