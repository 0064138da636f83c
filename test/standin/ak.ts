import { makeToken } from './make.ts';
import { isSuperuser } from './people.ts';
import { hashPassword, randomText } from './secrets.ts';
import { logLine } from './startup.ts';
import type { State } from './state.ts';
import { edit, type Store } from './store.ts';

/** What authentik logs to standard output before it does anything. */
const chatter = [
  logLine('authentik.lib.config', 'info', 'Loaded config'),
  logLine('authentik.root.setup', 'info', 'Booting authentik'),
].join('\n');

/**
 * authentik's own command line, as far as homeauth uses it: `ak shell -c PROGRAM`. This is no Python: it does what
 * homeauth's one program asks of authentik, by the request that comes in on standard input.
 */
export async function ak(store: Store, argv: readonly string[], stdin: string) {
  const [command, flag, program = ''] = argv;
  if (command !== 'shell' || flag !== '-c' || !program.includes('json.load(sys.stdin)')) {
    return { code: 2, stdout: chatter, stderr: `Unknown command: '${argv.join(' ').slice(0, 40)}'` };
  }
  try {
    const answer = await edit(store, (state) => carryOut(state, JSON.parse(stdin)));
    return { code: 0, stdout: `${chatter}\n\nhomeauth-answer ${JSON.stringify(answer)}\n`, stderr: '' };
  } catch (error) {
    return { code: 1, stdout: chatter, stderr: `Traceback (most recent call last):\n${(error as Error).message}` };
  }
}

interface Request {
  do: string;
  user: string;
  minutes: number;
  password: string;
}

function carryOut(state: State, request: Request): unknown {
  const people = state.users.filter(({ type }) => type === 'internal' || type === 'external');
  if (request.do === 'people') {
    return {
      people: people.map((one) => ({ username: one.username, active: one.is_active, admin: isSuperuser(state, one) })),
    };
  }
  const user = state.users.find(({ username }) => username === request.user);
  if (!user) throw new Error('authentik.core.models.User.DoesNotExist: User matching query does not exist.');
  if (request.do === 'second-factor') {
    const removed = state.devices.filter((one) => one.user === user.pk);
    state.devices = state.devices.filter((one) => one.user !== user.pk);
    return { removed: removed.length };
  }
  user.is_active = true;
  state.reputations = state.reputations.filter((one) => one.identifier !== user.username);
  if (request.do === 'password') {
    user.password = hashPassword(request.password);
    return {};
  }
  const token = makeToken(
    state,
    { identifier: `ak-recovery-${user.username}-${randomText(8)}`, intent: 'recovery', user: user.pk },
    request.minutes,
  );
  return { path: `/recovery/use-token/${token.key}/` };
}
