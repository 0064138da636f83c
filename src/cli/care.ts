import type { ExitCode } from '../model/failure.ts';
import { defineCommand, type FlagsOf } from './define-command.ts';

export const status = defineCommand({
  name: 'status',
  heading: 'care',
  about: 'Say what is there and whether it runs',
  examples: ['homeauth status', 'homeauth status --json'],
  run: async (_, flags, s): Promise<ExitCode> => (await import('../commands/status.ts')).status(flags, s),
});

export const doctor = defineCommand({
  name: 'doctor',
  heading: 'care',
  about: 'Find what is wrong, and say how to put it right',
  examples: ['homeauth doctor', 'homeauth doctor -v'],
  takes: (command) => command.option('-v, --verbose', 'show the checks that are fine, too'),
  run: async (_, flags, s): Promise<ExitCode> => (await import('../commands/doctor.ts')).doctor(flags, s),
});
export type DoctorFlags = FlagsOf<typeof doctor>;

export const mailTest = defineCommand({
  name: 'mail test',
  heading: 'care',
  about: 'Send a mail, and say where it stops if it does',
  examples: ['homeauth mail test helen@example.com'],
  takes: (command) => command.argument('<address>'),
  run: async ([address], flags, s): Promise<ExitCode> =>
    (await import('../commands/mail/test.ts')).test(address, flags, s),
});

export const rescue = defineCommand({
  name: 'rescue',
  heading: 'care',
  about: 'Get back in when nobody can log in; for root, on this server',
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
