import type { AddAppFlags } from '../cli/apps.ts';
import type { Config } from '../config/config.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import type { Installation } from '../installation/installation.ts';
import { assertChosen } from '../installation/trust.ts';
import { Failure } from '../model/failure.ts';
import { type Finding, issueOf } from '../model/finding.ts';
import { Secret } from '../model/secret.ts';

/** A secret from a file's only line, or from stdin with `-`. Never from the command line itself, where `ps` shows it. */
export async function secretFrom(path: string, flag: string, runtime: Runtime): Promise<Secret> {
  const { world, terminal } = runtime;
  if (path !== '-') await assertChosen(path, runtime);
  const text = path === '-' ? (await terminal.readStdin()).reveal() : await world.files.read(path);
  if (text === undefined) {
    throw new Failure({
      code: 'file-missing',
      problem: `${path} is not there.`,
      fix: `Correct the path behind ${flag}.`,
    });
  }
  const value = text.replace(/\r?\n$/, '');
  if (value === '' || /[\r\n\0]/.test(value)) {
    throw new Failure({
      code: 'file-unfit',
      problem: `${path === '-' ? 'Standard input' : path} is not one line of text.`,
      why: `${flag} takes a file whose only line is the secret.`,
      fix: 'Write the secret alone into it, on one line.',
    });
  }
  return new Secret(value);
}

/** The owner's password for the proof, where it can be had: a file, the one homeauth made, or the person at the keys. */
export async function passwordAtHand(
  { config, layout }: Installation,
  flags: Pick<AddAppFlags, 'adminPasswordFile'>,
  runtime: Runtime,
): Promise<Secret | undefined> {
  const { terminal, world } = runtime;
  if (flags.adminPasswordFile) return secretFrom(flags.adminPasswordFile, '--admin-password-file', runtime);
  if (await world.files.read(layout.adminPassword))
    return secretFrom(layout.adminPassword, layout.adminPassword, runtime);
  return terminal.interactive ? askOwner(config, runtime, 'Nothing was changed.') : undefined;
}

async function askOwner(
  { admin }: Config,
  { terminal }: Pick<Runtime, 'terminal'>,
  ifStopped: string,
): Promise<Secret | undefined> {
  const typed = await terminal.askSecret({
    message: `Password of ${admin.username}, to prove the login (Enter leaves that out)`,
    flag: '--admin-password-file FILE',
    ifStopped,
  });
  return typed.reveal() === '' ? undefined : typed;
}

/** authentik counts wrong ones, and shuts out whoever has too many. */
const retries = 2;

/** Makes a proof with the owner's password, and again with another one where it was mistyped and somebody can be asked. */
export async function provenWith(
  password: Secret | undefined,
  { config, runtime }: Installation,
  prove: (password: Secret | undefined) => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  const { terminal } = runtime;
  let given = password;
  let found = await prove(given);
  for (let n = 0; n < retries && given && terminal.interactive && found.some(isPasswordWrong); n++) {
    terminal.say(`This is not the password of ${config.admin.username}.`);
    given = await askOwner(config, runtime, 'Only the proof of the login is missing.');
    found = await prove(given);
  }
  return found;
}

/** Whether a proof failed because the password is not the one of the account. */
export const isPasswordWrong = (found: Finding): boolean => issueOf(found)?.code === 'wrong-password';
