import type { KnownApp } from '../../catalogue/schema.ts';
import type { AddAppFlags } from '../../cli/apps.ts';
import { Failure } from '../../model/failure.ts';
import { behindForwardAuth, warnings } from '../../report/known-app.ts';
import { prose } from '../../report/layout.ts';
import type { Terminal } from '../../world/terminal/terminal.ts';
import { declined } from '../confirm.ts';
import type { Screen } from '../screen.ts';

/**
 * Says what is known to go wrong with an app behind the login, before anything is asked. One that is better left without
 * a login takes its owner's word.
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
  const way = flags.login ?? login.use;
  // What is known to go wrong is of forward auth.
  const isBehind = way === 'forward-auth' || way === 'header';
  if (login.use !== 'none' || flags.login !== undefined) {
    const isMeant = login.use === 'forward-auth' || login.use === 'header';
    const words = isMeant ? warnings(app, screen.style) : behindForwardAuth(app, screen.style);
    if (isBehind && words !== '') screen.say(words);
    if (way === 'ldap') screen.say(prose(withoutFactor(title), screen.style));
    return undefined;
  }
  const problem = `${title} is better left without a login of authentik.`;
  if (!terminal.interactive && !flags.dryRun) {
    throw new Failure({
      code: 'login-not-possible',
      problem,
      why: login.reason,
      details: forward['known-problems'].join('\n'),
      fix: [
        `To serve it without a login: homeauth add-app ${name} --login none`,
        `To put it behind forward auth all the same: homeauth add-app ${name} --login forward-auth`,
      ],
    });
  }
  screen.say(prose(`${problem} ${login.reason}`, screen.style));
  if (flags.dryRun) return 'none';
  const message = 'Serve it without a login, so that everybody can open it?';
  if (await terminal.confirm({ message, initial: false, flag: '--login none', ifStopped: 'Nothing was changed.' }))
    return 'none';
  throw declined();
}

const withoutFactor = (title: string): string =>
  `${title} asks authentik by LDAP, with name and password alone: at this app there is no second factor, whatever policies say.`;
