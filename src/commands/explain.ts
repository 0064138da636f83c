import type { ExplainFlags } from '../cli/apps.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import { type ExitCode, exitCodes } from '../model/failure.ts';
import { accessTo, appNamed, claimsFor } from '../people/access.ts';
import { accountNamed } from '../people/accounts.ts';
import { access as words } from '../report/access.ts';
import { begin } from './screen.ts';
import { offerEndSessions } from './user/end-sessions.ts';

/** `homeauth explain USER APP`: may somebody open an app, and why. */
export async function explain(user: string, name: string, flags: ExplainFlags, runtime: Runtime): Promise<ExitCode> {
  const { installation, screen } = await begin('explain', flags, runtime);
  const app = appNamed(installation, name);
  const account = await accountNamed(installation, user, 'anybody');
  const claims = flags.claims ? { claims: await claimsFor(installation, account, app) } : {};
  const access = { ...(await accessTo(installation, account, app)), ...claims };
  if (!screen.json) screen.result(words(access, screen.paper), {});
  const ended = access.opens ? 0 : await offerEndSessions(installation, [account], flags, screen, false);
  if (screen.json) screen.result('', { ...access, sessionsEnded: ended });
  return exitCodes.fine;
}
