import type { UserPasswordFlags } from '../../cli/people.ts';
import { type Known, weakness } from '../../config/password-rules.ts';
import type { Runtime } from '../../installation/command-runtime.ts';
import { Failure } from '../../model/failure.ts';
import type { Secret } from '../../model/secret.ts';
import { secretFrom } from '../password.ts';

/**
 * A new password for somebody: from a file, piped in, or typed twice.
 * @throws Failure password-weak; answer-missing where no flag gives one and nobody can be asked. `or`: what does without.
 */
export async function newPassword(
  known: Known,
  { passwordFile, passwordStdin }: Pick<UserPasswordFlags, 'passwordFile' | 'passwordStdin'>,
  runtime: Runtime,
  or?: string,
): Promise<Secret> {
  const path = passwordStdin ? '-' : passwordFile;
  const flag = passwordStdin ? '--password-stdin' : '--password-file';
  if (typeof path === 'string') {
    const password = await secretFrom(path, flag, runtime);
    assertStrong(password, known, flag);
    return password;
  }
  if (!runtime.terminal.interactive) throw noPassword(or);
  return askNewPassword(known, '--password-file FILE', runtime);
}

const noPassword = (or?: string): Failure =>
  new Failure({
    code: 'answer-missing',
    problem: 'The password is missing.',
    why: 'homeauth cannot ask for it here, and on the command line everybody could read it.',
    fix: `Add --password-file FILE, or --password-stdin and pipe it in${or ? `, or ${or}` : ''}.`,
  });

/** Asks for one, twice. Whose it is to be is said: a person has several. */
export function askNewPassword(known: Known, flag: string, { terminal }: Runtime): Promise<Secret> {
  return terminal.askSecret({
    message: `New password of ${known.username}`,
    again: 'The same password again',
    validate: (value) => weakness(value, known),
    flag,
    ifStopped: 'Nothing was changed.',
  });
}

/** @throws Failure password-weak */
export function assertStrong(password: Secret, known: Known, flag: string): void {
  const why = weakness(password.reveal(), known);
  if (why === undefined) return;
  throw new Failure({
    code: 'password-weak',
    problem: `The password behind ${flag} is weak.`,
    why,
    fix: `Write another one, of some words that have nothing to do with each other, and give it by ${flag} again.`,
  });
}
