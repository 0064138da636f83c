import { type Command, Option } from 'commander';
import type { Action } from '../cli.ts';
import { adding, group } from './adding.ts';

/** A flag that may be given more than once. */
const several = (flag: string, help: string): Option =>
  new Option(flag, help).argParser((value: string, before: readonly string[] = []) => [...before, value]);

const passwordFile = ['--password-file <file>', 'the password, as the only line of a file'] as const;
const passwordStdin = ['--password-stdin', 'the password, piped in'] as const;
const endSessions = ['--end-sessions', 'log them out everywhere'] as const;

/** `homeauth user …`: people, who live in authentik and not in homeauth.yaml. */
export function addUser(cli: Command, act: Action): void {
  const user = group(cli, 'user', 'People: accounts, groups, passwords', [
    'homeauth user add anna --email anna@example.com',
    'homeauth user list',
  ]);
  const add = adding(user, act);
  add('user add', '[name]', 'Make an account for somebody', [
    'homeauth user add',
    'homeauth user add anna --email anna@example.com --group family --link',
  ])
    .option('--name <name>', 'their name, as people read it')
    .option('--email <address>', 'their e-mail address')
    .addOption(several('--group <group>', 'a group they are in; may be given again'))
    .option(...passwordFile)
    .option(...passwordStdin)
    .option('--link', 'no password: print a link that sets one, once');
  add('user list', '', 'List everyone who can log in', ['homeauth user list', 'homeauth user list --json']).option(
    '-v, --verbose',
    "show authentik's own and programs' accounts, too",
  );
  add('user show', '<name>', 'Show somebody: groups, second factors, sessions, apps', [
    'homeauth user show anna',
  ]).option('-v, --verbose', "also for authentik's own and programs' accounts");
  add('user groups', '<name>', "Show or change somebody's groups", [
    'homeauth user groups anna',
    'homeauth user groups anna --add family --remove guests',
  ])
    .addOption(several('--add <group>', 'put them into it; may be given again'))
    .addOption(several('--remove <group>', 'take them out of it; may be given again'))
    .option(...endSessions);
  add('user password', '<name>', 'Give somebody a new password', [
    'homeauth user password anna',
    'homeauth user password anna --password-file FILE',
  ])
    .option(...passwordFile)
    .option(...passwordStdin);
  add('user reset', '<name>', 'Mail somebody a link to set a new password', [
    'homeauth user reset anna',
    'homeauth user reset anna --print',
  ]).option('--print', 'print the link, and mail nothing');
  add('user invite', '[mail]', 'Make a link with which somebody makes an account', [
    'homeauth user invite',
    'homeauth user invite anna@example.com --group family --expires 2d',
  ])
    .addOption(several('--group <group>', 'a group they will be in; may be given again'))
    .option('--expires <time>', 'how long it is good: 12h, 7d, 2w; 7d unless given');
  add('user invites', '', 'List the invitations that are open', [
    'homeauth user invites',
    'homeauth user invites --revoke anna-example-com-x7k2qp',
  ]).option('--revoke <name>', 'take one back');
  add('user disable', '<name>', 'Keep somebody out, and log them out everywhere', ['homeauth user disable anna']);
  add('user enable', '<name>', 'Let somebody log in again', ['homeauth user enable anna']);
  add('user remove', '<name>', "Remove somebody's account for good", ['homeauth user remove anna']);
  add('user enroll-2fa', '<name>', 'Set up a second factor in the terminal: an app, then recovery codes', [
    'homeauth user enroll-2fa helen',
  ])
    .option('--password-file <file>', 'the password they have, as the only line of a file; asked for unless given')
    .option('--dry-run', 'show what is missing, and set nothing up');
  add('user reset-2fa', '<name>', 'Take away every second factor of somebody, after a phone was lost', [
    'homeauth user reset-2fa helen',
  ]).option('--dry-run', 'show what would go, and change nothing');
}
