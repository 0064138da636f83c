import type { Catalogue } from '../catalogue/catalogue.ts';
import type { AddAppFlags } from '../cli/apps.ts';
import type { CommonFlags } from '../cli/define-command.ts';
import { checkAppName } from '../config/app-name.ts';
import { addApp as withApp } from '../config/edit.ts';
import type { AppDraft } from '../config/homeauth-yaml.ts';
import { checkHostName } from '../config/host-name.ts';
import { nearest } from '../config/nearest.ts';
import { checkTitle } from '../config/person.ts';
import { quote } from '../config/refusal.ts';
import { checkUpstream } from '../config/upstream.ts';
import type { Progress } from '../engine/run.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import type { Override } from '../installation/compose-project.ts';
import { type Edit, type Installation, openInstallation } from '../installation/installation.ts';
import { open } from '../installation/open.ts';
import { reconcile } from '../lifecycle/reconcile.ts';
import { type ExitCode, Failure } from '../model/failure.ts';
import { shutOut } from '../people/shut-out.ts';
import { prose } from '../report/layout.ts';
import { chosen, defaultsOf, type KnownDraft, keptOf, settingsPlace } from './add-app/known.ts';
import { warn } from './add-app/login.ts';
import { assertOverride, overridePlace } from './add-app/override.ts';
import { consent } from './consent.ts';
import { passwordAtHand } from './password.ts';
import { showPlan } from './plan.ts';
import { screenOf } from './screen.ts';
import { offerEndSessions } from './user/end-sessions.ts';
import { verifyAndReport } from './verify-and-report.ts';

/** `homeauth add-app NAME`: put an app behind the login, and prove that it is. */
export async function addApp(given: string | undefined, typed: AddAppFlags, runtime: Runtime): Promise<ExitCode> {
  const before = await open(typed.config, runtime);
  assertWellTyped(given, typed);
  const found = given === undefined ? await chosen(before, runtime.terminal) : undefined;
  const name = given ?? found?.app.name ?? '';
  const said = found ? { ...typed, upstream: typed.upstream ?? found.upstream } : typed;
  const screen = screenOf(runtime, 'add-app');
  const there = before.config.apps.find((app) => app.name === name);
  const app = runtime.catalogue.find(name);
  if (!there && !app && !said.upstream) throw unknownApp(name, before.source, runtime.catalogue);
  const login = !there && app ? await warn(app, said, runtime.terminal, screen) : undefined;
  const flags = login ? { ...said, login } : said;
  const known = app && (there ? keptOf(app, flags, there) : await defaultsOf(app, flags, before));
  if (!there && known?.['upstream-tls'])
    screen.say(
      prose(
        `${app?.title} speaks TLS, most likely with a certificate that it made itself, so Caddy will take any. doctor says so until upstream-tls in homeauth.yaml names its authority.`,
        screen.style,
      ),
    );
  const settingsIn = there ? flags.settingsIn : await settingsPlace(app, flags, known, runtime.terminal);
  const plainDraft = draftOf(name, { ...flags, ...(settingsIn !== undefined && { settingsIn }) }, known);
  const meant = there
    ? undefined
    : openInstallation(withApp(before.text, plainDraft, before.source), before.source, runtime);
  const override = meant ? await overridePlace(name, flags, meant, screen) : assertOverride(there, flags);
  const draft = override ? withOverride(plainDraft, override) : plainDraft;
  if (flags.apiKeyFile !== undefined) await assertKey(flags.apiKeyFile, before.world);
  const edit: Edit = there && nothingNew(flags) ? (text) => text : (text) => withApp(text, draft, before.source);
  const ended = await putBehindLogin(before, edit, { command: 'add-app', name, typed: name }, flags, runtime);
  if (override && !override.up && !flags.dryRun) screen.say(prose(nextStep(override), screen.style));
  return ended;
}

/** What was typed is told as it was typed, not as the line of homeauth.yaml that it would become. @throws Failure flag-invalid */
function assertWellTyped(name: string | undefined, { upstream, host, title, group }: AddAppFlags): void {
  const said = [
    { as: 'the name', value: name, check: checkAppName },
    { as: '--upstream', value: upstream, check: checkUpstream },
    { as: '--host', value: host, check: checkHostName },
    { as: '--title', value: title, check: checkTitle },
    { as: '--group', value: group, check: checkTitle },
  ];
  for (const { as, value, check } of said) {
    if (value === undefined) continue;
    const refusal = check(value);
    if (refusal) {
      const { problem, why, fix } = refusal;
      throw new Failure({ code: 'flag-invalid', problem: `${as} ${quote(value)} ${problem}.`, why, fix });
    }
  }
}

