import type { Command, CommanderError } from 'commander';
import { nearest } from '../config/nearest.ts';
import { Failure } from '../model/failure.ts';

/** What a person mistyped on the command line, and what was probably meant. */
export function usageError({ code, message }: CommanderError, argv: readonly string[], cli: Command): Failure {
  const [, quoted = ''] = /'([^']*)'/.exec(message) ?? [];
  const path = commandIn(argv, cli);
  const command = path.at(-1);
  const here = ['homeauth', ...path.map((one) => one.name())].join(' ');
  // commander knows letters that changed places, which nearest does not.
  const near = (candidates: readonly string[]) =>
    /Did you mean (?:one of )?([^,?]+)/.exec(message)?.[1] ?? nearest(quoted, candidates);
  switch (code) {
    case 'commander.unknownCommand': {
      const meant = near((command ?? cli).commands.map((one) => one.name()));
      return misuse(`${here} has no command "${quoted}".`, meant && `${here} ${meant}`, `All commands: ${here} --help`);
    }
    case 'commander.unknownOption': {
      const meant = near([...(command?.options ?? []), ...cli.options].flatMap(({ long }) => long ?? []));
      return misuse(`${here} has no flag ${quoted}.`, meant && `${here} ${meant}`, `All flags: ${here} --help`);
    }
    case 'commander.missingArgument': {
      const choices = command?.registeredArguments.find((one) => one.name() === quoted)?.argChoices;
      return misuse(
        `<${quoted}> is missing behind ${here}.`,
        undefined,
        choices ? `Write one of: ${choices.join(', ')}` : `Write it like this: ${here} ${argumentsOf(command)}`,
      );
    }
    case 'commander.excessArguments': {
      // One that does something by itself takes a mistyped command below it for an argument.
      const below = command?.commands.map((one) => one.name()) ?? [];
      const word = command && below.length > 0 ? argv[argv.indexOf(command.name()) + 1] : undefined;
      if (word !== undefined && !word.startsWith('-')) {
        const meant = nearest(word, below);
        return misuse(`${here} has no command "${word}".`, meant && `${here} ${meant}`, `All commands: ${here} --help`);
      }
      return misuse(`${here} was given too many arguments.`, undefined, `How it is written: ${here} --help`);
    }
    case 'commander.optionMissingArgument': {
      const [flag] = quoted.split(' ');
      return misuse(`${flag} needs a value.`, undefined, `Write it like this: ${here} ${quoted}`);
    }
    case 'commander.help':
      return misuse(`${here} needs a subcommand.`, undefined, `All commands: ${here} --help`);
    case 'commander.invalidArgument':
      return invalid(message, here);
    default:
      return misuse(`${message.replace(/^error: /, '')}.`, undefined, `How it is written: ${here} --help`);
  }
}

/** The command that a line is about, from the outermost in: `user`, `add`. */
export function commandIn(argv: readonly string[], cli: Command): readonly Command[] {
  const path: Command[] = [];
  for (const word of argv) {
    const next = (path.at(-1) ?? cli).commands.find((one) => one.name() === word);
    if (next) path.push(next);
  }
  return path;
}

/** A word that is not among the choices: behind a flag, or as the argument of a command. */
function invalid(message: string, here: string): Failure {
  // A flag that judges its value has words of its own.
  const [, wordsOf, typed, why] = /option '([^']*)' argument '([^']*)' is invalid\. (is not .*)/.exec(message) ?? [];
  if (why) return misuse(`"${typed}" ${why}`, undefined, `Write it like this: ${here} ${wordsOf}`);
  const [first = '', second = ''] = [...message.matchAll(/'([^']*)'/g)].map(([, word]) => word);
  const isArgument = message.includes('command-argument');
  const [flag, value] = isArgument ? [`<${second}>`, first] : [first.replace(/^-\w, /, ''), second];
  // Not all of them stand in the flag's own words.
  const choices = /Allowed choices are (.*)\.$/m.exec(message)?.[1]?.split(', ') ?? [];
  const meant = nearest(value, choices);
  return misuse(
    `"${value}" is not one of: ${choices.join(', ')}.`,
    meant && `${here} ${flag.replace(/<.*>/, meant)}`,
    `Write it like this: ${here} ${flag}`,
  );
}

const misuse = (problem: string, meant: string | undefined, fix: string): Failure =>
  new Failure({ code: 'misuse', problem, fix: meant ? `Did you mean: ${meant}` : fix });

const argumentsOf = (command: Command | undefined): string =>
  (command?.registeredArguments ?? []).map((one) => (one.required ? `<${one.name()}>` : `[${one.name()}]`)).join(' ');
