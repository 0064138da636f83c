import type { Progress } from '../../engine/run.ts';
import { type Installation, reopened } from '../../installation/installation.ts';
import { hold } from '../../installation/lock.ts';
import { Failure } from '../../model/failure.ts';
import { type Finding, ok, wrong } from '../../model/finding.ts';
import type { Secret } from '../../model/secret.ts';
import { reconcile } from '../reconcile.ts';
import { answersTo, type Change, databaseOpens, exchange, pendingIn, type Rotated, settle } from './rotation.ts';

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
 * is on disk before anybody hears of it. What needs containers made anew is exchanged only where `apply` would go through.
 * Then proves that the new ones work, and that the former do not.
 */
export async function rotate(
  installation: Installation,
  asked: readonly Rotated[],
  tell: (what: string) => void,
  progress: (event: Progress) => void,
): Promise<readonly Finding[]> {
  const changes = new Map<Rotated, Change>();
  const make = async (one: Rotated, where: Installation) => {
    tell(one);
    changes.set(one, await exchange(where, one));
  };
  const makeToken = () =>
    hold(installation, 'rotate', async () => {
      await make('token', installation);
      await settle(installation, 'token');
    });
  const pending = await pendingIn(installation);
  const what = new Set([...asked, ...pending]);
  const inContainers = (['database', 'key'] as const).filter((one) => what.has(one));
  // What a run before could not finish comes first: nothing else is changed until then.
  if (pending.includes('token')) await makeToken();
  if (inContainers.length > 0) {
    await reconcile(installation, 'rotate', progress, {
      exchange: {
        async make(where) {
          for (const one of inContainers) await make(one, where);
        },
        async settle(where) {
          for (const one of inContainers) await settle(where, one);
        },
      },
    });
  }
  if (what.has('token') && !changes.has('token')) await makeToken();
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

/** A mail password that was, and those that were written in its place and not proven yet. */
interface Tried {
  readonly former: string;
  readonly tried: readonly string[];
}

/**
 * Another password for the mail server, where it takes it; else the former, which lies beside until one is proven: a run
 * that was cut off before puts back the same one.
 * @throws Failure mail-not-set where homeauth.yaml names no file for it
 */
export async function rotateMail(
  installation: Installation,
  password: Secret,
  progress: (event: Progress) => void,
  works: (installation: Installation) => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  const { world, config, layout } = installation;
  const path = config.mail?.passwordFile;
  if (path === undefined) {
    throw new Failure({
      code: 'mail-not-set',
      problem: 'homeauth.yaml names no file with a password for mail.',
      fix: 'Leave out mail, or set mail.password-file in homeauth.yaml, then: homeauth apply',
    });
  }
  const { files } = world;
  const beside = `${layout.rotation}mail.json`;
  const next = `${password.reveal()}\n`;
  const before = (await files.read(path)) ?? '';
  const noted: Tried = JSON.parse((await files.read(beside)) ?? '{"former":"","tried":[]}');
  // What its owner has written since is not to be lost either.
  const former = noted.tried.includes(before) ? noted.former : before;
  const note: Tried = { former, tried: [...noted.tried, next] };
  const put = (content: string) =>
    reconcile(installation, 'rotate', progress, {
      exchange: {
        async make() {
          await files.write(beside, `${JSON.stringify(note)}\n`, 0o600);
          await files.write(path, content, 0o600);
        },
      },
    });
  await put(next);
  const findings = await works(installation);
  const isTaken = findings.every(({ status }) => status === 'ok');
  // A password that the mail server does not take is no progress.
  if (!isTaken) await put(former);
  await files.remove(beside);
  return findings;
}
