import type { UserShowFlags } from '../../cli/people.ts';
import type { Runtime } from '../../installation/command-runtime.ts';
import type { ExitCode } from '../../model/failure.ts';
import { accessToAll } from '../../people/access.ts';
import { accountNamed, personOf } from '../../people/accounts.ts';
import { factorsOf } from '../../people/second-factor/factors.ts';
import { sessionsOf } from '../../people/sessions.ts';
import { person as words } from '../../report/people.ts';
import { begin } from '../screen.ts';

/** `homeauth user show NAME`: all that homeauth knows about somebody. */
export async function show(name: string, flags: UserShowFlags, runtime: Runtime): Promise<ExitCode> {
  const { installation, screen } = await begin('user show', flags, runtime);
  const account = await accountNamed(installation, name, flags.verbose ? 'anybody' : 'people');
  const [factors, sessions, access] = await Promise.all([
    factorsOf(installation.world, account.pk),
    sessionsOf(installation, account),
    accessToAll(installation, account),
  ]);
  const person = personOf(account);
  return screen.result(words({ person, factors, sessions, access }, screen.paper), {
    person,
    factors,
    sessions,
    access,
  });
}
