import type { CommonFlags } from '../../cli/define-command.ts';
import { type ExitCode, exitCodes } from '../../model/failure.ts';
import { hold } from '../../procedures/lock.ts';
import { open } from '../../procedures/open.ts';
import { accountNamed, personOf } from '../../procedures/people/accounts.ts';
import { assertRemovable, removePerson } from '../../procedures/people/change.ts';
import type { Surroundings } from '../../procedures/surroundings.ts';
import { prose } from '../../report/prose.ts';
import { screenOf } from '../screen.ts';
import { sure } from './sure.ts';

/** `homeauth user remove NAME`: an account gone for good. */
export async function remove(name: string, flags: CommonFlags, surroundings: Surroundings): Promise<ExitCode> {
  const installation = await open(flags.config, surroundings);
  const screen = screenOf(surroundings, 'user remove');
  const account = await accountNamed(installation, name);
  await assertRemovable(installation, account);
  const person = personOf(account);
  screen.say(
    prose(
      `${name} (${person.name}, ${person.email || 'no e-mail'}) will be gone from authentik, with groups, second factors and sessions. What the apps keep under that name stays there. To only keep them out: homeauth user disable ${name}`,
      screen.style,
    ),
  );
  await sure(`Remove ${name}?`, surroundings.terminal);
  await hold(installation, `user remove ${name}`, () => removePerson(installation, name));
  screen.result(screen.paper.marked('done', `${name} is gone.`), { person }, true);
  return exitCodes.fine;
}
