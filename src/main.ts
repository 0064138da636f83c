import { createRequire } from 'node:module';
import { type Command, CommanderError } from 'commander';
import type { CommonFlags } from './cli/define-command.ts';
import { isTooManyFiles, tooManyFiles } from './cli/too-many-files.ts';
import { buildCli, type CommandName, declarations } from './cli.ts';
import type { ExitCode } from './model/failure.ts';

const issues = 'the issue tracker of the place where you got homeauth from';

/** homeauth's own version, from its package. */
export const version = (): string => createRequire(import.meta.url)('../package.json').version;

/**
 * Carries out one command line. This file and cli.ts become one file, which starts before anything else is loaded, so
 * they import nothing but commander until they know what to load.
 * @returns the exit status
 */
export async function main(argv: readonly string[]): Promise<number> {
  bearClosedPipes();
  try {
    return await commandLine(argv);
  } catch (error) {
    if (isTooManyFiles(error)) return tooManyFiles(isJson(argv));
    throw error;
  }
}

async function commandLine(argv: readonly string[]): Promise<number> {
  if (argv[0] === 'help' && argv[1] === 'exit-codes') return exitCodesHelp();
  if (argv[0] === 'app-names') return (await import('./main/app-names.ts')).appNames();
  let code: ExitCode = 0;
  const interview = argv.includes('init') ? (await import('./config/questions.ts')).questions : [];
  const cli = buildCli(version(), interview, async (command, args, flags) => {
    code = await carryOut(command, args, flags);
  });
  try {
    await cli.parseAsync(asTyped(argv, cli), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : misused(error, argv, cli);
  }
  return code;
}

/** Nothing at all asks for help, and help about nothing we know is a mistake: commander would show its own help. */
function asTyped(argv: readonly string[], cli: Command): string[] {
  const [first = '--help', topic, ...rest] = argv;
  if (first === 'help' && topic !== undefined)
    return isUnknown([topic], cli) ? [topic, ...rest] : [topic, ...rest, '--help'];
  const isHelp = (word: string) => word === '--help' || word === '-h';
  if (argv.some(isHelp) && isUnknown(cli.parseOptions([...argv]).operands, cli))
    return argv.filter((word) => !isHelp(word));
  return [first, ...argv.slice(1)];
}

/** Whether one of these words stands where a command should, and is none. */
function isUnknown([word, ...more]: readonly string[], { commands }: Command): boolean {
  if (word === undefined || word === 'help' || commands.length === 0) return false;
  const command = commands.find((one) => one.name() === word);
  return command === undefined || isUnknown(more, command);
}

const isJson = (argv: readonly string[]): boolean => argv.some((word) => /^--json(=|$)/.test(word));

async function misused(error: CommanderError, argv: readonly string[], cli: Command): Promise<ExitCode> {
  const json = isJson(argv);
  // Its help has been shown: a command that only holds others was typed alone.
  if (error.code === 'commander.help' && !json) return 2;
  const [{ usageError: trouble, commandIn }, { ownTerminal }] = await Promise.all([
    import('./cli/usage-error.ts'),
    import('./main/terminal.ts'),
  ]);
  const path = commandIn(argv, cli).map((one) => one.name());
  const command = path.join(' ') || 'homeauth';
  const flags: CommonFlags = { json };
  return tell(trouble(error, argv, cli), command, flags, ownTerminal(flags));
}

async function carryOut(command: CommandName, args: readonly unknown[], flags: CommonFlags): Promise<ExitCode> {
  const { wire } = await import('./main/wire.ts');
  const runtime = wire(flags);
  try {
    return await declarations[command].run(args, flags, runtime);
  } catch (error) {
    if (isTooManyFiles(error)) throw error;
    return tell(error, command, flags, runtime.terminal);
  } finally {
    runtime.terminal.live(undefined);
  }
}

async function tell(
  error: unknown,
  command: string,
  flags: CommonFlags,
  terminal: import('./world/terminal/terminal.ts').Terminal,
): Promise<ExitCode> {
  const [{ exitCodes, Failure }, { failure, failureData }, { bug, bugData }, { styleOf }, { envelope }] =
    await Promise.all([
      import('./model/failure.ts'),
      import('./report/failure.ts'),
      import('./report/bug.ts'),
      import('./report/style.ts'),
      import('./report/envelope.ts'),
    ]);
  const style = styleOf(terminal.stderr);
  const known = error instanceof Failure;
  terminal.live(undefined);
  terminal.say(known ? failure(error, style) : bug(error, { debug: flags.debug ?? false, issues }, style));
  if (known && flags.debug && error.cause) terminal.say(String((error.cause as Error).stack ?? error.cause));
  if (terminal.json)
    terminal.data(envelope(command, false, { error: known ? failureData(error) : bugData(error, issues) }));
  return known ? error.exit : exitCodes.bug;
}

async function exitCodesHelp(): Promise<ExitCode> {
  const [{ exitCodesHelp: text }, { styleOf }, { ownTerminal }] = await Promise.all([
    import('./report/exit-codes.ts'),
    import('./report/style.ts'),
    import('./main/terminal.ts'),
  ]);
  const terminal = ownTerminal({});
  terminal.data(text(styleOf(terminal.stdout)));
  return 0;
}

/**
 * A reader that has seen enough (`homeauth --help | head -1`, `homeauth doctor | grep -q`) is no error: what is still
 * written goes nowhere, and the exit code says how the command went, not who read it.
 */
function bearClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
}
