import type { UserListFlags } from '../../cli/people.ts';
import type { Runtime } from '../../installation/command-runtime.ts';
import type { ExitCode } from '../../model/failure.ts';
import { accounts, isPerson, personOf } from '../../people/accounts.ts';
import { secured } from '../../people/second-factor/factors.ts';
import { people as words } from '../../report/people.ts';
import { begin } from '../screen.ts';

/** `homeauth user list`: everyone who can log in; with -v also what is not a person. */
export async function list(flags: UserListFlags, runtime: Runtime): Promise<ExitCode> {
  const { installation, screen } = await begin('user list', flags, runtime);
  const shown = (await accounts(installation)).filter((account) => flags.verbose || isPerson(account));
  const have = await secured(installation.world, shown);
  const people = shown
    .map((account) => ({ ...personOf(account), secondFactor: have.has(account.username) }))
    .toSorted((a, b) => a.username.localeCompare(b.username));
  return screen.result(words(people, installation.config.authHost, screen.paper), { people });
}
