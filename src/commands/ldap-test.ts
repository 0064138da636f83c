import type { LdapTestFlags } from '../cli/apps.ts';
import type { App } from '../config/config.ts';
import { ldapAccount, ldapApps } from '../config/ldap.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import type { Installation } from '../installation/installation.ts';
import { ldapOf } from '../installation/ldap.ts';
import { type ExitCode, Failure } from '../model/failure.ts';
import type { LdapTrial } from '../model/ldap.ts';
import { appNamed } from '../people/access.ts';
import { ldapTrials } from '../report/ldap.ts';
import { bindAs } from '../verify/ldap.ts';
import { secretFrom } from './password.ts';
import { begin } from './screen.ts';

/** `homeauth ldap test USER`: whether somebody gets into the apps that ask by LDAP, and which groups those are told of. */
export async function ldapTest(username: string, flags: LdapTestFlags, runtime: Runtime): Promise<ExitCode> {
  const { installation, screen } = await begin('ldap test', flags, runtime);
  const named = flags.app === undefined ? installation.config.apps : [appNamed(installation, flags.app)];
  const apps = ldapApps({ apps: named });
  if (apps.length === 0) throw none(flags.app);
  const { terminal } = runtime;
  const password = flags.passwordFile
    ? await secretFrom(flags.passwordFile, '--password-file', runtime)
    : await terminal.askSecret({
        message: `Password of ${username}`,
        flag: '--password-file FILE',
        ifStopped: 'Nobody was asked.',
      });
  const trials: LdapTrial[] = [];
  for (const app of apps) {
    const answer = await bindAs(installation, app, { username, password });
    if (answer.is === 'refused') trials.push({ app: app.name, getsIn: false, code: answer.code, groups: [] });
    else trials.push({ app: app.name, getsIn: true, groups: await groupsOf(username, app, installation) });
  }
  const isFine = trials.every(({ getsIn }) => getsIn);
  return screen.result(ldapTrials(username, trials, screen.paper), { user: username, trials }, isFine);
}

/** As the app finds them, with its own account. */
async function groupsOf(username: string, app: App, installation: Installation): Promise<readonly string[]> {
  const password = (await ldapOf(installation))[app.name]?.bindPassword;
  if (!password) return [];
  const found = await bindAs(installation, app, { username: ldapAccount(app), password }, username);
  const [entry] = found.is === 'bound' ? found.entries : [];
  return (entry?.memberOf ?? []).map((dn) => /^cn=((?:\\.|[^,])+)/i.exec(dn)?.[1] ?? dn);
}

const none = (app: string | undefined): Failure =>
  new Failure({
    code: 'ldap-none',
    problem: app === undefined ? 'No app of homeauth.yaml asks by LDAP.' : `${app} does not ask by LDAP.`,
    fix: 'Apps that do: homeauth apps, and then: homeauth add-app NAME --login ldap',
  });
