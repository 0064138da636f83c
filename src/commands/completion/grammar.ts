import type { Argument, Command, Option } from 'commander';

export interface Flag {
  /** As they are typed: `--verbose`, `-v`. */
  readonly names: readonly string[];
  readonly about: string;
  /** What stands behind it: one of some words, a path, or whatever the person likes. Absent: nothing does. */
  readonly value?: readonly string[] | 'path' | 'free';
}

export interface Verb {
  readonly name: string;
  readonly about: string;
  readonly flags: readonly Flag[];
  /** What its argument can be: one of some words, or an app of the installation. */
  readonly words: readonly string[] | 'apps';
  /** Commands below it: then its first word is one of their names. */
  readonly verbs: readonly Verb[];
}

/** All that can be completed, as data: made of the commands themselves, so that nothing is written twice. */
export interface Grammar {
  readonly verbs: readonly Verb[];
  /** Flags that go with every command. */
  readonly flags: readonly Flag[];
}

/** Help topics that are no commands. */
const topics = ['exit-codes'];

export function grammarOf(cli: Command, known: readonly string[]): Grammar {
  return { verbs: verbsOf(cli, known), flags: cli.createHelp().visibleOptions(cli).map(flag) };
}

function verbsOf(parent: Command, known: readonly string[]): Verb[] {
  const commands = parent.createHelp().visibleCommands(parent);
  const names = commands.map((command) => command.name());
  return commands.map((command) => ({
    name: command.name(),
    about: command.description(),
    flags: command.name() === 'help' ? [] : command.options.map(flag),
    words: wordsOf(command.name(), command.registeredArguments, names, known),
    verbs: command.name() === 'help' ? [] : verbsOf(command, known),
  }));
}

/** Every command that can be typed, by its whole name: `user add`. */
export const wholeVerbs = (verbs: readonly Verb[], above = ''): Verb[] =>
  verbs.flatMap((verb) => {
    const name = above + verb.name;
    const below = verb.verbs.map((one) => one.name);
    return [
      { ...verb, name, ...(below.length > 0 && { words: [...(verb.words === 'apps' ? [] : verb.words), ...below] }) },
      ...wholeVerbs(verb.verbs, `${name} `),
    ];
  });

function wordsOf(
  command: string,
  args: readonly Argument[],
  commands: readonly string[],
  known: readonly string[],
): Verb['words'] {
  if (command === 'add-app' || command === 'apps') return known;
  if (command === 'remove-app' || command === 'app') return 'apps';
  if (command === 'help') return [...commands.filter((name) => name !== 'help'), ...topics];
  return args.flatMap(({ argChoices }) => argChoices ?? []);
}

function flag({ long, short, flags, description, argChoices }: Option): Flag {
  const names = [long, short].filter((name) => name !== undefined && name !== null);
  const placeholder = /<(.+)>/.exec(flags)?.[1];
  const value = argChoices ?? (/^(file|path)$/.test(placeholder ?? '') ? 'path' : placeholder && 'free');
  return { names, about: description, ...(value && { value }) } as Flag;
}
