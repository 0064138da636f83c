import type { RestoreFlags } from '../cli/backup.ts';
import { copyNamed, near } from '../installation/backups.ts';
import { alreadyHere, open } from '../installation/open.ts';
import { placeOfCopy } from '../installation/place.ts';
import type { Runtime } from '../installation/runtime.ts';
import { putOutside } from '../lifecycle/backup/bare.ts';
import { forget } from '../lifecycle/backup/exchange.ts';
import { type Loss, lossOf, restoreCopy } from '../lifecycle/backup/restore.ts';
import { assertKey } from '../lifecycle/backup/seal.ts';
import { reconcile } from '../lifecycle/reconcile.ts';
import type { Copy } from '../model/copy.ts';
import { type ExitCode, exitCodes, Failure } from '../model/failure.ts';
import { prose } from '../report/layout.ts';
import { minute } from '../report/time.ts';
import { keyFrom } from './backup/key.ts';
import { restoreOnNew } from './backup/restore-on-new.ts';
import { declined } from './confirm.ts';
import { screenOf } from './screen.ts';
import { verifyAndReport } from './verify-and-report.ts';

/** `homeauth restore COPY`: everything as it was at a copy, and a proof that people get in. */
export async function restore(given: string, flags: RestoreFlags, runtime: Runtime): Promise<ExitCode> {
  if (!(await alreadyHere(flags.config, runtime))) return restoreOnNew(given, flags, runtime);
  const installation = await open(flags.config, runtime);
  assertNotMoved(flags);
  const { terminal } = runtime;
  const screen = screenOf(runtime, 'restore');
  const place = await placeOfCopy(given, flags, installation);
  const copy = await copyNamed(given, place, installation);
  const loss = await lossOf(copy, installation);
  const key = await keyFrom(flags, runtime);
  assertKey(copy.manifest, key);
  if (flags.dryRun) {
    screen.result(prose(wordsOf(copy, loss), screen.paper), { copy: copy.name, lost: { ...loss } }, true);
    return exitCodes.fine;
  }
  screen.say(prose(wordsOf(copy, loss), screen.style));
  await sure(installation.config.domain, flags, runtime);
  const tell = (what: string) => terminal.live(`· restoring   ${what}`);
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
}

function wordsOf({ manifest, path }: Copy, { people, apps, back, known }: Loss): string[] {
  return [
    `Everything will be restored to its state of ${minute(manifest.made)}: ${path}`,
    ...(known
      ? []
      : ['It is not known who was added or removed since: authentik did not answer, now or when the copy was made.']),
    ...(people.length > 0 ? [`People who were added since go: ${people.join(', ')}`] : []),
    ...(apps.length > 0 ? [`Apps that were added since go: ${apps.join(', ')}`] : []),
    ...(back.length > 0 ? [`People who were removed or disabled since can log in again: ${back.join(', ')}`] : []),
    'Passwords, second factors, groups and settings that were changed since are lost. A copy of the current state is made first.',
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

async function sure(domain: string, { confirm }: RestoreFlags, { terminal }: Runtime): Promise<void> {
  if (confirm !== undefined && confirm !== domain) {
    throw new Failure({
      code: 'confirm-differs',
      problem: `--confirm ${confirm} is not this installation's domain.`,
      fix: `To restore: --confirm ${domain}`,
    });
  }
  if (confirm === domain) return;
  if (!terminal.interactive) {
    throw new Failure({
      code: 'answer-missing',
      problem: 'A restore loses what was changed since, and needs your confirmation.',
      fix: `Add --confirm ${domain}`,
    });
  }
  const answer = await terminal.ask({
    message: `To go ahead, type ${domain}; Enter stops`,
    initial: '',
    flag: '--confirm DOMAIN',
    ifStopped: 'Nothing was changed.',
    validate: (value) => (value === '' || value === domain ? undefined : `Type ${domain}, or nothing.`),
  });
  if (answer !== domain) throw declined();
}
