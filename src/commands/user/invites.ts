import type { UserInvitesFlags } from '../../cli/people.ts';
import { type ExitCode, exitCodes } from '../../model/failure.ts';
import { invitationsOf, revoke } from '../../procedures/invitations/invitations.ts';
import { hold } from '../../procedures/lock.ts';
import { open } from '../../procedures/open.ts';
import type { Surroundings } from '../../procedures/surroundings.ts';
import { invitations as words } from '../../report/invitations.ts';
import { screenOf } from '../screen.ts';

/** `homeauth user invites`: the invitations that are open; one can be taken back. */
export async function invites(flags: UserInvitesFlags, surroundings: Surroundings): Promise<ExitCode> {
  const installation = await open(flags.config, surroundings);
  const screen = screenOf(surroundings, 'user invites');
  const { paper } = screen;
  const which = flags.revoke;
  if (which !== undefined) {
    const gone = await hold(installation, 'user invites', () => revoke(installation, which, new Date()));
    const whose = gone.email === '' ? '' : ` for ${gone.email}`;
    screen.result(
      paper.marked('done', `the invitation${whose} is gone: its link opens nothing`),
      { revoked: gone },
      true,
    );
    return exitCodes.fine;
  }
  const all = await invitationsOf(installation, new Date());
  screen.result(words(all, paper), { invitations: all }, true);
  return exitCodes.fine;
}
