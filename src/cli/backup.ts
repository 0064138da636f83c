import type { ExitCode } from '../model/failure.ts';
import { defineCommand, type FlagsOf, type Typed } from './define-command.ts';
import { byTimer } from './maintenance.ts';

const place = [
  '--to <path>',
  'the directory for copies, or restic:ADDRESS; default: backup.to, then backups below the base directory',
] as const;
const from = [
  '--from <path>',
  'the directory with copies, or restic:ADDRESS; default: backup.to, then backups below the base directory',
] as const;
const resticEnv = ['--restic-env <file>', 'a file with variables for restic; default: backup.restic-env'] as const;

const key = ['--identity <file>', 'the key file of age that opens the copy, where it is encrypted'] as const;
const passphrase = ['--passphrase-file <file>', 'the passphrase that opens the copy; - reads stdin'] as const;

/** Where copies are, and what opens the repository. */
const fromPlace = (command: Typed) => command.option(...from).option(...resticEnv);
const aCopy = (command: Typed) => fromPlace(command).argument('[copy]');
const aCopyWithKey = (command: Typed) =>
  aCopy(command)
    .option(...key)
    .option(...passphrase);

export const backup = defineCommand({
  name: 'backup',
  heading: 'care',
  about: 'Make a copy of everything, without downtime',
  examples: ['homeauth backup', 'homeauth backup --to /mnt/usb/homeauth --keep 7d,4w,6m', 'homeauth backup list'],
  changes: true,
  dryRun: 'show what would be copied, and write nothing',
  takes: (command) =>
    command
      .option(...place)
      .option(...resticEnv)
      .option('--init', 'make the repository where there is none yet')
      .option('--recipient <keys>', 'encrypt it for these public keys of age, with commas; default: backup.recipients')
      .option('--passphrase-file <file>', 'encrypt it with a passphrase; - reads stdin')
      .option('--plain', 'do not encrypt it: whoever reads it has every secret')
      .option(
        '--keep <days,weeks,months>',
        'then remove what is not among these, such as 7d,4w,6m; default: backup.keep',
      )
      .option(...byTimer),
  run: async (_, flags, s): Promise<ExitCode> => (await import('../commands/backup.ts')).backup(flags, s),
});
export type BackupFlags = FlagsOf<typeof backup>;

export const backupList = defineCommand({
  name: 'backup list',
  heading: 'care',
  about: 'List the copies',
  examples: ['homeauth backup list', 'homeauth backup list --json'],
  takes: fromPlace,
  run: async (_, flags, s): Promise<ExitCode> => (await import('../commands/backup/list.ts')).list(flags, s),
});
export type BackupListFlags = FlagsOf<typeof backupList>;

export const backupShow = defineCommand({
  name: 'backup show',
  heading: 'care',
  about: 'Show what a copy holds',
  examples: ['homeauth backup show', 'homeauth backup show 2026-11-29T160500Z'],
  takes: aCopy,
  run: async ([copy], flags, s): Promise<ExitCode> => (await import('../commands/backup/show.ts')).show(copy, flags, s),
});
export type BackupShowFlags = FlagsOf<typeof backupShow>;

export const backupVerify = defineCommand({
  name: 'backup verify',
  heading: 'care',
  about: 'Read a whole copy, and compare it with its checksums',
  examples: ['homeauth backup verify', 'homeauth backup verify 2026-11-29T160500Z'],
  takes: aCopyWithKey,
  run: async ([copy], flags, s): Promise<ExitCode> =>
    (await import('../commands/backup/verify.ts')).verify(copy, flags, s),
});
export type BackupVerifyFlags = FlagsOf<typeof backupVerify>;

export const backupDrill = defineCommand({
  name: 'backup drill',
  heading: 'care',
  about: 'Restore a copy into containers of its own, prove that people can log in, and remove them',
  examples: ['homeauth backup drill', 'homeauth backup drill 2026-11-29T160500Z --identity /root/key.txt'],
  changes: true,
  takes: (command) => aCopyWithKey(command).option(...byTimer),
  run: async ([copy], flags, s): Promise<ExitCode> =>
    (await import('../commands/backup/drill.ts')).drill(copy, flags, s),
});
export type BackupDrillFlags = FlagsOf<typeof backupDrill>;

export const restore = defineCommand({
  name: 'restore',
  heading: 'care',
  about: 'Restore everything from a copy; what was changed since is lost',
  examples: [
    'homeauth restore 2026-11-29T160500Z',
    'homeauth restore 2026-11-29T160500Z --dry-run',
    'homeauth restore /mnt/usb/2026-11-29T160500Z --domain example.org',
    'homeauth restore restic:/mnt/nas/home --restic-env /root/restic.env',
  ],
  changes: true,
  dryRun: 'show what would be lost, and change nothing',
  takes: (command) =>
    fromPlace(command)
      .argument('<copy>')
      .option(...key)
      .option(...passphrase)
      .option('--domain <domain>', 'on a new server: another domain than that of the copy')
      .option('--base-dir <path>', 'on a new server: another base directory than that of the copy')
      .option('--confirm <domain>', 'go ahead without asking: type the domain'),
  run: async ([copy], flags, s): Promise<ExitCode> => (await import('../commands/restore.ts')).restore(copy, flags, s),
});
export type RestoreFlags = FlagsOf<typeof restore>;

export const backupPrune = defineCommand({
  name: 'backup prune',
  heading: 'care',
  about: 'Remove copies that need not be kept; the newest good one always stays',
  examples: ['homeauth backup prune --keep 7d,4w,6m --dry-run', 'homeauth backup prune'],
  changes: true,
  dryRun: 'show which copies would go, and remove none',
  takes: (command) =>
    fromPlace(command).option('--keep <days,weeks,months>', 'what stays, such as 7d,4w,6m; default: backup.keep'),
  run: async (_, flags, s): Promise<ExitCode> => (await import('../commands/backup/prune.ts')).prune(flags, s),
});
export type BackupPruneFlags = FlagsOf<typeof backupPrune>;
