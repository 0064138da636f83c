import type { UserInvitesFlags } from '../../cli/people.ts';
import type { Runtime } from '../../installation/command-runtime.ts';
import { hold } from '../../installation/lock.ts';
import type { ExitCode } from '../../model/failure.ts';
import { invitationsOf, revoke } from '../../people/invitations/invitations.ts';
import { invitations as words } from '../../report/invitations.ts';
import { begin } from '../screen.ts';

/** `homeauth user invites`: the invitations that are open; one can be taken back. */
export async function invites(flags: UserInvitesFlags, runtime: Runtime): Promise<ExitCode> {
  const { installation, screen } = await begin('user invites', flags, runtime);
  const { paper } = screen;
  const which = flags.revoke;
  if (which !== undefined) {
    const gone = await hold(installation, 'user invites', () => revoke(installation, which, new Date()));
    const whose = gone.email === '' ? '' : ` for ${gone.email}`;
    return screen.result(paper.marked('done', `the invitation${whose} is gone: its link opens nothing`), {
      revoked: gone,
    });
  }
  const all = await invitationsOf(installation, new Date());
  return screen.result(words(all, paper), { invitations: all });
}
