import type {
  OptionValues,
  Command as Typed,
  Argument as TypedArgument,
  Option as TypedOption,
} from '@commander-js/extra-typings';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import type { Runtime } from '../installation/command-runtime.ts';
import type { ExitCode } from '../model/failure.ts';

export type { Typed };

/** Flags that every command has, and those that follow from what it declares. */
export interface CommonFlags {
  readonly config?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
  /** False with --no-input. */
  readonly input?: boolean;
  readonly color?: 'auto' | 'always' | 'never';
  readonly debug?: boolean;
  /** In minutes, of commands that change something. */
  readonly wait?: number;
  /** Of commands that say what they would do. */
  readonly dryRun?: boolean;
}

/** The headings of the help, in their order. */
export const headings = {
  'set up': 'Set up:',
  apps: 'Apps:',
  people: 'People:',
  care: 'Care:',
  shell: 'Shell and help:',
} as const;

interface Declared<Name extends string, Args extends unknown[], Flags extends OptionValues> {
  /** As it is typed: `user add`. */
  readonly name: Name;
  readonly heading: keyof typeof headings;
  readonly about: string;
  readonly examples: readonly string[];
  /** It changes an installation: one at a time, so it waits for another run. */
  readonly changes?: true;
  /** What --dry-run does instead; a command without it has no such flag. */
  readonly dryRun?: string;
  /** Its arguments and flags; from their text follow the types of what `run` is given. */
  readonly takes?: (command: Typed) => Typed<Args, Flags>;
  /** Loads the command and carries it out. */
  readonly run: (args: Args, flags: Flags & CommonFlags, runtime: Runtime) => Promise<ExitCode>;
}

/** A command as the rest of homeauth sees it. */
export interface Declaration<Name extends string = string, Flags = unknown>
  extends Omit<Declared<Name, never, never>, 'takes' | 'run'> {
  /** The command itself, with everything that was declared; made anew at each call. */
  command(): Command;
  run(args: readonly unknown[], flags: CommonFlags, runtime: Runtime): Promise<ExitCode>;
  /** Never there: it carries the type of the flags. */
  readonly flags?: Flags;
}

/** What `run` of a declared command is given: renaming a flag there and not where it is read does not compile. */
export type FlagsOf<D> = D extends Declaration<string, infer Flags> ? Flags : never;

/** Declares a command: everything about it stands in one place, and what it does is loaded when it runs. */
export function defineCommand<
  const Name extends string,
  Args extends unknown[] = [],
  Flags extends OptionValues = Record<never, never>,
>({ takes, run, ...rest }: Declared<Name, Args, Flags>): Declaration<Name, Flags & CommonFlags> {
  return {
    ...rest,
    run: (args, flags, runtime) =>
      (run as unknown as Declaration['run'])(args, flags, rest.changes ? { ...runtime, changes: true } : runtime),
    command() {
      const word = rest.name.slice(rest.name.lastIndexOf(' ') + 1);
      const command = new Command(word)
        .description(rest.about)
        .addHelpText('before', examples(rest.examples))
        .configureOutput(quiet)
        .exitOverride();
      takes?.(command as unknown as Typed);
      if (rest.dryRun) command.option('--dry-run', rest.dryRun);
      if (rest.changes) command.addOption(new Option('--wait <minutes>', waits).argParser(minutes));
      return command;
    },
  };
}

/** Of a mistake on the command line: main tells it, like every other error. No command inherits it. */
export const quiet = { outputError: () => {} };

const waits = 'minutes to wait for another run of homeauth; default: 15; 0: do not wait';
/** A day, in minutes. */
const longestWait = 24 * 60;

function minutes(value: string): number {
  if (/^\d+$/.test(value) && Number(value) <= longestWait) return Number(value);
  throw new InvalidArgumentError(`is not a whole number of minutes, from 0 to ${longestWait}.`);
}

export const examples = (lines: readonly string[]): string =>
  `Examples:\n${lines.map((line) => `  $ ${line.replaceAll('\n', '\n      ')}`).join('\n')}\n`;

/** Of commands that may give an app a group. */
export const endShutOut = ['--end-sessions', 'log out everywhere those whom a new group excludes from an app'] as const;

/** A flag that takes one of a few words, which stand in its placeholder, `--mode <app|domain>`, or beside it. */
export const choice = <const Flag extends string>(
  flag: Flag,
  help: string,
  words: readonly string[] = (/<(.+)>/.exec(flag)?.[1] ?? '').split('|'),
): TypedOption<Flag> => new Option(flag, help).choices(words) as unknown as TypedOption<Flag>;

/** An argument that is one of a few words. */
export const oneOf = <const Name extends string, const Word extends string>(
  name: Name,
  help: string,
  words: readonly Word[],
): TypedArgument<Name, undefined, undefined, undefined, Word> =>
  new Argument(name, help).choices(words) as unknown as TypedArgument<Name, undefined, undefined, undefined, Word>;

/** A flag that may be given more than once. */
export const several = <const Flag extends string>(
  flag: Flag,
  help: string,
): TypedOption<Flag, undefined, undefined, readonly string[]> =>
  new Option(flag, help).argParser((value: string, before: readonly string[] = []) => [
    ...before,
    value,
  ]) as unknown as TypedOption<Flag, undefined, undefined, readonly string[]>;
