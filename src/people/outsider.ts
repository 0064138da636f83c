import { dataId } from '../desired/host.ts';
import { madeOf, record } from '../engine/ledger.ts';
import type { Installation } from '../installation/installation.ts';
import { hold } from '../installation/lock.ts';
import { userKind } from '../kinds/user.ts';
import { Failure } from '../model/failure.ts';
import type { Id } from '../model/resource.ts';
import type { Secret } from '../model/secret.ts';
import { accounts } from './accounts.ts';
import { retryUncertain } from './retry-uncertain.ts';
import { endSessions } from './sessions.ts';

const username = 'homeauth-outsider';
const id: Id = `user:${username}`;

type Work<T> = (who: { readonly username: string; readonly password: Secret }) => Promise<T>;

/** @throws Failure user-name-taken */
export const withOutsider = <T>(installation: Installation, work: Work<T>): Promise<T> =>
  withAccount(installation, [], work);

/** The same with an account that is in these groups. @throws Failure user-name-taken */
export const withMember = <T>(installation: Installation, groups: readonly string[], work: Work<T>): Promise<T> =>
  withAccount(installation, groups, work);

/**
 * Makes an account for as long as `work` lasts. The ledger knows of it before authentik does: one that a killed run
 * left goes with the next run of this, or of `apply`.
 */
function withAccount<T>(installation: Installation, groups: readonly string[], work: Work<T>): Promise<T> {
  const { world, ledger, layout } = installation;
  const found = async () => (await accounts(installation)).find((one) => one.username === username);
  const remove = () =>
    retryUncertain(async () => {
      const account = await found();
      if (!account) return;
      // First, so that the outpost hears of each of them.
      await endSessions(installation, account);
      await world.authentik.remove('core/users', account.pk);
    });
  return hold(installation, 'verify', async () => {
    const before = await ledger.read();
    const isLeft = madeOf(before, id) !== undefined;
    if (isLeft) await remove();
    else if (await found()) throw taken();
    await ledger.save(record(before, [{ id, inside: dataId(layout) }]));
    try {
      const password = world.random.alphanumeric(32);
      const spec = { name: 'A proof of homeauth', email: '', groups, firstPassword: password };
      await retryUncertain(async () => userKind.apply?.(username, spec, world, undefined));
      return await work({ username, password });
    } finally {
      await remove();
      await ledger.save((await ledger.read()).filter((made) => made.id !== id));
    }
  });
}

const taken = (): Failure =>
  new Failure({
    code: 'user-name-taken',
    problem: `authentik has a user "${username}", and homeauth did not make it.`,
    why: 'The test creates an account of that name, and removes it again.',
    fix: 'Rename it in authentik, under Directory > Users, or remove it: homeauth user remove homeauth-outsider',
  });
