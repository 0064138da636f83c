import { type Installation, serverAddress } from '../../installation/installation.ts';
import { exitCodes, Failure } from '../../model/failure.ts';
import type { Factor } from '../../model/second-factor.ts';
import type { Secret } from '../../model/secret.ts';
import type { HttpAnswer, World } from '../../world/world.ts';
import type { Account } from '../accounts.ts';
import { endLeftVisits } from '../sessions.ts';
import { answersOf, type Guide } from './answers.ts';
import { factorsOf, lacking } from './factors.ts';

/** The flows in which authentik lets its users set up what homeauth helps with. */
const flows = { totp: 'default-authenticator-totp-setup', static: 'default-authenticator-static-setup' } as const;

/**
 * Sets up what somebody lacks of an authenticator app and recovery codes, in their own name: it takes their password,
 * and a code where they have a second factor already. Cut off anywhere, the next run does the rest.
 * @returns what they have now
 * @throws Failure wrong-password, second-factor-elsewhere, interrupted, authentik-down and what a login may meet
 */
export async function enrol(
  installation: Installation,
  { username, pk }: Account,
  password: Secret,
  guide: Guide,
): Promise<readonly Factor[]> {
  const { world, config } = installation;
  await endLeftVisits(installation);
  // A browser's cookies take a list of all public suffixes, and most commands walk no login.
  const { openSession } = await import('../../world/authentik/session.ts');
  const server = await serverAddress(world);
  if (!server) throw notRunning();
  const { beyond, over } = answersOf(username, guide);
  const session = await openSession({
    http: world.http,
    server,
    authHost: config.authHost,
    username,
    password,
    beyond,
  });
  let isOver = false;
  try {
    over();
    // Where one is required, the login itself has just set it up.
    for (const method of lacking(await factorsOf(world, pk))) {
      if (method !== 'totp' && method !== 'static') continue;
      await session.carryOut(flows[method]);
      over();
    }
  } finally {
    isOver = await session.leave();
  }
  const now = await factorsOf(world, pk);
  if (lacking(now).length > 0) throw notKept(username);
  if (!isOver) throw stayed(username);
  return now;
}

const notRunning = (): Failure =>
  new Failure({
    code: 'authentik-down',
    problem: "authentik's container does not run.",
    why: 'A second factor is set up by logging in.',
    fix: 'homeauth doctor',
  });

const stayed = (username: string): Failure =>
  new Failure({
    code: 'session-left',
    problem: `The second factor is set up, and authentik did not end the session that homeauth opened as ${username}.`,
    fix: `In authentik: Directory > Users > ${username} > Sessions. Its browser is called "homeauth".`,
    exit: exitCodes.wrong,
  });

const notKept = (username: string): Failure =>
  new Failure({
    code: 'second-factor-missing',
    problem: `authentik accepted every answer, but ${username} still has no app and recovery codes.`,
    why: 'Its setup flows may have been changed.',
    fix: `See what is there, under Directory > Users > ${username} > MFA Authenticators in authentik.`,
    exit: exitCodes.halfway,
  });

/** Codes are made from the time, and good for 30 s; an app that is off by less than that is let in. */
const tolerated = 30_000;

/**
 * How far this machine's clock is ahead of authentik's, in whole seconds; less than nothing: behind. Undefined where
 * they agree well enough, or authentik says no time. @throws Failure where nothing answers
 */
export async function clockSkew(world: Pick<World, 'docker' | 'http'>, authHost: string): Promise<number | undefined> {
  const via = await serverAddress(world);
  if (!via) return undefined;
  const answer: HttpAnswer = await world.http.dial({ url: `http://${authHost}/-/health/live/`, via });
  const ahead = Date.now() - Date.parse(answer.headers['date'] ?? '');
  return Math.abs(ahead) > tolerated ? Math.round(ahead / 1000) : undefined;
}
