import type { ExplainFlags } from '../cli/apps.ts';
import { type ExitCode, exitCodes } from '../model/failure.ts';
import { open } from '../procedures/open.ts';
import { accessTo, appNamed } from '../procedures/people/access.ts';
import { accountNamed } from '../procedures/people/accounts.ts';
import type { Surroundings } from '../procedures/surroundings.ts';
import { access as words } from '../report/access.ts';
import { screenOf } from './screen.ts';
import { offerEnding } from './user/ending.ts';

/** `homeauth explain USER APP`: may somebody open an app, and why. */
export async function explain(
  user: string,
  name: string,
  flags: ExplainFlags,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const installation = await open(flags.config, surroundings);
  const screen = screenOf(surroundings, 'explain');
  const app = appNamed(installation, name);
  const account = await accountNamed(installation, user, 'anybody');
  const access = await accessTo(installation, account, app);
  if (!screen.json) screen.result(words(access, screen.paper), {}, true);
  const ended = access.opens ? 0 : await offerEnding(installation, [account], flags, screen, false);
  if (screen.json) screen.result('', { ...access, sessionsEnded: ended }, true);
  return exitCodes.fine;
}
