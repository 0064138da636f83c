import type { ExitCode } from '../model/failure.ts';
import { defineCommand, type FlagsOf, several } from './define-command.ts';

const passwordFile = ['--password-file <file>', 'the password, as the only line of a file'] as const;
const passwordStdin = ['--password-stdin', 'the password, piped in'] as const;
const endSessions = ['--end-sessions', 'log them out everywhere'] as const;

/** `homeauth user …`: people, who live in authentik and not in homeauth.yaml. */
export const userAdd = defineCommand({
  name: 'user add',
  heading: 'people',
  about: 'Create an account',
  examples: ['homeauth user add', 'homeauth user add anna --email anna@example.com --group family --link'],
  changes: true,
  takes: (command) =>
    command
      .argument('[name]')
      .option('--name <name>', 'their name, as people read it')
      .option('--email <address>', 'their e-mail address')
      .addOption(several('--group <group>', 'a group they are in; can be repeated'))
      .option(...passwordFile)
      .option(...passwordStdin)
      .option('--link', 'no password: print a link that sets one, once'),
  run: async ([name], flags, s): Promise<ExitCode> => (await import('../commands/user/add.ts')).add(name, flags, s),
});
export type UserAddFlags = FlagsOf<typeof userAdd>;

export const userList = defineCommand({
  name: 'user list',
  heading: 'people',
  about: 'List everyone who can log in',
  examples: ['homeauth user list', 'homeauth user list --json'],
  takes: (command) => command.option('-v, --verbose', "show authentik's own and programs' accounts, too"),
  run: async (_, flags, s): Promise<ExitCode> => (await import('../commands/user/list.ts')).list(flags, s),
});
export type UserListFlags = FlagsOf<typeof userList>;

export const userShow = defineCommand({
  name: 'user show',
  heading: 'people',
  about: 'Show an account: groups, second factors, sessions, apps',
  examples: ['homeauth user show anna'],
  takes: (command) =>
    command.argument('<name>').option('-v, --verbose', "also for authentik's own and programs' accounts"),
  run: async ([name], flags, s): Promise<ExitCode> => (await import('../commands/user/show.ts')).show(name, flags, s),
});
export type UserShowFlags = FlagsOf<typeof userShow>;

export const userGroups = defineCommand({
  name: 'user groups',
  heading: 'people',
  about: 'Show or change the groups of an account',
  examples: ['homeauth user groups anna', 'homeauth user groups anna --add family --remove guests'],
  changes: true,
  takes: (command) =>
    command
      .argument('<name>')
      .addOption(several('--add <group>', 'put them into it; may be given again'))
      .addOption(several('--remove <group>', 'take them out of it; may be given again'))
      .option(...endSessions),
  run: async ([name], flags, s): Promise<ExitCode> =>
    (await import('../commands/user/groups.ts')).groups(name, flags, s),
});
export type UserGroupsFlags = FlagsOf<typeof userGroups>;

export const userPassword = defineCommand({
  name: 'user password',
  heading: 'people',
  about: 'Set a new password',
  examples: ['homeauth user password anna', 'homeauth user password anna --password-file FILE --end-sessions'],
  changes: true,
  takes: (command) =>
    command
      .argument('<name>')
      .option(...passwordFile)
      .option(...passwordStdin)
      .option(...endSessions),
  run: async ([name], flags, s): Promise<ExitCode> =>
    (await import('../commands/user/password.ts')).password(name, flags, s),
});
export type UserPasswordFlags = FlagsOf<typeof userPassword>;

export const userReset = defineCommand({
  name: 'user reset',
  heading: 'people',
  about: 'Mail a link to set a new password',
  examples: ['homeauth user reset anna', 'homeauth user reset anna --print'],
  changes: true,
  takes: (command) => command.argument('<name>').option('--print', 'print the link, and mail nothing'),
  run: async ([name], flags, s): Promise<ExitCode> => (await import('../commands/user/reset.ts')).reset(name, flags, s),
});
export type UserResetFlags = FlagsOf<typeof userReset>;

