import type { CommonFlags } from '../cli/define-command.ts';
import { writtenIn } from '../config/app-settings.ts';
import type { App } from '../config/config.ts';
import { ldapApps } from '../config/ldap.ts';
import { isSpeaker, type Speaker } from '../config/oidc.ts';
import { settingsId } from '../desired/app-settings.ts';
import { composeServiceId } from '../desired/compose-override.ts';
import { variablesFile } from '../desired/variables.ts';
import { verifyExchanged } from '../doctor/verify.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import { type Installation, reopened } from '../installation/installation.ts';
import { ldapOf } from '../installation/ldap.ts';
import { settingsNames } from '../installation/survey.ts';
import { rotateClients, rotateLdap } from '../lifecycle/rotate/app-secrets.ts';
import { answersTo } from '../lifecycle/rotate/rotation.ts';
import type { Change } from '../model/change.ts';
import { type ExitCode, Failure } from '../model/failure.ts';
import { issueOf } from '../model/finding.ts';
import type { Id } from '../model/resource.ts';
import type { Secret } from '../model/secret.ts';
import { appNamed } from '../people/access.ts';
import { findingsData, proof } from '../report/findings.ts';
import { prose } from '../report/layout.ts';
import { proveRebound } from '../verify/ldap-secret.ts';
import { confirm } from './confirm.ts';
import { begin, type Screen } from './screen.ts';

/** `homeauth rotate app NAME`: other secrets for it, in authentik and in the app. Exit code 4 where a proof failed. */
export async function rotateApp(name: string, flags: CommonFlags, runtime: Runtime): Promise<ExitCode> {
  const { installation, screen } = await begin('rotate app', flags, runtime);
  const { terminal } = runtime;
  const app = appNamed(installation, name);
  const isByLdap = ldapApps({ apps: [app] }).length > 0;
  const client = isByLdap ? undefined : speaker(app);
  const question = `Nobody can log in to ${name} until it has the new secret. Who is logged in there stays so. Go ahead?`;
  if (terminal.interactive) await confirm(question, terminal);
  const { findings, left } = client
    ? await exchanged([client], installation, screen.progress)
    : await rebound([app], installation, screen.progress);
  terminal.live(undefined);
  const isGood = !findings.some(issueOf);
  const words = [proof(findings, screen.paper), '', prose(left, screen.paper)];
  return screen.result(words.join('\n'), { app: name, ...findingsData(findings) }, isGood);
}

/** Exchanges client secrets, proves it, and says what is left to do. */
export async function exchanged(apps: readonly Speaker[], installation: Installation, progress: Screen['progress']) {
  const { before, changes } = await rotateClients(installation, apps, progress);
  const findings = await verifyExchanged(installation, apps, before);
  return { findings, left: await left(apps, installation, changes) };
}

/** The same for what apps ask by LDAP with. */
export async function rebound(apps: readonly App[], installation: Installation, progress: Screen['progress']) {
  const { before, changes } = await rotateLdap(installation, apps, progress);
  const now = await reopened(installation);
  const after = await ldapOf(now);
  const opens = (key: Secret) => answersTo(now, key);
  const proofs = apps.map((app) => proveRebound(now, app, [before[app.name], after[app.name]], opens));
  const findings = (await Promise.all(proofs)).flat();
  return { findings, left: await left(apps, installation, changes) };
}

async function left(apps: readonly App[], installation: Installation, changes: readonly Change[]): Promise<string[]> {
  const names = await settingsNames(installation);
  return apps.map((app) => handedOver(app, installation, changes, settingsId(app, names)));
}

/** What is left to do until an app uses its new secret. `settings`: what homeauth sets in it. */
function handedOver(
  app: App,
  { layout }: Pick<Installation, 'layout'>,
  changes: readonly Change[],
  settings: Id | undefined,
): string {
  const { name, ldap } = app;
  const { api, env, file, override } = writtenIn(app) ?? {};
  const secret = ldap ? 'bind password' : 'secret';
  if (settings !== undefined) {
    if (!changes.some(({ id }) => id === settings))
      return `${name}: it has the former ${secret}, because homeauth could not look into it. Start it${api ? `, see that its key is in ${api.key.file}` : ''}, then: homeauth apply`;
    if (!file) return `${name}: it has the new ${secret} from homeauth.`;
    return `${name}: ${file.in} has the new ${secret}, and its container was restarted.`;
  }
  const isAnew = override?.up && changes.some(({ id }) => id === composeServiceId(override));
  if (env && isAnew) return `${name}: its container was made anew, and has the new ${secret}.`;
  if (env)
    return `${name}: ${variablesFile(layout, app)} has the new ${secret}, and it reads that when its container is made anew. In the directory of its compose file: docker compose up -d`;
  return `${name}: enter the new ${secret} in it. It is shown by: homeauth app ${name} --show-secret`;
}

function speaker(app: App): Speaker {
  if (isSpeaker(app) && app.oidc.client === 'confidential') return app;
  throw new Failure({
    code: 'app-without-secret',
    problem: `${app.name} has no client secret.`,
    why: isSpeaker(app)
      ? 'It is a public client: it proves who it is with a challenge for each login.'
      : `It does not log people in with OpenID Connect (login: ${app.login ?? 'forward-auth'}).`,
    fix: 'Nothing is to be done for it. Other secrets: homeauth rotate --help',
  });
}
