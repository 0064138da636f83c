import type { Config } from '../config/config.ts';
import { Failure } from '../model/failure.ts';
import { Secret } from '../model/secret.ts';
import type { World } from '../world/world.ts';
import { assertTrusted } from './trust.ts';

/** authentik reads a value that begins so as the place where the value is to be found. */
const pointer = /^(env|file):\/\//;

/**
 * The password for the mail server; undefined where homeauth.yaml names no file.
 * @throws Failure where the file does not hold one: authentik would otherwise be made anew without it
 */
export async function mailPasswordOf(
  { mail }: Pick<Config, 'mail'>,
  world: Pick<World, 'files' | 'host'>,
): Promise<Secret | undefined> {
  const path = mail?.passwordFile;
  if (path === undefined) return undefined;
  await assertTrusted(path, world);
  const text = await world.files.read(path);
  if (text === undefined) {
    throw new Failure({
      code: 'mail-password-missing',
      problem: `${path} is not there. It should hold the password for ${mail?.host}.`,
      why: 'Without it authentik could not log in there, and no mail would be sent.',
      fix: `Write the password alone into it, on one line, or correct mail.password-file in homeauth.yaml. Then:  chmod 600 ${path}`,
    });
  }
  const value = text.replace(/\r?\n$/, '');
  if (value === '' || /[\r\n\0]/.test(value) || pointer.test(value)) {
    throw new Failure({
      code: 'mail-password-unfit',
      problem: `${path} does not hold one password on one line.`,
      ...(pointer.test(value) && {
        why: 'It begins with env:// or file://, which authentik takes for the place of the password.',
      }),
      fix: pointer.test(value)
        ? 'Choose another password for the mail server, and write it into that file.'
        : `Write the password alone into it, on one line:  ${path}`,
    });
  }
  return new Secret(value);
}
