import { possibleLogins } from '../../catalogue/login.ts';
import type { KnownApp } from '../../catalogue/schema.ts';
import type { AddAppFlags } from '../../cli/apps.ts';
import { Failure } from '../../model/failure.ts';
import { behindForwardAuth, loginWords, warnings } from '../../report/known-app.ts';
import { prose } from '../../report/layout.ts';
import type { Terminal } from '../../world/terminal/terminal.ts';
import { declined } from '../confirm.ts';
import type { Screen } from '../screen.ts';

/**
 * Says what is known to go wrong with an app behind the login, before anything is asked. Where it should log in another
 * way than this release can, or is better left alone, it takes its owner's word to go on.
 * @returns the login that its owner chose here
 * @throws Failure login-not-possible where nobody can be asked, refused
 */
export async function warn(
  app: KnownApp,
  flags: AddAppFlags,
  terminal: Terminal,
  screen: Screen,
): Promise<'none' | undefined> {
  const { title, name, login, 'forward-auth': forward } = app;
  const isLeft = login.use === 'none';
  const isFit = possibleLogins.includes(login.use) && !isLeft;
  const way = flags.login ?? login.use;
  // What is known to go wrong is of forward auth.
  const isForForwardAuth = login.use === 'forward-auth' || login.use === 'header';
  const before = isForForwardAuth ? warnings(app, screen.style) : behindForwardAuth(app, screen.style);
  const words = way === 'oidc' || way === 'none' ? '' : before;
  if (isFit || flags.login !== undefined) {
    if (words !== '') screen.say(words);
    return undefined;
  }
  const problem = isLeft
    ? `${title} is better left without a login of authentik.`
    : `${title} should log in by ${loginWords[login.use]}, which this release of homeauth cannot set up yet.`;
  if (!terminal.interactive && !flags.dryRun) {
    const forced = `To put it behind forward auth all the same: homeauth add-app ${name} --login forward-auth`;
    const open = `To serve it without a login: homeauth add-app ${name} --login none`;
    throw new Failure({
      code: 'login-not-possible',
      problem,
      why: login.reason,
      details: forward['known-problems'].join('\n'),
      fix: isLeft ? [open, forced] : forced,
    });
  }
  screen.say(`${prose(`${problem} ${login.reason}`, screen.style)}${isLeft ? '' : `\n${words}`}`);
  const chosen = isLeft ? 'none' : undefined;
  if (flags.dryRun) return chosen;
  const message = isLeft ? `Serve it so, that everybody gets to it?` : 'Put it behind forward auth all the same?';
  const flag = isLeft ? '--login none' : '--login forward-auth';
  if (await terminal.confirm({ message, initial: false, flag, ifStopped: 'Nothing was changed.' })) return chosen;
  throw declined();
}