function withOverride(draft: AppDraft, override: Override): AppDraft {
  const whole = typeof draft === 'string' ? { name: draft } : draft;
  const login = whole.login === 'ldap' ? 'ldap' : 'oidc';
  return { ...whole, [login]: { ...whole[login], 'compose-override': override } } as AppDraft;
}

const nextStep = ({ file }: Override): string =>
  `${file} has the lines for the compose file. homeauth runs Compose only with --compose-up: your next step, in that folder, is docker compose up -d`;

/** Flags of every command that puts an app behind the login. */
type PutFlags = CommonFlags & Pick<AddAppFlags, 'adminPasswordFile' | 'endSessions'>;

/** Carries out an edit that puts an app behind the login, after consent, and proves that it is. `typed`: its argument. */
export async function putBehindLogin(
  before: Installation,
  edit: Edit,
  { command, name, typed }: { readonly command: 'add-app' | 'protect'; readonly name: string; readonly typed: string },
  flags: PutFlags,
  runtime: Runtime,
): Promise<ExitCode> {
  const after = openInstallation(edit(before.text), before.source, runtime);
  if (flags.dryRun) return showPlan(after, runtime, command);

  const screen = screenOf(runtime, command);
  await consent(after, runtime, screen);
  const password = await passwordAtHand(after, flags, runtime);
  const wishes = { mayTake: after.mayEdit, edit };
  let took = 0;
  // The stages are those of the whole job; what came of them all is one line.
  const progress = (event: Progress) => {
    if (event.is === 'stage-done') took += event.elapsed;
    else screen.progress(event);
  };
  const { installation, changes } = await reconcile(after, `${command} ${typed}`, progress, wishes);
  screen.progress({ is: 'stage-done', title: `${name} is there`, changes: [], elapsed: took, milestone: true });
  const sessionsEnded = await offerEndSessions(installation, await shutOut(installation, changes), flags, screen, true);
  const apps = installation.config.apps.filter((app) => app.name === name);
  return verifyAndReport(installation, screen, {
    changes,
    apps,
    ...(password && { password }),
    fresh: changes.length > 0,
    appsOnly: true,
    sessionsEnded,
  });
}

const nothingNew = (flags: AddAppFlags): boolean =>
  (['upstream', 'host', 'title', 'group', 'mode', 'login', 'redirectUri', 'settingsIn', 'apiKeyFile'] as const).every(
    (flag) => flags[flag] === undefined,
  );

function draftOf(name: string, flags: AddAppFlags, known: KnownDraft = {}): AppDraft {
  const { upstream, host, title, group, mode, login, redirectUri, settingsIn, apiKeyFile } = flags;
  const isLdap = (login ?? known.login) === 'ldap';
  const place = settingsIn === undefined ? {} : { 'settings-in': settingsIn };
  const asked = {
    ...(redirectUri && { 'redirect-uris': redirectUri.map((url) => ({ url })) }),
    ...(!isLdap && place),
    ...(apiKeyFile !== undefined && { 'api-key-file': apiKeyFile }),
  };
  const given = {
    ...{ upstream, host, title, group, mode, login },
    oidc: Object.keys(asked).length > 0 ? asked : undefined,
    ldap: isLdap && settingsIn !== undefined ? place : undefined,
  };
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  // The scheme that the app speaks may stand in front of what was typed.
  return { name, ...known, ...said, ...(known.upstream && { upstream: known.upstream }) } as AppDraft;
}

/** @throws Failure app-key-missing: without it homeauth would set nothing, and say nothing of it */
async function assertKey(path: string, { files }: Installation['world']): Promise<void> {
  if ((await files.read(path))?.trim()) return;
  throw new Failure({
    code: 'app-key-missing',
    problem: `There is no key in ${path}.`,
    why: 'homeauth sets the settings of the app with the key of an administrator of the app.',
    fix: `Make one in the app (homeauth apps NAME says where), and write it into ${path}, readable for root alone.`,
  });
}

function unknownApp(name: string, path: string, catalogue: Catalogue): Failure {
  const near = nearest(name, catalogue.names());
  return new Failure({
    code: 'app-unknown',
    problem: `${path} has no app "${name}", and homeauth knows none by that name.${near ? ` Did you mean "${near}"?` : ''}`,
    fix: `For an app of your own: homeauth add-app ${name} --upstream HOST:PORT`,
  });
}
