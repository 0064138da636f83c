import type { AddAppFlags } from '../../cli/apps.ts';
import { writtenIn } from '../../config/app-settings.ts';
import type { App } from '../../config/config.ts';
import { composeLines } from '../../desired/compose-override.ts';
import { type Override, overridable } from '../../installation/compose-project.ts';
import type { Installation } from '../../installation/installation.ts';
import { Failure } from '../../model/failure.ts';

/**
 * Where the lines for an app's compose file may go into a file of their own beside it, as its owner says now.
 * @throws Failure override-not-possible where that was asked for
 */
export async function overridePlace(
  name: string,
  { composeOverride, dryRun }: AddAppFlags,
  { config, layout, world, surroundings: { terminal } }: Installation,
): Promise<Override | undefined> {
  const app = config.apps.find((one) => one.name === name);
  const lines = app && writtenIn(app) ? composeLines(config, layout, app) : undefined;
  const place = app && lines ? await overridable(app, lines.envFile, world) : undefined;
  if (!place && composeOverride) throw notPossible(name);
  if (!place || composeOverride) return place;
  const isAsked = terminal.interactive && !dryRun;
  const may =
    isAsked &&
    (await terminal.confirm({
      message: `May homeauth write the lines for the compose file of ${name} into ${place.file}?`,
      initial: true,
      flag: '--compose-override',
      ifStopped: 'Nothing was changed.',
    }));
  return may ? place : undefined;
}

/** What is in homeauth.yaml, add-app does not change. @throws Failure override-not-possible */
export function assertOverride(app: App | undefined, { composeOverride }: AddAppFlags): undefined {
  if (!app || !composeOverride || writtenIn(app)?.override) return undefined;
  throw new Failure({
    code: 'override-not-possible',
    problem: `${app.name} is in homeauth.yaml already, without an override file for its compose file.`,
    why: 'add-app changes nothing in an entry that is there.',
    fix: `Write it below ${app.ldap ? 'ldap' : 'oidc'} of ${app.name} in homeauth.yaml, then homeauth apply:  compose-override: { file: /PATH/compose.override.yaml, service: NAME }`,
  });
}

const notPossible = (name: string): Failure =>
  new Failure({
    code: 'override-not-possible',
    problem: `No override file can be written for the compose file of ${name}.`,
    why: 'There is one already, Compose was told which files to read, the app is not started by Compose, or nothing belongs into its compose file.',
    fix: `Leave --compose-override out; then homeauth app ${name} says what belongs into the compose file.`,
  });
