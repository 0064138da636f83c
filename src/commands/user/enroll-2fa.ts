import type { UserEnroll2faFlags } from '../../cli/people.ts';
import type { Runtime } from '../../installation/command-runtime.ts';
import type { Installation } from '../../installation/installation.ts';
import { type ExitCode, Failure } from '../../model/failure.ts';
import type { Method } from '../../model/second-factor.ts';
import type { Secret } from '../../model/secret.ts';
import { type Account, accountNamed } from '../../people/accounts.ts';
import { clockSkew, enrol } from '../../people/second-factor/enrol.ts';
import { factorsOf, lacking } from '../../people/second-factor/factors.ts';
import { prose } from '../../report/layout.ts';
import { methods, skewed } from '../../report/second-factor.ts';
import { secretFrom } from '../password.ts';
import { begin, type Screen } from '../screen.ts';
import { enrolmentPrompts } from './enrolment-prompts.ts';

/** `homeauth user enroll-2fa NAME`: an authenticator app and recovery codes, set up from the terminal. */
export async function enroll2fa(name: string, flags: UserEnroll2faFlags, runtime: Runtime): Promise<ExitCode> {
  const { installation, screen } = await begin('user enroll-2fa', flags, runtime);
  const account = await accountNamed(installation, name);
  const missing = lacking(await factorsOf(installation.world, account.pk));
  const data = (made: readonly Method[]) => ({ user: name, missing, made });
  if (missing.length === 0) {
    const words = `${name} has an authenticator app and recovery codes already. If the phone is lost: homeauth user reset-2fa ${name}`;
    return screen.result(prose(words, screen.paper), data([]));
  }
  if (flags.dryRun) {
    return screen.result(prose(`To be set up for ${name}: ${methods(missing)}.`, screen.paper), data([]));
  }
  const { terminal } = runtime;
  if (!terminal.interactive || terminal.json) throw needsTerminal(name);
  if (missing.length === 1) {
    const there = missing[0] === 'totp' ? 'static' : 'totp';
    screen.say(prose(`${name} has ${methods([there])} already; to be set up: ${methods(missing)}.`, screen.style));
  }
  await setUp(installation, account, await passwordOf(name, flags, runtime), screen);
  return screen.result(
    prose(`${name} has a second factor: ${methods(['totp', 'static'])}.`, screen.paper),
    data(missing),
  );
}

/** Leads somebody through the setup at the terminal; they have proven to be there with a password. */
export async function setUp(
  installation: Installation,
  account: Account,
  password: Secret,
  screen: Screen,
): Promise<void> {
  const ahead = await clockSkew(installation.world, installation.config.authHost);
  if (ahead !== undefined) screen.say(skewed(ahead, screen.style));
  await enrol(installation, account, password, enrolmentPrompts(installation.runtime, account.username, screen));
  screen.say(screen.style.marked('done', 'recovery codes'));
}

async function passwordOf(name: string, { passwordFile }: UserEnroll2faFlags, runtime: Runtime): Promise<Secret> {
  if (typeof passwordFile === 'string') return secretFrom(passwordFile, '--password-file', runtime);
  return runtime.terminal.askSecret({
    message: `Password of ${name}`,
    flag: '--password-file FILE',
    ifStopped: 'Nothing was changed.',
  });
}

const needsTerminal = (name: string): Failure =>
  new Failure({
    code: 'needs-terminal',
    problem: 'A second factor can only be set up by a person at a terminal.',
    why: 'homeauth shows a secret and recovery codes, and a pipe, a log or a script would keep them.',
    fix: `In a terminal, without --json, --yes and --no-input: homeauth user enroll-2fa ${name}`,
  });
