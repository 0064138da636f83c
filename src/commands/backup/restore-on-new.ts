import { dirname } from 'node:path/posix';
import type { RestoreFlags } from '../../cli/backup.ts';
import { checkBaseDir, normaliseDir } from '../../config/directory.ts';
import { checkHostName } from '../../config/host-name.ts';
import type { Refusal } from '../../config/refusal.ts';
import { resticIn } from '../../config/restic.ts';
import { layoutOf } from '../../desired/layout.ts';
import { preflight } from '../../doctor/preflight.ts';
import { nameOf, repositoryOf } from '../../installation/backup-place.ts';
import { copiesInRepository, copyAt, isCalled, near } from '../../installation/backups.ts';
import type { Runtime } from '../../installation/command-runtime.ts';
import { open } from '../../installation/open.ts';
import { assertKey } from '../../lifecycle/backup/encryption.ts';
import { layOut, restoreDatabase } from '../../lifecycle/backup/restore-on-new.ts';
import { reconcile } from '../../lifecycle/reconcile.ts';
import type { Copy } from '../../model/copy.ts';
import { type ExitCode, Failure } from '../../model/failure.ts';
import { proof } from '../../report/findings.ts';
import { prose } from '../../report/layout.ts';
import { minute } from '../../report/time.ts';
import { screenOf } from '../screen.ts';
import { verifyAndReport } from '../verify-and-report.ts';
import { keyFrom } from './key.ts';

/** `homeauth restore PATH` where there is no installation: all of it from the copy, as after `init`. */
export async function restoreOnNew(given: string, flags: RestoreFlags, runtime: Runtime): Promise<ExitCode> {
  const screen = screenOf(runtime, 'restore');
  const { terminal } = runtime;
  const copy = resticIn(given) ? await copyFrom(given, flags, runtime) : await copyAtPath(given, runtime);
  const key = await keyFrom(flags, runtime);
  assertKey(copy.manifest, key);
  const { manifest } = copy;
  for (const [flag, value, check] of [
    ['--domain', flags.domain, checkHostName],
    ['--base-dir', flags.baseDir, checkBaseDir],
  ] as const) {
    const refusal = value === undefined ? undefined : check(value);
    if (refusal) throw unfit(flag, value ?? '', refusal);
  }
  const domain = flags.domain ?? manifest.domain;
  const baseDir = flags.baseDir === undefined ? manifest.baseDir : normaliseDir(flags.baseDir);
  const words = [
    `This server has no installation yet. The one of ${manifest.domain} is restored in ${baseDir} to its state of ${minute(manifest.made)}: ${copy.path}`,
    ...(domain === manifest.domain
      ? []
      : [
          `It is for ${domain} from now on. Passkeys of the former domain do not work there; passwords and authenticator apps do.`,
        ]),
  ];
  if (flags.dryRun) {
    return screen.result(prose(words, screen.paper), { copy: copy.name, domain, baseDir });
  }
  screen.say(prose(words, screen.style));
  const tell = (what: string) => terminal.live(`· restoring   ${what}`);
  const check = async (installation: Parameters<typeof preflight>[0]) => {
    const warnings = await preflight(installation);
    if (warnings.length > 0) screen.say(proof(warnings, screen.style));
  };
  await near(copy, layoutOf(baseDir), runtime, async (here) => {
    const laid = await layOut({ copy: here, key, domain, baseDir, tell, check }, runtime);
    await restoreDatabase(laid, { copy: here, key, tell });
  });
  terminal.live(undefined);
  const { installation, changes } = await reconcile(await open(flags.config, runtime), 'restore', screen.progress);
  return verifyAndReport(installation, screen, { changes, apps: installation.config.apps, fresh: true });
}

async function copyAtPath(given: string, runtime: Runtime): Promise<Copy> {
  if (!given.includes('/')) throw unnamed(given);
  return copyAt(given, runtime).catch((error: unknown) => {
    // Nothing lists copies here: that takes an installation.
    if (!(error instanceof Failure) || error.code !== 'copy-unknown') throw error;
    const { problem, why } = error;
    throw new Failure({ code: 'copy-unknown', problem, why, fix: `See what is there: ls ${dirname(given)}` });
  });
}

/** Of a repository the copy that was named with it, else the newest, where all are of one domain. */
async function copyFrom(given: string, { resticEnv }: RestoreFlags, runtime: Runtime): Promise<Copy> {
  const repository = await repositoryOf(given, resticEnv, runtime);
  const { copy: wanted } = resticIn(given) ?? {};
  const all = await copiesInRepository(repository, runtime.world);
  const copies = wanted === undefined ? all : all.filter(isCalled(wanted));
  const [copy] = copies;
  if (copy && copies.every(({ manifest }) => manifest.domain === copy.manifest.domain)) return copy;
  const known = all.map(
    ({ manifest, away }) => `${away?.snapshot.slice(0, 8)} (${manifest.domain}, ${minute(manifest.made)})`,
  );
  throw new Failure({
    code: 'copy-unknown',
    problem: `${nameOf(repository)} has ${copy ? 'copies of several domains' : 'no such copy'}.`,
    ...(known.length > 0 && { why: `Copies that are in it: ${known.join(', ')}` }),
    fix: `Name one: homeauth restore ${nameOf(repository)}:SNAPSHOT`,
  });
}

const unfit = (flag: string, value: string, { problem, fix }: Refusal): Failure =>
  new Failure({ code: 'flag-invalid', problem: `${flag} ${value} ${problem}.`, fix });

const unnamed = (given: string): Failure =>
  new Failure({
    code: 'copy-unknown',
    problem: `This server has no installation, so it is not known where ${given} is.`,
    fix: 'Name the directory of the copy: homeauth restore /mnt/usb/homeauth/2026-11-29T160500Z',
  });
