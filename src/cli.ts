import { Argument, Command, Option } from 'commander';
import { adding, choice, examples } from './cli/adding.ts';
import { addMail } from './cli/mail.ts';
import { addUser } from './cli/user.ts';
import { addWait } from './cli/wait.ts';
import type { CommandName } from './commands/flags.ts';
import type { Question } from './config/questions.ts';

/** Flags that every command has, or many. */
export interface GlobalFlags {
  readonly config?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
  /** False with --no-input. */
  readonly input?: boolean;
  readonly color?: 'auto' | 'always' | 'never';
  readonly debug?: boolean;
  /** In minutes, of commands that are at work alone. */
  readonly wait?: number;
}

type Flags = Readonly<Record<string, unknown>>;
/** Carries out one command: its name, its arguments, its flags (the global ones among them). */
export type Action = (command: CommandName, args: readonly string[], flags: GlobalFlags & Flags) => Promise<void>;

/** Every command and flag of homeauth. What a command does is loaded only when it runs. */
export function buildCli(version: string, interview: readonly Question[], act: Action): Command {
  const cli = new Command('homeauth')
    .description('Single sign-on for a home server: authentik behind Caddy, set up, proven and kept healthy.')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'Show the help of a command')
    .option('--config <file>', 'homeauth.yaml to use; else $HOMEAUTH_CONFIG, ./homeauth.yaml, the last installation')
    .option('--json', 'print one JSON object on stdout, for scripts')
    .option('--yes', 'go ahead without asking')
    .option('--no-input', 'never ask; a missing answer is an error')
    .addOption(choice('--color <auto|always|never>', 'colours; auto unless given').default('auto'))
    .option('--debug', 'show every call to files, Docker and authentik; also $HOMEAUTH_DEBUG=1')
    .addHelpText('before', examples('homeauth init', 'homeauth add-app whoami', 'homeauth doctor'))
    .addHelpText('after', '\nExit codes: homeauth help exit-codes\nNothing is reported to anybody.')
    // Choices stand in the placeholder, and a default in the words.
    .configureHelp({
      showGlobalOptions: true,
      optionDescription: ({ description }) => description,
      argumentDescription: ({ description }) => description,
    })
    // main tells it, like every other error.
    .configureOutput({ outputError: () => {} })
    .exitOverride();

  const add = adding(cli, act);
  const init = add('init', '', 'Set up single sign-on on this server', [
    'homeauth init',
    'homeauth init --yes --domain home.example.com --base-dir /srv/docker \\\n--name Helen --email helen@example.com',
  ]);
  for (const { flag, help, choices } of interview)
    init.addOption(choices ? choice(flag, help) : new Option(flag, help));
  init
    .option('--admin-password-file <file>', 'your password; - reads stdin. Where nobody can be asked, one is made')
    .option('--cloudflare-token-file <file>', 'token for certificates by DNS, with --tls cloudflare')
    .option('--dry-run', 'show what would be made, and make nothing');

  add('add-app', '<name>', 'Put an app behind the login', [
    'homeauth add-app whoami',
    'homeauth add-app wiki --upstream wiki:3000 --group family',
  ])
    .option('--upstream <host:port>', 'where Caddy finds the app')
    .option('--host <name>', 'its host name; <name>.<domain> unless given')
    .option('--title <text>', 'how authentik shows it')
    .option('--group <group>', 'only members of this authentik group get in')
    .addOption(choice('--mode <app|domain>', 'app (unless given): rules of its own; domain: those of the whole domain'))
    .option('--admin-password-file <file>', 'your password, to prove the login; - reads stdin')
    .option('--dry-run', 'show what would change, and change nothing');
  add('remove-app', '<name>', 'Take an app away from the login', ['homeauth remove-app wiki']).option(
    '--dry-run',
    'show what would change, and change nothing',
  );
  add('plan', '', 'Show what apply would change', ['homeauth plan', 'homeauth plan --json --exit-code']).option(
    '--exit-code',
    'exit with 4 when something would change',
  );
  add('apply', '', 'Make everything as homeauth.yaml says', ['homeauth apply', 'homeauth apply --dry-run']).option(
    '--dry-run',
    'show what would change, and change nothing',
  );
  add('status', '', 'Say what is there and whether it runs', ['homeauth status', 'homeauth status --json']);
  add('verify', '', 'Prove again that every app asks strangers for a login', ['homeauth verify']).option(
    '-v, --verbose',
    'show the checks that are fine, too',
  );
  add('doctor', '', 'Find what is wrong, and say how to put it right', [
    'homeauth doctor',
    'homeauth doctor -v',
  ]).option('-v, --verbose', 'show the checks that are fine, too');
  add('uninstall', '', 'Remove what homeauth made; your data stays unless you type its name', [
    'homeauth uninstall',
    'homeauth uninstall --confirm home.example.com',
  ])
    .option('--confirm <domain>', 'remove the data, too: type the domain')
    .option('--dry-run', 'show what would go, and change nothing');
  addUser(cli, act);
  addMail(cli, act);
  add('explain', '<user> <app>', 'Say whether somebody may open an app, and why', [
    'homeauth explain anna wiki',
  ]).option('--end-sessions', 'log them out everywhere where they may not');
  add('rescue', '[user]', 'Get back in when nobody can log in; for root, on this server', [
    'homeauth rescue',
    'homeauth rescue helen --second-factor',
  ])
    .option('--link', 'print a link that logs in once (unless told otherwise)')
    .option('--new-password', 'set a new password, and ask for it')
    .option('--password-file <file>', 'set a new password: the only line of a file')
    .option('--password-stdin', 'set a new password, piped in')
    .option('--second-factor', 'remove their second factors');
  const shell = new Argument('<bash|zsh|fish>', 'your shell').choices(['bash', 'zsh', 'fish']);
  const completion = add('completion', '', 'Print what lets your shell complete commands and names', [
    'source <(homeauth completion bash)',
    'homeauth completion zsh > /usr/local/share/zsh/site-functions/_homeauth',
    'homeauth completion fish > ~/.config/fish/completions/homeauth.fish',
  ])
    .addArgument(shell)
    .addHelpText('after', '\nAfter an update of homeauth, print it again.')
    .action(async (name: string) => {
      const { grammarOf } = await import('./commands/completion/grammar.ts');
      await act('completion', [name], { ...completion.optsWithGlobals(), grammar: grammarOf(cli) });
    });
  addWait(cli);
  return cli;
}
