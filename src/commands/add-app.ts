import type { AddAppFlags } from '../cli/apps.ts';
import { addApp as withApp } from '../config/edit.ts';
import type { AppDraft } from '../config/file.ts';
import { nearest } from '../config/nearest.ts';
import type { Progress } from '../engine/run.ts';
import { type ExitCode, Failure } from '../model/failure.ts';
import { findPreset, presets } from '../presets/presets.ts';
import { carriedOut } from '../procedures/converging.ts';
import { type Edit, openInstallation } from '../procedures/installation.ts';
import { open } from '../procedures/open.ts';
import { shutOut } from '../procedures/people/shut-out.ts';
import type { Surroundings } from '../procedures/surroundings.ts';
import { consent } from './consent.ts';
import { passwordAtHand } from './password.ts';
import { showPlan } from './plan.ts';
import { finish } from './proving.ts';
import { screenOf } from './screen.ts';
import { offerEnding } from './user/ending.ts';

/** `homeauth add-app NAME`: put an app behind the login, and prove that it is. */
export async function addApp(name: string, flags: AddAppFlags, surroundings: Surroundings): Promise<ExitCode> {
  const before = await open(flags.config, surroundings);
  const known = before.config.apps.some((app) => app.name === name);
  if (!known && !flags.upstream && !findPreset(name)) throw unknownApp(name, before.source);
  const edit: Edit =
    known && nothingNew(flags) ? (text) => text : (text) => withApp(text, draftOf(name, flags), before.source);
  const after = openInstallation(edit(before.text), before.source, surroundings);
  if (flags.dryRun) return showPlan(after, surroundings, 'add-app');

  const screen = screenOf(surroundings, 'add-app');
  await consent(after, surroundings, screen);
  const password = await passwordAtHand(after, flags, surroundings);
  const wishes = { mayTake: after.mayEdit, edit };
  let took = 0;
  // The stages are those of the whole job; what came of them all is one line.
  const progress = (event: Progress) => {
    if (event.is === 'stage-done') took += event.elapsed;
    else screen.progress(event);
  };
  const { installation, changes } = await carriedOut(after, `add-app ${name}`, progress, wishes);
  screen.progress({ is: 'stage-done', title: `${name} is there`, changes: [], elapsed: took, milestone: true });
  const sessionsEnded = await offerEnding(installation, await shutOut(installation, changes), flags, screen, true);
  const apps = installation.config.apps.filter((app) => app.name === name);
  return finish(installation, screen, {
    changes,
    apps,
    ...(password && { password }),
    fresh: changes.length > 0,
    appsOnly: true,
    sessionsEnded,
  });
}

const nothingNew = ({ upstream, host, title, group, mode }: AddAppFlags): boolean =>
  [upstream, host, title, group, mode].every((flag) => flag === undefined);

function draftOf(name: string, { upstream, host, title, group, mode }: AddAppFlags): AppDraft {
  const given = { upstream, host, title, group, mode };
  return { name, ...Object.fromEntries(Object.entries(given).filter(([, v]) => v !== undefined)) } as AppDraft;
}

function unknownApp(name: string, path: string): Failure {
  const near = nearest(
    name,
    presets.map((preset) => preset.name),
  );
  return new Failure({
    code: 'app-unknown',
    problem: `${path} has no app "${name}", and homeauth knows none by that name.${near ? ` Did you mean "${near}"?` : ''}`,
    fix: `For an app of your own: homeauth add-app ${name} --upstream HOST:PORT`,
  });
}
