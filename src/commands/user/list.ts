import { type ExitCode, exitCodes } from '../../model/failure.ts';
import { open } from '../../procedures/open.ts';
import type { Surroundings } from '../../procedures/surroundings.ts';
import type { Flags } from '../flags.ts';
import { screenOf } from '../screen.ts';

/** `homeauth user list`: everyone who can log in. */
export async function list(flags: Flags, surroundings: Surroundings): Promise<ExitCode> {
  const { world } = await open(flags.config, surroundings);
  const screen = screenOf(surroundings, 'user list');
  const rows = await world.authentik.list('core/users');
  const people = rows.filter(({ type }) => flags.verbose || type === 'internal');
  screen.result(
    people.map(({ username }) => username).join('\n'),
    { users: people.map(({ username }) => username) },
    true,
  );
  return exitCodes.fine;
}
