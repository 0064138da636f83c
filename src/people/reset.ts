import { recoveryFlow } from '../desired/recovery.ts';
import type { Installation } from '../installation/installation.ts';
import { mailOf } from '../mail/settings.ts';
import { Failure } from '../model/failure.ts';
import type { Factor } from '../model/second-factor.ts';
import { Secret } from '../model/secret.ts';
import type { Account } from './accounts.ts';
import { factorsOf } from './second-factor/factors.ts';

/** How long a link for a new password is good. A mail may lie over night. */
const linkLife = 'hours=24';

/** Can somebody set a new password at all? @throws Failure user-disabled */
export function assertActive({ username, is_active: active }: Account): void {
  if (active !== false) return;
  throw new Failure({
    code: 'user-disabled',
    problem: `${username} is disabled, and a new password would not change that.`,
    fix: `Enable the account first: homeauth user enable ${username}`,
  });
}

/**
 * authentik's worker mails somebody the link for a new password. Whether it gets out is not known here: the mail waits
 * in a queue. There is one link for each person: a second replaces the first. Source: recording 06.
 * @throws Failure mail-not-set, email-missing, admin-without-second-factor, recovery-off
 */
export async function mailPasswordLink(installation: Installation, account: Account): Promise<void> {
  const { world, config } = installation;
  mailOf(installation);
  if (!account.email) {
    throw new Failure({
      code: 'email-missing',
      problem: `authentik knows no e-mail address of ${account.username}.`,
      fix: `Print the link, and hand it over: homeauth user reset ${account.username} --print`,
    });
  }
  if (config.policies.secondFactor !== 'off' && account.is_superuser) await assertSecured(world, account);
  const name = `${recoveryFlow}-email`;
  const stage = (await world.authentik.list('stages/email')).find((one) => one.name === name);
  if (!stage) throw recoveryOff(installation);
  const body = { email_stage: stage.pk, token_duration: linkLife };
  try {
    await world.authentik.call('POST', `core/users/${account.pk}/recovery_email`, body, []);
  } catch (error) {
    throw isOff(error) ? recoveryOff(installation) : error;
  }
}

/** The page that the link opens would refuse it. A code by mail is no second factor beside a mail. */
async function assertSecured(world: Installation['world'], { username, pk }: Account): Promise<void> {
  const isByMail = ({ method }: Factor) => method === 'email' || method === 'endpoint';
  if ((await factorsOf(world, pk)).some((one) => !isByMail(one))) return;
  throw new Failure({
    code: 'admin-without-second-factor',
    problem: `${username} is an administrator without a second factor, and gets no link by mail.`,
    why: 'Whoever reads that mail could become an administrator.',
    fix: [
      `Print the link, and hand it over: homeauth user reset ${username} --print`,
      `Or set up a second factor first: homeauth user enroll-2fa ${username}`,
    ],
  });
}

/** No brand names a flow for it. */
const isOff = (error: unknown): boolean => error instanceof Failure && error.because?.code === 'no-recovery-flow';

export function recoveryOff({ config, source }: Pick<Installation, 'config' | 'source'>): Failure {
  return new Failure({
    code: 'recovery-off',
    problem: 'authentik has no page on which people could set a password.',
    why: 'A link leads to it, and it is off: policies.recovery.',
    fix: config.policies.recovery
      ? 'homeauth apply'
      : `Set policies.recovery to true in ${source}, then: homeauth apply`,
  });
}

/**
 * A link that lets somebody set a password, once. There is one for each person: a second replaces the first. The host
 * in it is that of the request, which is the public one where authentik believes us; so it is made sure of. Source:
 * recording 06.
 * @throws Failure recovery-off
 */
export async function passwordLink(installation: Installation, { pk }: Account): Promise<Secret> {
  const { world, config } = installation;
  try {
    const path = `core/users/${pk}/recovery`;
    const answer = (await world.authentik.call('POST', path, { token_duration: linkLife }, [])) as { link: string };
    const { pathname, search } = new URL(answer.link);
    return new Secret(`https://${config.authHost}${pathname}${search}`);
  } catch (error) {
    throw isOff(error) ? recoveryOff(installation) : error;
  }
}
