import type { AddAppFlags } from '../cli/apps.ts';
import { addApp as withApp } from '../config/edit.ts';
import type { AppDraft } from '../config/file.ts';
import { nearest } from '../config/nearest.ts';
import type { Progress } from '../engine/run.ts';
import { type Edit, openInstallation } from '../installation/installation.ts';
import { open } from '../installation/open.ts';
import type { Runtime } from '../installation/runtime.ts';
import { reconcile } from '../lifecycle/reconcile.ts';
import { type ExitCode, Failure } from '../model/failure.ts';
import { shutOut } from '../people/shut-out.ts';
import { findPreset, presets } from '../presets/presets.ts';
import { consent } from './consent.ts';
import { passwordAtHand } from './password.ts';
import { showPlan } from './plan.ts';
import { screenOf } from './screen.ts';
import { offerEndSessions } from './user/end-sessions.ts';
import { verifyAndReport } from './verify-and-report.ts';

/** `homeauth add-app NAME`: put an app behind the login, and prove that it is. */
export async function addApp(name: string, flags: AddAppFlags, runtime: Runtime): Promise<ExitCode> {
  const before = await open(flags.config, runtime);
  const known = before.config.apps.some((app) => app.name === name);
  if (!known && !flags.upstream && !findPreset(name)) throw unknownApp(name, before.source);
  const edit: Edit =
    known && nothingNew(flags) ? (text) => text : (text) => withApp(text, draftOf(name, flags), before.source);
  const after = openInstallation(edit(before.text), before.source, runtime);
  if (flags.dryRun) return showPlan(after, runtime, 'add-app');

  const screen = screenOf(runtime, 'add-app');
  await consent(after, runtime, screen);
  const password = await passwordAtHand(after, flags, runtime);
  const wishes = { mayTake: after.mayEdit, edit };
  let took = 0;
  // The stages are those of the whole job; what came of them all is one line.
  const progress = (event: Progress) => {
    if (event.is === 'stage-done') took += event.elapsed;
    else screen.progress(event);
  };
  const { installation, changes } = await reconcile(after, `add-app ${name}`, progress, wishes);
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
