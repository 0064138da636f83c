import type { UserShowFlags } from '../../cli/people.ts';
import { type ExitCode, exitCodes } from '../../model/failure.ts';
import { open } from '../../procedures/open.ts';
import { accessToAll } from '../../procedures/people/access.ts';
import { accountNamed, personOf } from '../../procedures/people/accounts.ts';
import { sessionsOf } from '../../procedures/people/sessions.ts';
import { factorsOf } from '../../procedures/second-factor/factors.ts';
import type { Surroundings } from '../../procedures/surroundings.ts';
import { person as words } from '../../report/people.ts';
import { screenOf } from '../screen.ts';

/** `homeauth user show NAME`: all that homeauth knows about somebody. */
export async function show(name: string, flags: UserShowFlags, surroundings: Surroundings): Promise<ExitCode> {
  const installation = await open(flags.config, surroundings);
  const screen = screenOf(surroundings, 'user show');
  const account = await accountNamed(installation, name, flags.verbose ? 'anybody' : 'people');
  const [factors, sessions, access] = await Promise.all([
    factorsOf(installation.world, account.pk),
    sessionsOf(installation, account),
    accessToAll(installation, account),
  ]);
  const person = personOf(account);
  screen.result(
    words({ person, factors, sessions, access }, screen.paper),
    { person, factors, sessions, access },
    true,
  );
  return exitCodes.fine;
}
