import type { UserInviteFlags } from '../../cli/people.ts';
import { checkLifetime, durationIn } from '../../config/duration.ts';
import { setValue } from '../../config/edit.ts';
import { checkEmail } from '../../config/person.ts';
import { type Check, sentence } from '../../config/refusal.ts';
import type { Runtime } from '../../installation/command-runtime.ts';
import { type Edit, type Installation, openInstallation } from '../../installation/installation.ts';
import { hold } from '../../installation/lock.ts';
import { open } from '../../installation/open.ts';
import { reconcile } from '../../lifecycle/reconcile.ts';
import { type ExitCode, Failure } from '../../model/failure.ts';
import { accounts } from '../../people/accounts.ts';
import { superGroups } from '../../people/admins.ts';
import { groupsNamed } from '../../people/groups.ts';
import { invite as invited, mailInvitation, type Wanted } from '../../people/invitations/invitations.ts';
import { invitation as words } from '../../report/invitations.ts';
import { consent } from '../consent.ts';
import { type Screen, screenOf } from '../screen.ts';

/** `homeauth user invite [MAIL]`: a link with which somebody makes an account, once. */
export async function invite(email: string | undefined, flags: UserInviteFlags, runtime: Runtime): Promise<ExitCode> {
  const before = await open(flags.config, runtime);
  const screen = screenOf(runtime, 'user invite');
  const wanted = await wishOf(email, flags, before, new Date());
  const installation = await switchedOn(before, screen);
  const command = `user invite ${email ?? ''}`.trim();
  const { invitation, link } = await hold(installation, command, () => invited(installation, wanted));
  const mailed =
    email !== undefined && installation.config.mail ? await mailInvitation(installation, invitation) : undefined;
  return screen.result(words({ invitation, link, mailed }, screen.paper), {
    invitation,
    link,
    mailed: mailed ?? false,
  });
}

/** What is asked for, if it makes sense. @throws Failure flag-invalid, email-taken, group-unknown, group-of-admins */
async function wishOf(
  email: string | undefined,
  flags: UserInviteFlags,
  installation: Installation,
  now: Date,
): Promise<Wanted> {
  const expires = flags.expires ?? '7d';
  assertFits(checkLifetime, expires, '--expires 7d');
  if (email !== undefined) assertFits(checkEmail, email, 'homeauth user invite ADDRESS');
  const twin = (await accounts(installation)).find((one) => email && one.email?.toLowerCase() === email.toLowerCase());
  if (twin) {
    throw new Failure({
      code: 'email-taken',
      problem: `${email} is the address of the user "${twin.username}" already.`,
      why: 'People log in with their address, too, so each needs one of their own.',
      fix: `If they have forgotten their password: homeauth user reset ${twin.username}`,
    });
  }
  const groups = await groupsNamed(installation, [flags.group ?? []].flat());
  const admins = superGroups(await installation.world.authentik.list('core/groups'));
  const powerful = groups.find(({ pk }) => admins.has(pk));
  if (powerful) {
    throw new Failure({
      code: 'group-of-admins',
      problem: `The members of "${powerful.name}" are administrators, and homeauth makes no invitation for them.`,
      why: 'A link can be forwarded, or read by others.',
      fix: `Invite without it, and when the account is there: homeauth user groups NAME --add "${powerful.name}"`,
    });
  }
  return {
    ...(email !== undefined && { email }),
    groups: groups.map(({ name }) => name),
    expires: new Date(now.getTime() + (durationIn(expires) ?? 0)),
  };
}

function assertFits(check: Check, value: string, flag: string): void {
  const refusal = check(value);
  if (!refusal) return;
  throw new Failure({ code: 'flag-invalid', problem: sentence(value, refusal), fix: `Correct it: ${flag}` });
}

/** The flow that an invitation opens is made with the first one. */
async function switchedOn(before: Installation, screen: Screen): Promise<Installation> {
  const change = withPolicy(before, 'invitations');
  if (!change) return before;
  const { after, edit } = change;
  await consent(after, before.runtime, screen, {}, 'For the first invitation this will be made:');
  const wishes = { mayTake: after.mayEdit, edit };
  return (await reconcile(after, 'user invite', screen.progress, wishes)).installation;
}

/** homeauth.yaml with one of its policies switched on: the edit, and the installation as it would then be. */
export function withPolicy(
  before: Installation,
  policy: keyof Installation['config']['policies'],
): { edit: Edit; after: Installation } | undefined {
  if (before.config.policies[policy]) return undefined;
  const edit: Edit = (text) => setValue(text, ['policies', policy], true, before.source);
  return { edit, after: openInstallation(edit(before.text), before.source, before.runtime) };
}
