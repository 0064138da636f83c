import type { Installation } from '../installation/installation.ts';
import { Secret } from '../model/secret.ts';
import type { Account } from './accounts.ts';
import { isOff, linkLife, recoveryOff } from './reset.ts';

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
