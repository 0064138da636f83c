import type { UpgradeFlags } from '../cli/maintenance.ts';
import { checkVersion } from '../config/version.ts';
import { verifyAll, verifyClients } from '../doctor/verify.ts';
import { copyAt } from '../installation/backups.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import type { Installation } from '../installation/installation.ts';
import { holdUpgrade } from '../installation/lock.ts';
import { open } from '../installation/open.ts';
import { type Journal, unfinished, upgrading } from '../installation/upgrading.ts';
import { knownEra } from '../installation/wanted-release.ts';
import { weigh } from '../lifecycle/backup/contents.ts';
import { lookForNewer } from '../lifecycle/upgrade/check.ts';
import { keptOf } from '../lifecycle/upgrade/database-move.ts';
import { newest, planUpgrade } from '../lifecycle/upgrade/plan-steps.ts';
import { goBack, planBack } from '../lifecycle/upgrade/plan-way-back.ts';
import { moveOf } from '../lifecycle/upgrade/postgres-step.ts';
import type { Visits } from '../lifecycle/upgrade/proofs.ts';
import { fetchImages } from '../lifecycle/upgrade/release-step.ts';
import { carryOn, type Ended, takeStep, type Voice } from '../lifecycle/upgrade/run.ts';
import { sizeOf } from '../model/copy.ts';
import { type ExitCode, Failure } from '../model/failure.ts';
import { endsOf } from '../model/release-ladder.ts';
import { accessToAll } from '../people/access.ts';
import { accountNamed } from '../people/accounts.ts';
import { failure, failureData } from '../report/failure.ts';
import { findingsData } from '../report/findings.ts';
import { prose } from '../report/layout.ts';
import * as words from '../report/upgrade.ts';
import { confirm, confirmDomain } from './confirm.ts';
import { type Screen, screenOf } from './screen.ts';

/**
 * `homeauth upgrade`: to a newer authentik, step by step. `--check`: whether there is one; `--dry-run`: what each step
 * means here; `--back`: over the last step. What was interrupted comes to its end first.
 */
export async function upgrade(flags: UpgradeFlags, runtime: Runtime): Promise<ExitCode> {
  const to = flags.to ?? newest;
  const refusal = checkVersion(to);
  if (refusal) {
    const { problem, why, fix } = refusal;
    throw new Failure({ code: 'flag-invalid', problem: `--to ${to} ${problem}.`, ...(why && { why }), fix });
  }
  // One that gets no fixes any more is upgraded first of all.
  const installation = await open(flags.config, { ...runtime, overUpgrade: true }, knownEra);
  const screen = screenOf(runtime, 'upgrade');
  if (flags.check) {
    const newer = await lookForNewer(installation);
    return screen.result(words.newer(newer, screen.paper), { ...newer });
  }
  if (flags.dryRun) return flags.back ? takeBack(installation, flags, screen) : show(installation, to, flags, screen);
  return holdUpgrade(installation, 'upgrade', async () => {
    if (flags.back) return takeBack(installation, flags, screen);
    const under = await upgrading(installation);
    return under ? goOn(installation, under, flags, screen) : takeSteps(installation, to, flags, screen);
  });
}

async function show(installation: Installation, to: string, flags: UpgradeFlags, screen: Screen): Promise<ExitCode> {
  const under = await upgrading(installation);
  if (!under) return takeSteps(installation, to, flags, screen);
  const issue = unfinished(under);
  return screen.result(failure(issue, screen.paper), { problems: [failureData(issue)] }, false);
}

/** What was interrupted, and then the rest of the way that was agreed to. */
async function goOn(before: Installation, under: Journal, flags: UpgradeFlags, screen: Screen): Promise<ExitCode> {
  screen.say(prose(words.resumed(under), screen.style));
  const ended = await told(before, screen, (voice) => carryOn(before, voice));
  if (ended.is === 'back' || under.left === 0 || flags.one) return finished([ended], screen);
  return takeSteps(ended.installation, under.target, flags, screen, [ended], under.left);
}

