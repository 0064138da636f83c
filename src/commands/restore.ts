import type { RestoreFlags } from '../cli/backup.ts';
import { placeOfCopy } from '../installation/backup-place.ts';
import { copyNamed, near } from '../installation/backups.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import { holdUpgrade } from '../installation/lock.ts';
import { alreadyHere, open } from '../installation/open.ts';
import { assertKey } from '../lifecycle/backup/encryption.ts';
import { forget } from '../lifecycle/backup/load-database.ts';
import { lossOf, restoreCopy } from '../lifecycle/backup/restore.ts';
import { putOutside } from '../lifecycle/backup/restore-on-new.ts';
import { reconcile } from '../lifecycle/reconcile.ts';
import type { Copy, Loss } from '../model/copy.ts';
import { type ExitCode, Failure } from '../model/failure.ts';
import { lossWords } from '../report/backups.ts';
import { prose } from '../report/layout.ts';
import { minute } from '../report/time.ts';
import { keyFrom } from './backup/key.ts';
import { restoreOnNew } from './backup/restore-on-new.ts';
import { confirmDomain } from './confirm.ts';
import { screenOf } from './screen.ts';
import { verifyAndReport } from './verify-and-report.ts';

/** `homeauth restore COPY`: everything as it was at a copy, and a proof that people get in. */
export async function restore(given: string, flags: RestoreFlags, runtime: Runtime): Promise<ExitCode> {
  if (!(await alreadyHere(flags.config, runtime))) return restoreOnNew(given, flags, runtime);
  // Where an upgrade can go neither on nor back, this is what is left.
  const installation = await open(flags.config, { ...runtime, overUpgrade: true });
  assertNotMoved(flags);
  const { terminal } = runtime;
  const screen = screenOf(runtime, 'restore');
  const place = await placeOfCopy(given, flags, installation);
  const copy = await copyNamed(given, place, installation);
  const loss = await lossOf(copy, installation);
  const key = await keyFrom(flags, runtime);
  assertKey(copy.manifest, key);
  if (flags.dryRun) {
    return screen.result(prose(wordsOf(copy, loss), screen.paper), { copy: copy.name, lost: { ...loss } });
  }
  screen.say(prose(wordsOf(copy, loss), screen.style));
  await confirmDomain('A restore', installation.config.domain, flags, terminal);
  const tell = (what: string) => terminal.live(`· restoring   ${what}`);
  return holdUpgrade(installation, 'restore', async () => {
    const { before, kept } = await near(copy, installation.layout, runtime, async (here) => {
      const put = await restoreCopy(installation, { copy: here, key, place, tell });
      await putOutside(await open(flags.config, runtime), here, key);
      return put;
    });
    terminal.live(undefined);
    screen.say(`What was there: ${before.path}, and its files in ${kept}`);
    const restored = await open(flags.config, runtime);
    const { installation: running, changes } = await reconcile(restored, 'restore', screen.progress);
    await forget(running.world.docker);
    return verifyAndReport(running, screen, { changes, apps: running.config.apps, fresh: true });
  });
}

function wordsOf({ manifest, path }: Copy, loss: Loss): string[] {
  return [
    `Everything will be restored to its state of ${minute(manifest.made)}: ${path}`,
    ...lossWords(loss),
    'A copy of the current state is made first.',
  ];
}

/** Only a new server has no domain and base directory of its own. @throws Failure flag-invalid */
function assertNotMoved({ domain, baseDir }: RestoreFlags): void {
  if (domain === undefined && baseDir === undefined) return;
  throw new Failure({
    code: 'flag-invalid',
    problem: '--domain and --base-dir are for a server that has no installation, and this one has.',
    fix: 'Leave them out, or remove the installation first: homeauth uninstall',
  });
}