export const userInvite = defineCommand({
  name: 'user invite',
  heading: 'people',
  about: 'Make a link with which a person creates an account',
  examples: ['homeauth user invite', 'homeauth user invite anna@example.com --group family --expires 2d'],
  changes: true,
  takes: (command) =>
    command
      .argument('[mail]')
      .addOption(several('--group <group>', 'a group they will be in; can be repeated'))
      .option('--expires <time>', 'how long it is valid: 12h, 7d, 2w; default: 7d'),
  run: async ([mail], flags, s): Promise<ExitCode> =>
    (await import('../commands/user/invite.ts')).invite(mail, flags, s),
});
export type UserInviteFlags = FlagsOf<typeof userInvite>;

export const userInvites = defineCommand({
  name: 'user invites',
  heading: 'people',
  about: 'List the invitations that are open',
  examples: ['homeauth user invites', 'homeauth user invites --revoke anna-example-com-x7k2qp'],
  changes: true,
  takes: (command) => command.option('--revoke <name>', 'take one back'),
  run: async (_, flags, s): Promise<ExitCode> => (await import('../commands/user/invites.ts')).invites(flags, s),
});
export type UserInvitesFlags = FlagsOf<typeof userInvites>;

export const userDisable = defineCommand({
  name: 'user disable',
  heading: 'people',
  about: 'Disable an account, and log it out everywhere',
  examples: ['homeauth user disable anna'],
  changes: true,
  takes: (command) => command.argument('<name>'),
  run: async ([name], flags, s): Promise<ExitCode> =>
    (await import('../commands/user/enable-disable.ts')).disable(name, flags, s),
});

export const userEnable = defineCommand({
  name: 'user enable',
  heading: 'people',
  about: 'Enable an account again',
  examples: ['homeauth user enable anna'],
  changes: true,
  takes: (command) => command.argument('<name>'),
  run: async ([name], flags, s): Promise<ExitCode> =>
    (await import('../commands/user/enable-disable.ts')).enable(name, flags, s),
});

export const userUnlock = defineCommand({
  name: 'user unlock',
  heading: 'people',
  about: 'Unlock an account after too many wrong passwords',
  examples: ['homeauth user unlock anna', 'homeauth user unlock'],
  changes: true,
  takes: (command) => command.argument('[name]'),
  run: async ([name], flags, s): Promise<ExitCode> =>
    (await import('../commands/user/unlock.ts')).unlock(name, flags, s),
});

export const userRemove = defineCommand({
  name: 'user remove',
  heading: 'people',
  about: 'Delete an account for good',
  examples: ['homeauth user remove anna'],
  changes: true,
  takes: (command) => command.argument('<name>'),
  run: async ([name], flags, s): Promise<ExitCode> =>
    (await import('../commands/user/remove.ts')).remove(name, flags, s),
});

export const userEnroll2fa = defineCommand({
  name: 'user enroll-2fa',
  heading: 'people',
  about: 'Set up a second factor in the terminal: an app, then recovery codes',
  examples: ['homeauth user enroll-2fa helen'],
  dryRun: 'show what is missing, and set nothing up',
  takes: (command) =>
    command
      .argument('<name>')
      .option('--password-file <file>', 'the current password, as the only line of a file; default: homeauth asks'),
  run: async ([name], flags, s): Promise<ExitCode> =>
    (await import('../commands/user/enroll-2fa.ts')).enroll2fa(name, flags, s),
});
export type UserEnroll2faFlags = FlagsOf<typeof userEnroll2fa>;

export const userReset2fa = defineCommand({
  name: 'user reset-2fa',
  heading: 'people',
  about: 'Remove all second factors of an account, after a phone was lost',
  examples: ['homeauth user reset-2fa helen'],
  changes: true,
  dryRun: 'show what would go, and change nothing',
  takes: (command) => command.argument('<name>'),
  run: async ([name], flags, s): Promise<ExitCode> =>
    (await import('../commands/user/reset-2fa.ts')).reset2fa(name, flags, s),
});
