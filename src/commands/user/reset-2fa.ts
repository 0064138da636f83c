import type { CommonFlags } from '../../cli/define-command.ts';
import type { Config } from '../../config/config.ts';
import type { Runtime } from '../../installation/command-runtime.ts';
import { hold } from '../../installation/lock.ts';
import type { ExitCode } from '../../model/failure.ts';
import { type Account, accountNamed } from '../../people/accounts.ts';
import { factorsOf, removeFactors } from '../../people/second-factor/factors.ts';
import { prose } from '../../report/layout.ts';
import { factors } from '../../report/second-factor.ts';
import { confirm } from '../confirm.ts';
import { begin } from '../screen.ts';

/** `homeauth user reset-2fa NAME`: takes every second factor of somebody away, for instance after a phone was lost. */
export async function reset2fa(name: string, flags: CommonFlags, runtime: Runtime): Promise<ExitCode> {
  const { installation, screen } = await begin('user reset-2fa', flags, runtime);
  const { world, config } = installation;
  const account = await accountNamed(installation, name);
  const all = await factorsOf(world, account.pk);
  const data = { user: name, factors: all };
  if (all.length === 0) {
    return screen.result(screen.paper.text(`${name} has no second factor.`), { ...data, removed: false });
  }
  screen.say(`${screen.style.text(`${name} has:`)}\n${factors(all, screen.style)}`);
  if (flags.dryRun) {
    return screen.result('They would be removed.', { ...data, removed: false });
  }
  await confirm('Remove them?', runtime.terminal);
  await hold(installation, `user reset-2fa ${name}`, () => removeFactors(world, all));
  return screen.result(prose(`${name} has no second factor any more. ${next(account, config)}`, screen.paper), {
    ...data,
    removed: true,
  });
}

/** What the person has to do now, as homeauth.yaml has it. */
function next({ username, is_superuser: isAdmin }: Account, { policies: { secondFactor } }: Config): string {
  const isAsked = secondFactor === 'everyone' || (secondFactor === 'admins' && isAdmin);
  return isAsked
    ? `At the next login authentik asks ${username} for a new one (policies.second-factor: ${secondFactor}); or at this terminal: homeauth user enroll-2fa ${username}`
    : `The password alone lets ${username} in until there is a new one: homeauth user enroll-2fa ${username}`;
}
