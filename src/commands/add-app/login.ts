import { possibleLogins } from '../../catalogue/login.ts';
import type { KnownApp } from '../../catalogue/schema.ts';
import type { AddAppFlags } from '../../cli/apps.ts';
import { Failure } from '../../model/failure.ts';
import { behindForwardAuth, loginWords, warnings } from '../../report/known-app.ts';
import { prose } from '../../report/prose.ts';
import type { Terminal } from '../../world/terminal/terminal.ts';
import { declined } from '../confirm.ts';
import type { Screen } from '../screen.ts';

/**
 * Says what is known to go wrong with an app behind the login, before anything is asked. Where it should log in another
 * way than this release can, it takes its owner's word to go on.
 * @throws Failure login-not-possible where nobody can be asked, refused
 */
export async function warn(app: KnownApp, flags: AddAppFlags, terminal: Terminal, screen: Screen): Promise<void> {
  const { title, name, login, 'forward-auth': forward } = app;
  const isFit = possibleLogins.includes(login.use);
  const way = flags.login ?? login.use;
  // What is known to go wrong is of forward auth.
  const before = login.use === 'forward-auth' ? warnings(app, screen.style) : behindForwardAuth(app, screen.style);
  const words = way === 'oidc' ? '' : before;
  if (isFit || flags.login !== undefined) {
    if (words !== '') screen.say(words);
    return;
  }
  const problem =
    login.use === 'none'
      ? `${title} is better left without a login of authentik.`
      : `${title} should log in by ${loginWords[login.use]}, which this release of homeauth cannot set up yet.`;
  if (!terminal.interactive && !flags.dryRun) {
    throw new Failure({
      code: 'login-not-possible',
      problem,
      why: login.reason,
      details: forward['known-problems'].join('\n'),
      fix: `To put it behind forward auth all the same: homeauth add-app ${name} --login forward-auth`,
    });
  }
  screen.say(`${prose(`${problem} ${login.reason}`, screen.style)}\n${words}`);
  if (flags.dryRun) return;
  const message = 'Put it behind forward auth all the same?';
  const flag = '--login forward-auth';
  if (await terminal.confirm({ message, initial: false, flag, ifStopped: 'Nothing was changed.' })) return;
  throw declined();
}
