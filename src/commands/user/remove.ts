import type { CommonFlags } from '../../cli/define-command.ts';
import type { Runtime } from '../../installation/command-runtime.ts';
import { hold } from '../../installation/lock.ts';
import type { ExitCode } from '../../model/failure.ts';
import { accountNamed, personOf } from '../../people/accounts.ts';
import { assertRemovable, removePerson } from '../../people/change.ts';
import { prose } from '../../report/layout.ts';
import { confirm } from '../confirm.ts';
import { begin } from '../screen.ts';

/** `homeauth user remove NAME`: an account gone for good. */
export async function remove(name: string, flags: CommonFlags, runtime: Runtime): Promise<ExitCode> {
  const { installation, screen } = await begin('user remove', flags, runtime);
  const account = await accountNamed(installation, name);
  await assertRemovable(installation, account);
  const person = personOf(account);
  screen.say(
    prose(
      `${name} (${person.name}, ${person.email || 'no e-mail'}) will be deleted from authentik, with groups, second factors and sessions. Data in the apps stays there. To only block the login: homeauth user disable ${name}`,
      screen.style,
    ),
  );
  await confirm(`Remove ${name}?`, runtime.terminal);
  await hold(installation, `user remove ${name}`, () => removePerson(installation, name));
  return screen.result(screen.paper.marked('done', `${name} is gone.`), { person });
}
