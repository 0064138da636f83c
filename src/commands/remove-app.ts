import type { KnownApp } from '../catalogue/schema.ts';
import type { CommonFlags } from '../cli/define-command.ts';
import { isLeftAlone } from '../config/app-login.ts';
import { writtenIn } from '../config/app-settings.ts';
import type { App } from '../config/config.ts';
import { setOidc, removeApp as without } from '../config/edit.ts';
import { nearest } from '../config/nearest.ts';
import { isSpeaker } from '../config/oidc.ts';
import { composeServiceId } from '../desired/compose-override.ts';
import { takesVariables } from '../desired/variables.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import { type Edit, openInstallation } from '../installation/installation.ts';
import { open } from '../installation/open.ts';
import { reconcile } from '../lifecycle/reconcile.ts';
import { type ExitCode, Failure } from '../model/failure.ts';
import { prose } from '../report/layout.ts';
import { planData } from '../report/plan.ts';
import { assertInReach, assertMadeAnew } from './app/only-sso.ts';
import { consent } from './consent.ts';
import { showPlan } from './plan.ts';
import { screenOf } from './screen.ts';

/** `homeauth remove-app NAME`: take an app away from Caddy and from authentik. */
export async function removeApp(name: string, flags: CommonFlags, runtime: Runtime): Promise<ExitCode> {
  const before = await open(flags.config, runtime);
  const { apps } = before.config;
  const app = apps.find((candidate) => candidate.name === name);
  if (!app)
    throw unknownApp(
      name,
      before.source,
      apps.map((candidate) => candidate.name),
    );
  const edit: Edit = (text) => without(text, name, before.source);
  const after = openInstallation(edit(before.text), before.source, runtime);
  if (flags.dryRun) return showPlan(after, runtime, 'remove-app');
  const screen = screenOf(runtime, 'remove-app');
  const heading = app.replacesSite
    ? `Your own site for ${app.host} comes back: visitors reach it without this login.`
    : `${app.host} will no longer be served by Caddy.`;
  if (app.oidc?.onlySso && isSpeaker(app)) {
    await assertInReach(app, before);
    await assertMadeAnew(app, before);
    screen.say(prose(passwordsFirst(app), screen.style));
  }
  const keyFile = app.oidc?.api?.key.file;
  if (keyFile !== undefined && !(await before.world.files.read(keyFile)))
    screen.say(prose(nothingBack(app, keyFile), screen.style));
  const accounts = accountsIn(app, runtime.catalogue.find(name));
  if (accounts !== undefined) screen.say(prose(accounts, screen.style));
  if (takesVariables(before.config, app)) screen.say(prose(filesGo(app), screen.style));
  const lasting =
    writtenIn(app)
      ?.commands?.settings?.filter(({ unset }) => !unset)
      .map((one) => one.name) ?? [];
  if (lasting.length > 0)
    screen.say(
      prose(
        `${app.title} has no command that takes this back, so it stays set there, and works no more: ${lasting.join(', ')}. How to switch it off: homeauth apps ${name}`,
        screen.style,
      ),
    );
  await consent(after, runtime, screen, {}, heading);
  const command = `remove-app ${name}`;
  if (app.oidc?.onlySso) {
    const on: Edit = (text) => setOidc(text, name, 'only-sso', false, before.source);
    const first = openInstallation(on(before.text), before.source, runtime);
    await reconcile(first, command, screen.progress, { mayTake: first.mayEdit, edit: on });
  }
  const wishes = { mayTake: after.mayEdit, edit };
  const { changes } = await reconcile(after, command, screen.progress, wishes);
  const { override } = writtenIn(app) ?? {};
  const isAnew = override && changes.some(({ op, id }) => op === 'release' && id === composeServiceId(override));
  const own = isAnew
    ? 'Its own container was made anew without homeauth; its data is untouched.'
    : 'Its own container and data are untouched.';
  const rest = app.container ? 'Its container is gone, too.' : own;
  const words = app.replacesSite
    ? `${app.host} is your own site again, without this login, and gone from authentik.`
    : `${app.host} is gone from Caddy${isLeftAlone(app) ? '' : ' and from authentik'}. ${rest}`;
  return screen.result(prose(words, screen.paper), planData(changes));
}

/** What becomes of people's accounts in an app that let authentik say who they are. Said before it is let go. */
function accountsIn({ login, title }: App, known: KnownApp | undefined): string | undefined {
  switch (login) {
    case 'oidc':
    case 'ldap': {
      const way = known?.[login]?.['disable-local-login'];
      const back = way === undefined ? '' : ` How its own passwords are switched, if you switched them off: ${way}.`;
      return `The accounts in ${title} stay, with all that is theirs. Nobody gets into them by authentik any more: give an administrator of ${title} a password there first, or switch its own login on again.${back}`;
    }
    case 'header':
      return `The accounts in ${title} stay, with all that is theirs. It goes on believing the header that names a person, from whoever sends it: switch that off in ${title} before something else reaches it.`;
    default:
      return undefined;
  }
}

function filesGo(app: App): string {
  const { override } = writtenIn(app) ?? {};
  return override?.up
    ? `The files of homeauth that Compose reads for it go, too, and homeauth makes its container anew without them: docker compose up -d ${override.service}`
    : `The files of homeauth that its compose file names go, too: take those lines out of it (an override file goes by itself), and run docker compose up -d in its folder. With them it does not start again.`;
}

const passwordsFirst = ({ title }: App): string =>
  `The passwords that ${title} has of its own are switched on again first.`;

const nothingBack = ({ name, title }: App, keyFile: string): string =>
  `There is no key in ${keyFile}, so homeauth takes nothing back in ${title}: its settings for OpenID Connect stay, and work no more. To have them taken back, stop here, write the key of an administrator of ${title} into that file, and run homeauth remove-app ${name} again. Or change them there by hand: homeauth apps ${name}`;

function unknownApp(name: string, path: string, names: readonly string[]): Failure {
  const near = nearest(name, names);
  const list = names.length === 0 ? 'It has none.' : `It has: ${names.join(', ')}.`;
  return new Failure({
    code: 'app-unknown',
    problem: `${path} has no app "${name}".`,
    why: list,
    fix: near ? `Did you mean: homeauth remove-app ${near}` : 'See all apps: homeauth status',
  });
}
