import { writtenIn } from '../config/app-settings.ts';
import type { App } from '../config/config.ts';
import { ldapProvider } from '../config/ldap.ts';
import { settingsId } from '../desired/app-settings.ts';
import { composeServiceId } from '../desired/compose-override.ts';
import { oidcProvider } from '../desired/oidc.ts';
import { verifyAll, verifyClients, type Wanted } from '../doctor/verify.ts';
import type { Installation } from '../installation/installation.ts';
import { manual } from '../installation/manual.ts';
import { settingsNames } from '../installation/survey.ts';
import type { Change } from '../model/change.ts';
import type { ExitCode } from '../model/failure.ts';
import type { Finding } from '../model/finding.ts';
import { type Id, parseId } from '../model/resource.ts';
import { findingsData, proof } from '../report/findings.ts';
import { closing } from '../report/next.ts';
import { planData } from '../report/plan.ts';
import { isAboutName } from '../verify/name.ts';
import { isPasswordWrong, provenWith } from './password.ts';
import type { Screen } from './screen.ts';

export interface Finish extends Wanted {
  readonly changes: readonly Change[];
  /** The owner has no second factor yet: it comes next. */
  readonly withoutSecondFactor?: boolean;
  /** How long it all took, in ms. */
  readonly took?: number;
  /** Of people whom a new group keeps out of an app. */
  readonly sessionsEnded?: number;
}

/** Prove what was changed, say what came of it and what comes next. Exit code 4 when a proof failed. */
export async function verifyAndReport(installation: Installation, screen: Screen, told: Finish): Promise<ExitCode> {
  screen.progress({ is: 'stage', title: 'proof' });
  const { password, ...rest } = told;
  const asked = await provenWith(password, installation, (one) =>
    verifyAll(installation, { ...rest, ...(one && { password: one }) }),
  );
  // Accounts are made and removed for it: only where something was changed.
  const walked = told.fresh ? await verifyClients(installation, told.apps) : [];
  const findings = [...asked, ...walked];
  const names = await settingsNames(installation);
  const steps = manual(installation);
  const ok = findings.every(({ status }) => status !== 'fail');
  const words = [
    ...(steps ? [steps, ''] : []),
    'Proof',
    proof(touchesNames(told.changes) ? findings : findings.filter((found) => !isAboutName(found)), screen.paper),
    '',
    closing(
      { ...headline(installation, told, ok), next: nextSteps(installation, told, findings, names) },
      screen.paper,
    ),
  ];
  const { sessionsEnded } = told;
  const ended = sessionsEnded === undefined ? {} : { sessionsEnded };
  const { adminPassword } = installation.layout;
  const made = (await installation.world.files.read(adminPassword)) !== undefined;
  if (made)
    words.push(
      '',
      `The password of ${installation.config.admin.username} is in ${adminPassword}`,
      'Change it after the first login, and delete that file.',
    );
  return screen.result(words.join('\n'), { ...planData(told.changes), ...ended, ...findingsData(findings) }, ok);
}

/** What homeauth has told an app of authentik by: its settings, or its variables where it makes the container anew. */
function toldBy(app: App, names: Awaited<ReturnType<typeof settingsNames>>): readonly Id[] {
  const { env, override } = writtenIn(app) ?? {};
  const settings = settingsId(app, names);
  return [...(settings ? [settings] : []), ...(env && override?.up ? [composeServiceId(override)] : [])];
}

/** Which names lead here is told by what changed the list of them: sites of Caddy's, or apps where the proxy is the user's affair. */
const touchesNames = (changes: readonly Change[]): boolean =>
  changes.some(({ op, id }) => {
    const { kind } = parseId(id);
    return kind === 'caddy' || (kind === 'application' && op === 'create');
  });

function headline({ config }: Installation, { apps, took }: Finish, proven: boolean) {
  const [app] = apps;
  const single = apps.length === 1 && app !== undefined;
  return {
    heading: !proven ? 'Not verified yet:' : single ? 'Open' : 'Ready:',
    url: `https://${single ? app.host : config.authHost}`,
    ...(took !== undefined && { took }),
  };
}

function nextSteps(
  { config }: Installation,
  told: Finish,
  findings: readonly Finding[],
  names: Awaited<ReturnType<typeof settingsNames>>,
) {
  const { apps, withoutSecondFactor } = told;
  const failed = findings.filter(({ status }) => status === 'fail');
  const [only] = apps;
  if (failed.length > 0 && failed.every(isPasswordWrong)) {
    const again = { command: `homeauth verify ${only?.name} --as-owner`, what: 'the proof again, with your password' };
    const forgotten = {
      command: `homeauth user password ${config.admin.username}`,
      what: 'a new one, if you forgot it',
    };
    return only ? [again, forgotten] : [forgotten];
  }
  if (failed.length > 0) return [{ command: 'homeauth doctor', what: 'what is wrong, and how to fix it' }];
  const enrol = { command: `homeauth user enroll-2fa ${config.admin.username}`, what: 'second factor' };
  const { username } = config.admin;
  const isNew = told.changes.some(({ op, id }) => op === 'create' && id === `user:${username}`);
  const choose = { command: `homeauth user password ${username}`, what: 'without a password they cannot log in' };
  const fill = told.changes
    .filter(({ op, id }) => op === 'create' && parseId(id).kind === 'group')
    .map(({ id }) => parseId(id).key)
    .map((group) => ({
      command: `homeauth user groups NAME --add ${/^[\w.-]+$/.test(group) ? group : `'${group.replaceAll("'", `'\\''`)}'`}`,
      what: `group ${group} is new: nobody is in it yet`,
    }));
  const first = [...(isNew && !told.password ? [choose] : []), ...(withoutSecondFactor ? [enrol] : []), ...fill];
  const speaking = apps
    .filter(({ name }) =>
      told.changes.some(
        ({ op, id }) =>
          op === 'create' &&
          [`oauth2-provider:${oidcProvider({ name })}`, `ldap-provider:${ldapProvider({ name })}`].includes(id),
      ),
    )
    .map((app) => ({
      command: `homeauth app ${app.name}`,
      what: told.changes.some(({ id }) => toldBy(app, names).includes(id))
        ? 'what else has to be done in it; its settings are there'
        : 'what to enter in it: without that it knows nothing of authentik',
    }));
  if (speaking.length > 0) return [...first, ...speaking];
  // What homeauth starts in Docker is beyond a proxy outside of it.
  const app = config.listen ? 'NAME --upstream HOST:PORT' : 'whoami';
  if (config.apps.length === 0)
    return [...first, { command: `homeauth add-app ${app}`, what: 'your first protected app' }];
  return apps.length === 0 ? [...first, { command: 'homeauth status', what: 'what is there' }] : first;
}
