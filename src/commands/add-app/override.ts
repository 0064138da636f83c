import { dirname } from 'node:path/posix';
import type { AddAppFlags } from '../../cli/apps.ts';
import { writtenIn } from '../../config/app-settings.ts';
import type { App } from '../../config/config.ts';
import { composeLines } from '../../desired/compose-override.ts';
import { type Override, overridable } from '../../installation/compose-project.ts';
import type { Installation } from '../../installation/installation.ts';
import { othersMayChange } from '../../installation/trust.ts';
import { Failure } from '../../model/failure.ts';
import { textOf } from '../../model/shown.ts';
import { prose } from '../../report/layout.ts';
import type { Screen } from '../screen.ts';

/**
 * Where the lines for an app's compose file may go into a file of their own beside it, as its owner says now.
 * `up`: homeauth may make its container anew. @throws Failure override-not-possible where that was asked for
 */
export async function overridePlace(
  name: string,
  flags: AddAppFlags,
  { config, layout, world, runtime }: Installation,
  screen: Screen,
): Promise<Override | undefined> {
  const { terminal } = runtime;
  const app = config.apps.find((one) => one.name === name);
  const lines = app && writtenIn(app) ? composeLines(config, layout, app) : undefined;
  const place = app && lines ? await overridable(app, lines.envFile, world) : undefined;
  const { composeOverride, composeUp, dryRun } = flags;
  const isMeant = composeOverride || composeUp;
  if (!place && isMeant) throw notPossible(name, flags);
  if (!place) return undefined;
  const ask = async (flag: string, message: string) =>
    terminal.interactive &&
    !dryRun &&
    (await terminal.confirm({ message, initial: true, flag, ifStopped: 'Nothing was changed.' }));
  const write = `May homeauth write the lines for the compose file of ${name} into ${place.file}?`;
  if (!isMeant && !(await ask('--compose-override', write))) return undefined;
  const others = await othersMayChange(place.file.replace('.override.', '.'), runtime);
  if (others && (composeUp || (terminal.interactive && !dryRun))) {
    const warning = `${textOf(others.problem)} homeauth runs docker compose as root: whoever may write there decides what it starts.`;
    screen.say(prose(warning, screen.style));
  }
  const up = `May homeauth run docker compose up -d ${place.service} in ${dirname(place.file)}, now and whenever these settings change? The app's volumes stay; files that it keeps elsewhere in its container are lost. What else you changed in the compose file counts, too.`;
  return composeUp || (await ask('--compose-up', up)) ? { ...place, up: true } : place;
}

/** What is in homeauth.yaml, add-app does not change. @throws Failure override-not-possible */
export function assertOverride(app: App | undefined, { composeOverride, composeUp }: AddAppFlags): undefined {
  const { override } = (app && writtenIn(app)) ?? {};
  const isThere = composeUp ? override?.up : (override ?? !composeOverride);
  if (!app || isThere) return undefined;
  const { file = '/PATH/compose.override.yaml', service = 'NAME' } = override ?? {};
  throw new Failure({
    code: 'override-not-possible',
    problem: override
      ? `${app.name} is in homeauth.yaml already, without up: true in its compose-override.`
      : `${app.name} is in homeauth.yaml already, without an override file for its compose file.`,
    why: 'add-app changes nothing in an entry that is there.',
    fix: `Write it below ${app.ldap ? 'ldap' : 'oidc'} of ${app.name} in homeauth.yaml, then homeauth apply:  compose-override: { file: ${file}, service: ${service}${composeUp ? ', up: true' : ''} }`,
  });
}

const notPossible = (name: string, { composeUp }: AddAppFlags): Failure =>
  new Failure({
    code: 'override-not-possible',
    problem: `No override file can be written for the compose file of ${name}.`,
    why: 'There is one already, Compose was told which files to read, the app is not started by Compose, its compose file is not on this server (Portainer keeps it in its own container), or nothing belongs into it.',
    fix: `Leave ${composeUp ? '--compose-up' : '--compose-override'} out; then homeauth app ${name} says what belongs into the compose file.`,
  });
