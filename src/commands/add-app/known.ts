import type { KnownApp } from '../../catalogue/schema.ts';
import type { AddAppFlags } from '../../cli/apps.ts';
import { blockOf, runnable, writable } from '../../config/app-settings.ts';
import type { App } from '../../config/config.ts';
import type { AppDraft } from '../../config/homeauth-yaml.ts';
import type { Installation } from '../../installation/installation.ts';
import { type Recognised, recognised } from '../../installation/recognise.ts';
import { Failure } from '../../model/failure.ts';
import type { Terminal } from '../../world/terminal/terminal.ts';

/** What the catalogue says of an entry in homeauth.yaml. */
export type KnownDraft = Partial<Exclude<AppDraft, string>>;

const ifStopped = 'Nothing was changed.';

/** What the catalogue says of an app where its owner says nothing. */
export async function defaultsOf(app: KnownApp, flags: AddAppFlags, installation: Installation): Promise<KnownDraft> {
  // What is said on the command line goes before.
  const { use } = app.login;
  // To leave an app open takes its owner's word.
  const login = use === 'oidc' || use === 'ldap' || use === 'header' ? { login: use } : {};
  const said = { ...login, ...(app.title !== app.name && { title: app.title }) };
  if (flags.upstream === undefined && app.start) return said;
  const upstream = spoken(flags.upstream, app) ?? (await upstreamOf(app, installation));
  return { ...said, upstream, ...(upstream.startsWith('https://') && unchecked) };
}

/** The same for an app that is there already: what it has, where that is what the catalogue says. */
export function keptOf(app: KnownApp, flags: AddAppFlags, there: App): KnownDraft {
  const upstream = there.site?.tls ? spoken(flags.upstream, app) : flags.upstream;
  return {
    ...(there.title === app.title && app.title !== app.name && { title: app.title }),
    ...(there.login && { login: there.login }),
    ...(upstream && { upstream }),
  };
}

/** Most of what speaks TLS at home shows a certificate that it made itself. */
const unchecked = { 'upstream-tls': { 'insecure-skip-verify': true } } as const;

/** With the scheme that the app speaks, where its owner wrote none. */
const spoken = (upstream: string | undefined, { scheme }: KnownApp): string | undefined =>
  upstream === undefined || scheme === 'http' || /^[a-z]+:\/\//i.test(upstream) ? upstream : `https://${upstream}`;

/** Where homeauth may write the settings of an app: as it was told, or as its owner says now. */
export async function settingsPlace(
  app: KnownApp | undefined,
  flags: AddAppFlags,
  { login, upstream = '' }: KnownDraft = {},
  terminal: Terminal,
): Promise<string | undefined> {
  const way = flags.login ?? login;
  const block = way === 'oidc' || way === 'ldap' ? blockOf(app, way) : undefined;
  const place = writable(block)?.place;
  const container = /^([a-zA-Z0-9][\w-]*):\d+$/.exec(upstream)?.[1];
  const isAsked = flags.settingsIn === undefined && terminal.interactive && !flags.dryRun;
  const byCommands = runnable(block) !== undefined;
  const isPossible = byCommands || place?.startsWith('/');
  if (!app || !isPossible || container === undefined || !isAsked) return flags.settingsIn;
  const to = byCommands ? container : `${container}:${place}`;
  const may = await terminal.confirm({
    message: byCommands
      ? `May homeauth set up the login in ${app.title} by its own commands, in the container ${to}?`
      : `May homeauth write the settings of ${app.title} into ${to}, and restart that container? All else in the file stays.`,
    initial: true,
    flag: `--settings-in ${to}`,
    ifStopped,
  });
  return may ? to : undefined;
}

/** Where the app runs. @throws Failure app-not-running, app-ambiguous */
async function upstreamOf(app: KnownApp, installation: Installation): Promise<string> {
  const [first, ...more] = await recognised(installation, [app]);
  if (!first) throw notRunning(app);
  if (more.length === 0) return first.upstream;
  const { terminal } = installation.runtime;
  if (!terminal.interactive) throw ambiguous(app, [first, ...more]);
  return terminal.choose({
    message: `Which one is ${app.title}`,
    flag: '--upstream HOST:PORT',
    ifStopped,
    choices: [first, ...more].map(({ container, image, upstream }) => ({
      value: upstream,
      name: container,
      description: image,
    })),
  });
}

function notRunning({ name, title, image, port }: KnownApp): Failure {
  return new Failure({
    code: 'app-not-running',
    problem: `No running container is ${title}, or it stands behind the login already.`,
    ...(image && { why: `homeauth looked for the image ${image}.` }),
    fix: `Start it, or say where it is: homeauth add-app ${name} --upstream HOST:${port}`,
  });
}

function ambiguous({ name, title }: KnownApp, found: readonly Recognised[]): Failure {
  return new Failure({
    code: 'app-ambiguous',
    problem: `${found.length} running containers are ${title}.`,
    why: 'homeauth does not guess which one it is.',
    details: found.map(({ container, upstream }) => `${container}: --upstream ${upstream}`).join('\n'),
    fix: `Name one: homeauth add-app ${name} --upstream ${found[0]?.upstream ?? 'HOST:PORT'}`,
  });
}

/**
 * The name of an app that runs here, for an owner who gave none.
 * @throws Failure answer-missing with the names where nobody can be asked, app-not-running where there is none
 */
export async function chosen(installation: Installation, terminal: Terminal): Promise<Recognised> {
  const { catalogue } = installation.runtime;
  const found = await recognised(installation, catalogue.all());
  if (found.length === 0) {
    throw new Failure({
      code: 'app-not-running',
      problem: 'No container runs that is an app homeauth knows and that is not behind the login yet.',
      fix: 'Name the app and say where it is: homeauth add-app NAME --upstream HOST:PORT',
    });
  }
  if (!terminal.interactive) {
    throw new Failure({
      code: 'answer-missing',
      problem: 'The name of the app is missing.',
      why: 'homeauth cannot ask here. These run, and homeauth knows them:',
      details: found.map(({ app, container }) => `${app.name}   container ${container}`).join('\n'),
      fix: `For example:  homeauth add-app ${found[0]?.app.name ?? 'NAME'}`,
    });
  }
  return terminal.choose({
    message: 'Which app',
    flag: 'its name: homeauth add-app NAME',
    ifStopped,
    choices: found.map((one) => ({
      value: one,
      name: `${one.app.title} (${one.container})`,
      description: one.image,
    })),
  });
}