async function takeSteps(
  before: Installation,
  to: string,
  flags: UpgradeFlags,
  screen: Screen,
  made: readonly Ended[] = [],
  limit = flags.one ? 1 : undefined,
): Promise<ExitCode> {
  const plan = await planUpgrade(before, to);
  const isGood = [plan, ...plan.steps].every(({ stops }) => stops.length === 0);
  if (flags.dryRun || !isGood || plan.steps.length === 0) {
    const command = `homeauth upgrade${flags.to ? ` --to ${to}` : ''}`;
    const next = isGood && plan.steps.length > 0 ? `\nTake ${plan.steps.length === 1 ? 'it' : 'them'}: ${command}` : '';
    return screen.result(words.upgrade(plan, screen.paper) + next, words.upgradeData(plan), isGood);
  }
  const steps = plan.steps.slice(0, limit);
  const { terminal } = before.runtime;
  if (made.length === 0) {
    screen.say(words.upgrade(plan, screen.style));
    screen.say(`\n${prose(words.consent(before.layout, before.config.backup.recipients !== undefined), screen.style)}`);
    await confirm(steps.length === 1 ? 'Take this step?' : `Take these ${steps.length} steps?`, terminal);
  }
  await fetchImages(before, steps, (what) => terminal.live(`· fetching   ${what}`));
  const all = [...made];
  for (const [n, { release, postgres }] of steps.entries()) {
    const now = all.at(-1)?.installation ?? before;
    const ends = { from: now.config.authentik.version, to: release, ...(postgres && { postgres }) };
    const step = { ...ends, target: to, left: steps.length - n - 1 };
    all.push(await told(now, screen, (voice) => takeStep(now, step, voice)));
  }
  return finished(all, screen);
}

async function takeBack(installation: Installation, flags: UpgradeFlags, screen: Screen): Promise<ExitCode> {
  const way = await planBack(installation);
  const { from, to, copy, loss } = way;
  const said = words.wayBack(way);
  if (flags.dryRun) {
    return screen.result(prose(said, screen.paper), {
      from,
      to,
      ...(copy && { copy: copy.path }),
      ...(loss && { lost: loss }),
    });
  }
  screen.say(prose(said, screen.style));
  if (loss) await confirmDomain('Going back', installation.config.domain, flags, installation.runtime.terminal);
  const ended = await told(installation, screen, (voice) => goBack(installation, voice));
  return finished([ended], screen);
}

/** Carries a step out, and says how long that took and where its copy lies. */
async function told(
  installation: Installation,
  screen: Screen,
  work: (voice: Voice) => Promise<Ended>,
): Promise<Ended> {
  const { terminal, world } = installation.runtime;
  const tell = (what: string) => terminal.live(`· upgrading   ${what}`);
  const began = world.clock.now();
  const ended = await work({ tell, progress: screen.progress, visits }).finally(() => terminal.live(undefined));
  const copy = await copyOf(ended);
  const took = world.clock.now() - began;
  screen.say(screen.style.marked('done', words.step({ ...ended, took, ...(copy && { copy }) })));
  return ended;
}

const copyOf = async ({ is, journal, installation }: Ended) =>
  is === 'made' && journal.copy !== undefined ? copyAt(journal.copy, installation.runtime) : undefined;

async function finished(all: readonly Ended[], screen: Screen): Promise<ExitCode> {
  const last = all.at(-1)!;
  const copies = (await Promise.all(all.map(copyOf))).filter((copy) => copy !== undefined);
  const { version } = last.installation.config.authentik;
  const size = copies.reduce((sum, { manifest }) => sum + sizeOf(manifest), 0);
  const place = last.installation.layout.upgrades;
  const kept = await keptDatabases(all);
  const data = {
    from: all[0]?.is === 'back' ? last.journal.to : all[0]?.journal.from,
    to: version,
    databases: kept,
    copies: copies.map(({ path, manifest }) => ({ path, size: sizeOf(manifest), authentik: manifest.authentik })),
    ...findingsData(last.findings),
  };
  const told = {
    version,
    findings: last.findings,
    ...(copies.length > 0 && { before: endsOf(last.journal).was, size, place }),
    kept,
  };
  return screen.result(words.finished(told, screen.paper), data);
}

/** Former data directories, which stay. */
async function keptDatabases(all: readonly Ended[]): Promise<{ readonly path: string; readonly size: number }[]> {
  const steps = all.filter(({ is, journal }) => is === 'made' && journal.postgres);
  const paths = steps.map(({ installation, journal }) => keptOf(installation, moveOf(journal)));
  const { files } = all.at(-1)!.installation.world;
  return Promise.all(paths.map(async (path) => ({ path, size: await weigh(path, files) })));
}

const visits: Visits = {
  async proofs(installation) {
    const { apps } = installation.config;
    return [...(await verifyAll(installation, { apps, fresh: true })), ...(await verifyClients(installation, apps))];
  },
  async opens(installation) {
    const owner = await accountNamed(installation, installation.config.admin.username, 'anybody');
    return (await accessToAll(installation, owner)).filter(({ opens }) => opens).map(({ app }) => app);
  },
};
