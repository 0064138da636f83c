import { Failure } from '../../model/failure.ts';
import { Secret } from '../../model/secret.ts';
import type { Installation } from '../installation.ts';
import type { Account } from './accounts.ts';

/**
 * A link that lets somebody set a password, once. There is one for each person: a second replaces the first. The host
 * in it is the one that authentik is asked by, which is the public one. Source: recording 06.
 * @throws Failure recovery-off
 */
export async function passwordLink({ world, source }: Installation, { pk }: Account): Promise<Secret> {
  try {
    const answer = (await world.authentik.call('POST', `core/users/${pk}/recovery`, {}, [])) as { link: string };
    return new Secret(answer.link);
  } catch (error) {
    if (error instanceof Failure && error.code === 'authentik-rejects' && /no recovery flow/i.test(error.why ?? '')) {
      throw new Failure({
        code: 'recovery-off',
        problem: 'authentik has no page on which people could set a password.',
        why: 'A link leads to it, and it is off: policies.recovery.',
        fix: `Write recovery: true below policies: in ${source}, then: homeauth apply`,
      });
    }
    throw error;
  }
}
