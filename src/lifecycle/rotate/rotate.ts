import type { Progress } from '../../engine/run.ts';
import { type Installation, reopened } from '../../installation/installation.ts';
import { hold } from '../../installation/lock.ts';
import { Failure } from '../../model/failure.ts';
import { type Finding, ok, wrong } from '../../model/finding.ts';
import type { Secret } from '../../model/secret.ts';
import { reconcile } from '../reconcile.ts';
import { apiWith, type Change, databaseOpens, exchange, pendingIn, type Rotated } from './rotation.ts';

interface Proof {
  readonly title: string;
  /** Whether somebody gets in with it. */
  opens(installation: Installation, secret: Secret): Promise<boolean>;
}

const proofs: Readonly<Record<Rotated, Proof>> = {
  database: { title: "the database takes the new password of authentik's role", opens: databaseOpens },
  // authentik takes its own key for a token: it is how its router speaks with it.
  key: { title: 'authentik works with the new SECRET_KEY', opens: answersTo },
  token: { title: "the API takes homeauth's new token", opens: answersTo },
};

/**
 * Makes secrets anew, in the order in which a leak is closed: the database, the key that signs sessions, the token. Each
 * is on disk before anybody hears of it. Then proves that the new ones work, and that the former do not.
 */
export async function rotate(
  installation: Installation,
  asked: readonly Rotated[],
  tell: (what: string) => void,
  progress: (event: Progress) => void,
): Promise<readonly Finding[]> {
  const changes = new Map<Rotated, Change>();
  const make = async (all: readonly Rotated[]) => {
    if (all.length === 0) return;
    await hold(installation, 'rotate', async () => {
      for (const one of all) {
        tell(one);
        changes.set(one, await exchange(installation, one));
      }
    });
  };
  const pending = await pendingIn(installation);
  const what = new Set([...asked, ...pending]);
  const inContainers = (['database', 'key'] as const).filter((one) => what.has(one));
  // What a run before could not finish comes first: nothing else is changed until then.
  if (pending.includes('token')) await make(['token']);
  await make(inContainers);
  if (inContainers.length > 0) await reconcile(installation, 'rotate', progress);
  if (what.has('token') && !changes.has('token')) await make(['token']);
  tell('proving it');
  const now = await reopened(installation);
  const findings: Finding[] = [];
  for (const [one, change] of changes) findings.push(...(await proven(one, change, now)));
  return findings;
}

async function proven(one: Rotated, { was, is }: Change, installation: Installation): Promise<Finding[]> {
  const { title, opens } = proofs[one];
  const about = { id: 'rotate-refused', title };
  const found = (await opens(installation, is))
    ? ok(about)
    : wrong(about, 'fail', {
        problem: `The new secret does not work: ${one}.`,
        fix: `homeauth doctor   and then:  homeauth rotate ${one}`,
      });
  if (!was) return [found];
  const former = { id: 'rotate-open', title: `the former one is refused (${one})` };
  return [
    found,
    (await opens(installation, was))
      ? wrong(former, 'fail', {
          problem: `The former secret still works: ${one}.`,
          why: 'Something runs that was started with it.',
          fix: `homeauth apply   and then:  homeauth rotate ${one}`,
        })
      : ok(former),
  ];
}

async function answersTo(installation: Installation, secret: Secret): Promise<boolean> {
  try {
    await apiWith(installation, secret).get('core/users/me');
    return true;
  } catch (error) {
    if (error instanceof Failure && error.code === 'token-refused') return false;
    throw error;
  }
}

/** @throws Failure mail-password-missing where homeauth.yaml names no file for it */
export async function rotateMail(
  installation: Installation,
  password: Secret,
  progress: (event: Progress) => void,
  works: (installation: Installation) => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  const { world, config } = installation;
  const path = config.mail?.passwordFile;
  if (path === undefined) {
    throw new Failure({
      code: 'mail-not-set',
      problem: 'homeauth.yaml names no file with a password for mail.',
      fix: 'Leave out mail, or set mail.password-file in homeauth.yaml, then: homeauth apply',
    });
  }
  const put = async (content: string) => {
    await world.files.write(path, content, 0o600);
    await reconcile(installation, 'rotate', progress);
  };
  const before = (await world.files.read(path)) ?? '';
  await put(`${password.reveal()}\n`);
  const findings = await works(installation);
  if (findings.every(({ status }) => status === 'ok')) return findings;
  // A password that the mail server does not take is no progress.
  await put(before);
  return findings;
}
