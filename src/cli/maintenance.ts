import type { ExitCode } from '../model/failure.ts';
import { defineCommand, type FlagsOf, oneOf } from './define-command.ts';

/** Of what timers run. */
export const byTimer = ['--scheduled', 'run as a timer does: tell those in notify what is new'] as const;

export const status = defineCommand({
  name: 'status',
  heading: 'care',
  about: 'Show what is installed and whether it runs',
  examples: ['homeauth status', 'homeauth status --json'],
  run: async (_, flags, s): Promise<ExitCode> => (await import('../commands/status.ts')).status(flags, s),
});

export const doctor = defineCommand({
  name: 'doctor',
  heading: 'care',
  about: 'Find problems, and show how to fix them',
  examples: ['homeauth doctor', 'homeauth doctor -v'],
  takes: (command) => command.option('-v, --verbose', 'also show the checks that passed').option(...byTimer),
  run: async (_, flags, s): Promise<ExitCode> => (await import('../commands/doctor.ts')).doctor(flags, s),
});
export type DoctorFlags = FlagsOf<typeof doctor>;

export const mailTest = defineCommand({
  name: 'mail test',
  heading: 'care',
  about: 'Send a test mail, and say at which step it fails',
  examples: ['homeauth mail test helen@example.com'],
  takes: (command) => command.argument('<address>'),
  run: async ([address], flags, s): Promise<ExitCode> =>
    (await import('../commands/mail/test.ts')).test(address, flags, s),
});

export const notifyTest = defineCommand({
  name: 'notify test',
  heading: 'care',
  about: 'Send a test message to everyone in notify, and show what came back',
  examples: ['homeauth notify test'],
  run: async (_, flags, s): Promise<ExitCode> => (await import('../commands/notify/test.ts')).test(flags, s),
});

export const schedule = defineCommand({
  name: 'schedule',
  heading: 'care',
  about: 'Copies, drills and doctor by themselves, by timers of systemd',
  examples: ['homeauth schedule', 'homeauth schedule --off'],
  changes: true,
  dryRun: 'show the units, and write nothing',
  takes: (command) =>
    command
      .option('--identity <file>', 'a key that opens copies and stays on this server, for the drill')
      .option('--off', 'remove the timers'),
  run: async (_, flags, s): Promise<ExitCode> => (await import('../commands/schedule.ts')).schedule(flags, s),
});
export type ScheduleFlags = FlagsOf<typeof schedule>;

export const report = defineCommand({
  name: 'report',
  heading: 'care',
  about: 'Make all checks of doctor, and show on one page what is exposed, who may open what, copies and releases',
  examples: ['homeauth report', 'homeauth report --html /root/homeauth.html'],
  takes: (command) => command.option('--html <file>', 'write it as a page that a browser shows, for root alone'),
  run: async (_, flags, s): Promise<ExitCode> => (await import('../commands/report.ts')).report(flags, s),
});
export type ReportFlags = FlagsOf<typeof report>;

const secrets = oneOf('<secret>', 'which one', ['database', 'key', 'token', 'mail', 'all']);

export const rotate = defineCommand({
  name: 'rotate',
  heading: 'care',
  about: 'Replace secrets, and prove that the former ones are refused',
  examples: ['homeauth rotate all', 'homeauth rotate key', 'homeauth rotate all --leaked'],
  changes: true,
  takes: (command) =>
    command
      .addArgument(secrets)
      .option('--mail-password-file <file>', 'the new password of the mail server; - reads stdin')
      .option('--leaked', 'also the secrets of apps; log everybody out, and list the keys that homeauth did not make'),
  run: async ([secret], flags, s): Promise<ExitCode> =>
    (await import('../commands/rotate.ts')).rotate(secret, flags, s),
});
export type RotateFlags = FlagsOf<typeof rotate>;

export const rotateApp = defineCommand({
  name: 'rotate app',
  heading: 'care',
  about: 'Replace the client secret or the bind password of an app',
  examples: ['homeauth rotate app immich'],
  changes: true,
  takes: (command) => command.argument('<name>'),
  run: async ([name], flags, s): Promise<ExitCode> =>
    (await import('../commands/rotate-app.ts')).rotateApp(name, flags, s),
});

export const upgrade = defineCommand({
  name: 'upgrade',
  heading: 'care',
  about: 'Go to a newer authentik, step by step, each with a way back',
  examples: ['homeauth upgrade --check', 'homeauth upgrade --dry-run', 'homeauth upgrade', 'homeauth upgrade --back'],
  changes: true,
  dryRun: 'show the steps and what each means here, and change nothing',
  takes: (command) =>
    command
      .option('--to <release>', 'the release; default: the newest that this homeauth can run')
      .option('--one', 'only the first step')
      .option('--back', 'take the last step back')
      .option('--confirm <domain>', 'with --back: the domain, to lose what was changed since')
      .option('--check', 'ask the registry whether there is a newer release; nothing is fetched'),
  run: async (_, flags, s): Promise<ExitCode> => (await import('../commands/upgrade.ts')).upgrade(flags, s),
});
export type UpgradeFlags = FlagsOf<typeof upgrade>;

export const rescue = defineCommand({
  name: 'rescue',
  heading: 'care',
  about: 'Regain access when nobody can log in; for root, on this server',
  examples: ['homeauth rescue', 'homeauth rescue helen --second-factor'],
  changes: true,
  takes: (command) =>
    command
      .argument('[user]')
      .option('--link', 'print a link that logs in once (the default)')
      .option('--new-password', 'set a new password, and ask for it')
      .option('--password-file <file>', 'set a new password: the only line of a file')
      .option('--password-stdin', 'set a new password, piped in')
      .option('--second-factor', 'remove their second factors'),
  run: async ([user], flags, s): Promise<ExitCode> => (await import('../commands/rescue.ts')).rescue(user, flags, s),
});
export type RescueFlags = FlagsOf<typeof rescue>;
