import type { AppFlags } from '../../cli/apps.ts';
import type { App } from '../../config/config.ts';
import { setOidc } from '../../config/edit.ts';
import { isSpeaker, type Speaker } from '../../config/oidc.ts';
import { settingsId, wayBack } from '../../desired/app-settings.ts';
import { runsWithoutPasswords } from '../../doctor/only-sso.ts';
import { verifyAll, verifyAsOwner, verifyClients } from '../../doctor/verify.ts';
import type { Kind } from '../../engine/kind.ts';
import { assertSpeakable } from '../../installation/assert-possible.ts';
import type { Runtime } from '../../installation/command-runtime.ts';
import { type Edit, type Installation, openInstallation } from '../../installation/installation.ts';
import { settingsNames } from '../../installation/survey.ts';
import { kinds } from '../../kinds/index.ts';
import { planChanges, reconcile } from '../../lifecycle/reconcile.ts';
import { onlySsoPart } from '../../model/app-setting.ts';
import { type ExitCode, exitCodes, Failure } from '../../model/failure.ts';
import type { Finding } from '../../model/finding.ts';
import { idOf } from '../../model/resource.ts';
import { passwordsOff } from '../../report/app-login.ts';
import { proof } from '../../report/findings.ts';
import { prose } from '../../report/layout.ts';
import { planData } from '../../report/plan.ts';
import { declined } from '../confirm.ts';
import { consent } from '../consent.ts';
import { showPlan } from '../plan.ts';
import { type Screen, screenOf } from '../screen.ts';
import { ownerAtHand } from '../verify.ts';

/** `homeauth app NAME --only-sso` and `--no-only-sso`: whether the app takes passwords of its own. */
export async function switchPasswords(
  app: App,
  flags: AppFlags,
  before: Installation,
  runtime: Runtime,
): Promise<ExitCode> {
  if (!isSpeaker(app)) throw notSpeaking(app);
  const { name, title } = app;
  const isOff = flags.onlySso === true;
  const edit: Edit = (text) =>
    isOff === (app.oidc.onlySso !== undefined) ? text : setOidc(text, name, 'only-sso', isOff, before.source);
  const after = openInstallation(edit(before.text), before.source, runtime);
  assertSpeakable(after.config, after.era, after.source);
  if (flags.dryRun) return showPlan(after, runtime, 'app');
  const screen = screenOf(runtime, 'app');
  await assertInReach(app, isOff ? after : before);
  if (isOff && !app.oidc.onlySso) await assertProven(app, before, flags, runtime, screen);
  const heading = isOff
    ? `${title} will take no passwords of its own:`
    : `${title} will take passwords of its own again:`;
  await consent(after, runtime, screen, {}, heading);
  const wish = `app ${name} ${isOff ? '--only-sso' : '--no-only-sso'}`;
  const { installation, changes } = await reconcile(after, wish, screen.progress, { mayTake: after.mayEdit, edit });
  const told = installation.config.apps.filter(isSpeaker).find((one) => one.name === name) ?? app;
  const { onlySso } = told.oidc;
  const isByEnv = (onlySso ?? app.oidc.onlySso)?.env !== undefined;
  const isAnew = isByEnv && (await runsWithoutPasswords(onlySso ? told : app, installation.world)) !== isOff;
  const anew = isAnew
    ? [
        prose(
          `This counts once its container is made anew, in the folder of its compose file: docker compose up -d`,
          screen.paper,
        ),
        '',
      ]
    : [];
  const words = onlySso
    ? passwordsOff(
        name,
        { wayBack: wayBack(told, after.layout), ...(onlySso.stillOpen && { stillOpen: onlySso.stillOpen }) },
        screen.paper,
      )
    : [prose(`homeauth no longer keeps the passwords that ${title} has of its own switched off.`, screen.paper)];
  return screen.result([...anew, ...words].join('\n'), {
    app: name,
    onlySso: onlySso !== undefined,
    ...planData(changes),
  });
}

