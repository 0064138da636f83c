import type { BackupFlags, BackupVerifyFlags } from '../../cli/backup.ts';
import { checkRecipient } from '../../config/retention.ts';
import type { Place } from '../../installation/backup-place.ts';
import type { Runtime } from '../../installation/command-runtime.ts';
import type { Installation } from '../../installation/installation.ts';
import { assertChosen } from '../../installation/trust.ts';
import { type Key, type Readers, readersIn } from '../../lifecycle/backup/encryption.ts';
import type { Encryption } from '../../model/copy.ts';
import { type ExitCode, exitCodes, Failure } from '../../model/failure.ts';
import { Secret } from '../../model/secret.ts';
import { secretFrom } from '../password.ts';

/**
 * For whom a copy is encrypted: as it was said, else as homeauth.yaml says; undefined where its owner wants it plain.
 * @throws Failure flag-invalid; backup-plain where nothing is said and nobody can be asked
 */
export async function readersFor(
  { recipient, passphraseFile, plain }: BackupFlags,
  place: Place,
  installation: Installation,
  runtime: Runtime,
): Promise<Readers | undefined> {
  const said = [recipient, passphraseFile, plain].filter((flag) => flag !== undefined);
  if (typeof place !== 'string') {
    if (said.length === 0) return undefined;
    throw new Failure({
      code: 'flag-invalid',
      problem: '--recipient, --passphrase-file and --plain are for copies in a directory.',
      why: 'restic encrypts by itself, with the password of the repository.',
      fix: 'Leave them out.',
    });
  }
  if (said.length > 1) {
    throw new Failure({
      code: 'flag-invalid',
      problem: '--recipient, --passphrase-file and --plain are three ways, and one is taken.',
      fix: 'Leave out all but one.',
    });
  }
  if (recipient !== undefined) return { recipients: recipientsIn(recipient) };
  if (passphraseFile !== undefined)
    return { passphrase: await secretFrom(passphraseFile, '--passphrase-file', runtime) };
  const known = readersIn(installation);
  if (plain || (!known && installation.config.backup.plain)) return undefined;
  if (known) return known;
  const { terminal } = runtime;
  if (!terminal.interactive) throw undecided();
  const message = 'Write it without encryption? Whoever reads it has every secret.';
  if (await terminal.confirm({ message, initial: false, flag: '--plain', ifStopped: 'Nothing was copied.' }))
    return undefined;
  throw undecided(exitCodes.refused);
}

function recipientsIn(given: string): readonly string[] {
  return given.split(',').map((one) => {
    const recipient = one.trim();
    const refusal = checkRecipient(recipient);
    // A secret key is not shown.
    if (refusal)
      throw new Failure({ code: 'flag-invalid', problem: `--recipient ${refusal.problem}.`, fix: refusal.fix });
    return recipient;
  });
}

/** What opens a copy, where it was named. */
export async function keyFrom(
  { identity, passphraseFile }: Pick<BackupVerifyFlags, 'identity' | 'passphraseFile'>,
  runtime: Runtime,
): Promise<Key | undefined> {
  if (passphraseFile !== undefined)
    return { passphrase: await secretFrom(passphraseFile, '--passphrase-file', runtime) };
  if (identity === undefined) return undefined;
  await assertChosen(identity, runtime);
  const text = await runtime.world.files.read(identity);
  if (text === undefined)
    throw new Failure({
      code: 'file-missing',
      problem: `${identity} is not there.`,
      fix: 'Correct the path behind --identity.',
    });
  const lines = text.split('\n').map((line) => line.trim());
  return { identities: lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => new Secret(line)) };
}

/** The flag that opens what is encrypted so. */
export const flagFor = (encryption: Encryption): string =>
  encryption === 'passphrase' ? '--passphrase-file FILE' : '--identity FILE';

const undecided = (exit: ExitCode = exitCodes.couldNotStart): Failure =>
  new Failure({
    code: 'backup-plain',
    problem: 'Nothing was copied: nothing says how to encrypt the copy.',
    why: 'A copy contains every secret of this installation.',
    fix: [
      'Make a key on another machine (apt install age; age-keygen -o key.txt), keep it there, and write its public key into homeauth.yaml:',
      '  backup: { recipients: [age1…] }',
      'Or with a passphrase: --passphrase-file FILE. Or without encryption: --plain; to have it always so:',
      '  backup: { plain: true }',
    ],
    exit,
  });
