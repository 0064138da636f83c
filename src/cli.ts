import { Command, Option } from 'commander';
import * as apps from './cli/apps.ts';
import * as backups from './cli/backup.ts';
import { type CommonFlags, choice, type Declaration, examples, headings, quiet } from './cli/define-command.ts';
import * as care from './cli/maintenance.ts';
import * as people from './cli/people.ts';
import * as setUp from './cli/set-up.ts';
import * as shell from './cli/shell.ts';
import type { Question } from './config/questions.ts';

const all = [
  ...[setUp.init, setUp.plan, setUp.apply, setUp.proxyText, setUp.uninstall],
  ...[apps.apps, apps.addApp, apps.protect, apps.app, apps.ldapTest, apps.removeApp, apps.verify, apps.explain],
  ...[people.userAdd, people.userList, people.userShow, people.userGroups, people.userPassword, people.userReset],
  ...[
    people.userInvite,
    people.userInvites,
    people.userDisable,
    people.userEnable,
    people.userUnlock,
    people.userRemove,
  ],
  ...[people.userEnroll2fa, people.userReset2fa],
  // As they are met in a year: looks, copies, what goes by itself, what is renewed, and what helps on a bad day.
  ...[care.status, care.doctor, care.report],
  ...[backups.backup, backups.backupList, backups.backupShow, backups.backupVerify, backups.backupDrill],
  ...[backups.backupPrune, care.schedule, care.notifyTest, care.mailTest],
  ...[care.upgrade, care.rotate, care.rotateApp, backups.restore, care.rescue],
  ...[shell.completion],
] as const;

export type CommandName = (typeof all)[number]['name'];

/** Every command by its name on the command line. */
export const declarations = Object.fromEntries(all.map((one) => [one.name, one])) as unknown as Readonly<
  Record<CommandName, Declaration<CommandName>>
>;

/** Commands that only hold others. */
const holders = {
  user: {
    heading: 'people',
    about: 'Accounts, groups, passwords, second factors',
    examples: ['homeauth user add anna --email anna@example.com', 'homeauth user list'],
  },
  proxy: {
    heading: 'set up',
    about: 'What a proxy that you keep needs',
    examples: ['homeauth proxy text nginx'],
  },
  ldap: {
    heading: 'apps',
    about: 'Apps that ask authentik by LDAP',
    examples: ['homeauth ldap test anna'],
  },
  mail: {
    heading: 'care',
    about: 'The mail that authentik sends',
    examples: ['homeauth mail test helen@example.com'],
  },
  notify: {
    heading: 'care',
    about: 'Who is told of problems that the timers find',
    examples: ['homeauth notify test'],
  },
} as const;

/** Carries out one command, with its arguments and flags as they were typed. */
export type Action = (command: CommandName, args: readonly unknown[], flags: CommonFlags) => Promise<void>;

/** Every command and flag of homeauth. What a command does is loaded only when it runs. */
export function buildCli(version: string, interview: readonly Question[], act: Action): Command {
  const cli = new Command('homeauth')
    .description('Single sign-on for a home server: authentik behind Caddy, set up, proven and kept healthy.')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .option('--config <file>', 'homeauth.yaml to use; default: $HOMEAUTH_CONFIG, then the one of the last installation')
    .option('--json', 'print one JSON object on stdout, for scripts')
    .option('--yes', 'go ahead without asking')
    .option('--no-input', 'never ask; a missing answer is an error')
    .addOption(choice('--color <auto|always|never>', 'colours; default: auto').default('auto'))
    .option('--debug', 'show every call to files, Docker and authentik; also $HOMEAUTH_DEBUG=1')
    .addHelpText('before', examples(['homeauth init', 'homeauth add-app whoami', 'homeauth doctor']))
    .addHelpText('after', '\nExit codes: homeauth help exit-codes\nNo telemetry.')
    // Choices stand in the placeholder, and a default in the words.
    .configureHelp({
      showGlobalOptions: true,
      optionDescription: ({ description }) => description,
      argumentDescription: ({ description }) => description,
    })
    .configureOutput(quiet)
    .exitOverride();

  const holding = new Map<string, Command>();
  for (const declared of all) {
    const command = declared.command();
    if (declared.name === 'init')
      for (const { flag, help, choices } of interview)
        command.addOption(choices ? new Option(flag, help).choices(choices) : new Option(flag, help));
    command.action(async (...given: unknown[]) => {
      await act(declared.name, given.slice(0, -2), command.optsWithGlobals());
    });
    const [above = '', below] = declared.name.split(' ');
    // One that does something by itself may hold others, too.
    const whole = cli.commands.find((one) => one.name() === above && !holding.has(above));
    if (below === undefined) cli.addCommand(command.helpGroup(headings[declared.heading]).helpCommand(false));
    else (whole ?? holder(above as keyof typeof holders)).addCommand(command);
  }
  cli.addHelpCommand(
    new Command('help').argument('[command]').description('Show the help of a command').helpGroup(headings.shell),
  );
  return cli;

  function holder(name: keyof typeof holders): Command {
    const known = holding.get(name);
    if (known) return known;
    const { about, examples: shown, heading } = holders[name];
    const made = cli.command(name).description(about).addHelpText('before', examples(shown));
    holding.set(name, made.helpCommand(false).exitOverride().helpGroup(headings[heading]));
    return made;
  }
}
