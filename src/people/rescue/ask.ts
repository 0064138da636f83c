import { record } from '../../engine/ledger.ts';
import type { Installation } from '../../installation/installation.ts';
import { Failure } from '../../model/failure.ts';
import type { Secret } from '../../model/secret.ts';
import type { World } from '../../world/world.ts';
import { answerMark, program } from './program.ts';

export type Request =
  | { readonly do: 'people' }
  | { readonly do: 'link'; readonly user: string; readonly minutes: number }
  | { readonly do: 'password'; readonly user: string; readonly password: Secret }
  | { readonly do: 'second-factor'; readonly user: string };

interface Answers {
  people: { readonly people: readonly Candidate[] };
  link: { readonly path: string };
  password: Readonly<Record<never, never>>;
  'second-factor': { readonly removed: number };
}

export interface Candidate {
  readonly username: string;
  readonly active: boolean;
  readonly admin: boolean;
}

/** Either has authentik's own command line. */
const places = ['authentik', 'authentik-worker'];

/**
 * Ask authentik itself, inside its container.
 * @throws Failure container-not-running, rescue-failed
 */
export async function askInside<R extends Request>(
  { docker }: Pick<World, 'docker'>,
  request: R,
): Promise<Answers[R['do']]> {
  const found = await Promise.all(places.map((name) => docker.container(name)));
  const container = found.find((one) => one?.running)?.name ?? places[0]!;
  const secret = 'password' in request ? request.password.reveal() : '';
  const stdin = JSON.stringify({ ...request, ...(secret !== '' && { password: secret }) });
  const { stdout, stderr } = await docker.exec(container, ['ak', 'shell', '-c', program], { stdin });
  const line = stdout.split('\n').find((one) => one.startsWith(answerMark));
  if (line !== undefined) return JSON.parse(line.slice(answerMark.length));
  const last = (stderr.trim() || stdout.trim()).split('\n').slice(-6).join('\n');
  throw new Failure({
    code: 'rescue-failed',
    problem: `authentik failed to do it in the container ${container}.`,
    why: 'It needs its database, but no proxy and no token.',
    ...(last !== '' && { details: secret === '' ? last : last.replaceAll(secret, '••••••••') }),
    fix: 'See whether the database runs:  docker ps --filter name=authentik-postgresql   and if not: homeauth apply',
  });
}

/**
 * A line for each use of `homeauth rescue`, beside the ledger: when, what, for whom, by whom. Written before anything
 * is done, so that nothing is done without it. Holds no secret.
 */
export async function logRescue(installation: Installation, what: string, user: string): Promise<void> {
  const { layout, world, runtime } = installation;
  const by = runtime.env['SUDO_USER'] ?? 'root';
  await claim(installation);
  const before = (await world.files.read(layout.rescueLog)) ?? '';
  const line = `${new Date().toISOString()} ${what} for ${user}, by ${by}\n`;
  await world.files.write(layout.rescueLog, before + line, 0o600);
}

/** The log is ours and the user's to keep: it goes with the rest of the data, when that is asked for. */
async function claim({ ledger, layout }: Installation): Promise<void> {
  try {
    const lines = await ledger.read();
    const id = `file:${layout.rescueLog}` as const;
    if (!lines.some((line) => line.id === id)) await ledger.save(record(lines, [{ id, precious: true }]));
  } catch (error) {
    // A ledger that cannot be read must not keep anybody out.
    if (!(error instanceof Failure && error.code === 'ledger-unreadable')) throw error;
  }
}