/** @throws Failure only-sso-unseen where what switches the passwords cannot be looked at */
export async function assertInReach(app: Speaker, installation: Installation): Promise<void> {
  const now = installation.config.apps.filter(isSpeaker).find(({ name }) => name === app.name) ?? app;
  if (settingsId(now, {}, onlySsoPart) === undefined) return;
  const id = settingsId(now, await settingsNames(installation), onlySsoPart);
  const resource = (await planChanges(installation)).want.find((one) => idOf(one) === id);
  if (!resource) return;
  const kind = kinds[resource.kind] as Kind<unknown, { readonly unseen?: true }>;
  const found = await kind.observe(resource.key, installation.world, resource.spec);
  if (found.is === 'present' && !found.spec.unseen) return;
  if (found.is === 'unknown' && found.failure) throw found.failure;
  const { file, commands, api } = now.oidc.onlySso ?? {};
  const container = file?.in.split(':')[0] ?? commands?.in;
  throw new Failure({
    code: 'only-sso-unseen',
    problem: `homeauth cannot look into the settings of ${now.title}, where its own passwords are switched.`,
    why: api
      ? `There is no key in ${api.key.file}, or nothing answers at ${now.upstream}. Nothing was changed.`
      : `There is no container ${container} that runs. Nothing was changed.`,
    fix: [
      api
        ? `Write the key of an administrator of ${now.title} into ${api.key.file}, or start the app; then run the same command again.`
        : 'Start it, or correct settings-in in homeauth.yaml; then run the same command again.',
      `Where the app is gone for good: delete only-sso below oidc of ${now.name} in homeauth.yaml first.`,
    ],
  });
}

/**
 * Variables count for a container that is made anew, which homeauth does where its owner says so.
 * @throws Failure passwords-off while it runs with those that switch its passwords off
 */
export async function assertMadeAnew(app: Speaker, { world }: Installation): Promise<void> {
  if (app.oidc.override?.up || !(await runsWithoutPasswords(app, world))) return;
  const { name, title } = app;
  throw new Failure({
    code: 'passwords-off',
    problem: `${title} still runs without passwords of its own. Nobody could log in to it without authentik.`,
    why: 'Its variables count once its container is made anew, and homeauth runs no Compose without  up: true  in its compose-override. Nothing was changed.',
    fix: [
      `homeauth app ${name} --no-only-sso`,
      'In the folder of its compose file:  docker compose up -d',
      `homeauth remove-app ${name}`,
    ],
  });
}

/** @throws Failure only-sso-not-proven unless the owner got all the way in, as an administrator */
async function assertProven(
  app: Speaker,
  installation: Installation,
  flags: AppFlags,
  runtime: Runtime,
  screen: Screen,
) {
  const { title } = app;
  const owner = await ownerAtHand(installation, flags, runtime, screen);
  const { username } = owner;
  screen.progress({ is: 'stage', title: 'proof' });
  const findings: readonly Finding[] = [
    ...(await verifyAll(installation, { apps: [app], appsOnly: true })),
    ...(await verifyClients(installation, [app])),
    ...(await verifyAsOwner(installation, app, owner)),
  ];
  runtime.terminal.live(undefined);
  screen.say(proof(findings, screen.style));
  const statusOf = (check: string) => findings.find(({ id }) => id === check)?.status;
  const isIn = statusOf('oidc-entry') === 'ok' && findings.every(({ status }) => status !== 'fail');
  if (!isIn) throw notProven(`It was not proven that ${username} gets into ${title} by authentik.`, app);
  const administers = statusOf('oidc-administrator');
  if (administers === 'warn') throw notProven(`${username} gets into ${title}, and is no administrator there.`, app);
  if (administers === 'ok') return;
  const { terminal } = runtime;
  if (!terminal.interactive) throw notTold(app, username, installation.source);
  const message = `${username} gets into ${title}. Whether ${username} is an administrator there, homeauth cannot see: look in ${title} (https://${app.host}). Is it so?`;
  if (!(await terminal.confirm({ message, initial: false, flag: 'an answer', ifStopped: 'Nothing was changed.' })))
    throw declined();
}

const notProven = (problem: string, { name }: Speaker): Failure =>
  new Failure({
    code: 'only-sso-not-proven',
    problem,
    why: 'Without its own passwords, nobody could administer it. Nothing was switched off.',
    fix: `Do what the proof says, until this is fine: homeauth verify ${name} --as-owner`,
    exit: exitCodes.wrong,
  });

const notTold = ({ name, title }: Speaker, username: string, source: string): Failure =>
  new Failure({
    code: 'only-sso-not-proven',
    problem: `${username} gets into ${title}. Whether ${username} is an administrator there, homeauth cannot see, and it cannot ask here.`,
    why: 'Without its own passwords, nobody could administer it. Nothing was switched off.',
    fix: [
      `Look in ${title}; then at a terminal, without --yes: homeauth app ${name} --only-sso`,
      `Or take it on yourself: write only-sso: true below oidc of ${name} in ${source}, then: homeauth apply`,
    ],
  });

const notSpeaking = ({ name, login }: App): Failure =>
  new Failure({
    code: 'only-sso-not-possible',
    problem: `${name} does not ask authentik by OpenID Connect (login: ${login ?? 'forward-auth'}), so homeauth switches no passwords in it.`,
    fix: `Nothing is to be done. How ${name} logs in: homeauth app ${name}`,
  });
