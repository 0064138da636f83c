import type { InitFlags } from '../cli/set-up.ts';
import { layoutOf } from '../desired/layout.ts';
import { preflight } from '../doctor/preflight.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import { namingFlags } from '../installation/config-location.ts';
import { type Installation, openInstallation } from '../installation/installation.ts';
import { assertOwnTrusted } from '../installation/trust.ts';
import { reconcile, type Wishes } from '../lifecycle/reconcile.ts';
import { asNothing, type ExitCode, exitCodes } from '../model/failure.ts';
import type { Secret } from '../model/secret.ts';
import { type Account, accountNamed } from '../people/accounts.ts';
import { factorsOf, lacking } from '../people/second-factor/factors.ts';
import { proof } from '../report/findings.ts';
import { prose } from '../report/layout.ts';
import { consent } from './consent.ts';
import { agreed, interview, type Statement } from './interview.ts';
import { secretFrom } from './password.ts';
import { showPlan } from './plan.ts';
import { type Screen, screenOf } from './screen.ts';
import { setUp } from './user/enroll-2fa.ts';
import { askNewPassword, assertStrong } from './user/password-from.ts';
import { verifyAndReport } from './verify-and-report.ts';

/** `homeauth init`: from a bare Docker host to a login page that works. Run again, it goes on or changes nothing. */
export async function init(flags: InitFlags, runtime: Runtime): Promise<ExitCode> {
  const screen = screenOf(runtime, 'init');
  const statement = await interview(flags, runtime, screen);
  return namingFlags(statement.path, runtime.world, () => carryOut(statement, flags, runtime, screen));
}

async function carryOut(statement: Statement, flags: InitFlags, runtime: Runtime, screen: Screen): Promise<ExitCode> {
  const { text, path, said, told } = statement;
  const wanted = openInstallation(text, path, runtime);
  await assertOwnTrusted(wanted);
  const warnings = await preflight(wanted);
  if (warnings.length > 0) screen.say(proof(warnings, screen.style));
  if (flags.dryRun) return showPlan(wanted, runtime, 'init');

  const wishes = await wishesOf(wanted, flags, runtime);
  if (told !== undefined) screen.say(prose(told, screen.style));
  await consent(wanted, runtime, screen, wishes);
  const began = runtime.world.clock.now();
  const { installation, changes } = await reconcile(wanted, 'init', screen.progress, {
    ...wishes,
    // A signpost that leads nowhere is turned round; one that leads to an installation was followed above.
    mayTake: (id) => wanted.mayEdit(id) || id === `file:${runtime.pointer}`,
    edit: (now) => agreed(said, now, path),
  });
  const password = wishes.firstPassword ?? (await madePassword(installation, runtime));
  const owner = await withoutSecondFactor(installation);
  const code = await verifyAndReport(installation, screen, {
    changes,
    apps: installation.config.apps,
    ...(password && { password }),
    fresh: changes.length > 0,
    withoutSecondFactor: owner !== undefined,
    took: runtime.world.clock.now() - began,
  });
  const { firstPassword } = wishes;
  if (code === exitCodes.fine && owner && firstPassword) {
    await offerSecondFactor(installation, owner, firstPassword, screen);
  }
  return code;
}

/** The owner, where no second factor is there yet. It decides what is advised next, and fails no job that is done. */
async function withoutSecondFactor(installation: Installation): Promise<Account | undefined> {
  try {
    const owner = await accountNamed(installation, installation.config.admin.username);
    return lacking(await factorsOf(installation.world, owner.pk)).includes('totp') ? owner : undefined;
  } catch (error) {
    return asNothing(error);
  }
}

/** Where a second factor is wanted and its owner sits at the terminal, it can be set up at once. */
async function offerSecondFactor(
  installation: Installation,
  owner: Account,
  password: Secret,
  screen: Screen,
): Promise<void> {
  const { terminal } = installation.runtime;
  if (installation.config.policies.secondFactor === 'off' || !terminal.interactive || terminal.json) return;
  const wants = await terminal.confirm({
    message: `Set up the second factor of ${owner.username} now?`,
    initial: true,
    flag: '--second-factor off',
    ifStopped: 'Everything else is set up.',
  });
  if (wants) await setUp(installation, owner, password, screen);
}

async function wishesOf(installation: Installation, flags: InitFlags, runtime: Runtime): Promise<Wishes> {
  const cloudflareToken = flags.cloudflareTokenFile
    ? await secretFrom(flags.cloudflareTokenFile, '--cloudflare-token-file', runtime)
    : undefined;
  const token = cloudflareToken && { cloudflareToken };
  const { admin, domain } = installation.config;
  const known = { ...admin, domain };
  if (flags.adminPasswordFile) {
    const firstPassword = await secretFrom(flags.adminPasswordFile, '--admin-password-file', runtime);
    assertStrong(firstPassword, known, '--admin-password-file');
    return { ...token, firstPassword };
  }
  const { files } = runtime.world;
  const begun = (await files.read(installation.layout.token)) !== undefined;
  if (begun && (await hasOwner(installation))) return { ...token };
  if (!runtime.terminal.interactive) return { ...token, makePassword: true };
  return { ...token, firstPassword: await askNewPassword(known, '--admin-password-file FILE', runtime) };
}

/** Whether the owner's account is there with a password, so that none has to be asked for. */
async function hasOwner({ ledger, config, layout, world }: Installation): Promise<boolean> {
  const bootstrapping = (await world.files.read(layout.bootstrap)) !== undefined;
  const made = (await ledger.read()).some(({ id }) => id === `user:${config.admin.username}`);
  return made && !bootstrapping;
}

async function madePassword({ config }: Installation, runtime: Runtime): Promise<Secret | undefined> {
  const path = layoutOf(config.baseDir).adminPassword;
  const there = (await runtime.world.files.read(path)) !== undefined;
  return there ? secretFrom(path, path, runtime) : undefined;
}
