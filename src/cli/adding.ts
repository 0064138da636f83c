import { type Command, Option } from 'commander';
import type { Action } from '../cli.ts';
import type { CommandName } from '../commands/flags.ts';

export const examples = (...lines: readonly string[]): string =>
  `Examples:\n${lines.map((line) => `  $ ${line.replaceAll('\n', '\n      ')}`).join('\n')}\n`;

/** A flag that takes one of a few words, which stand in its placeholder: `--mode <app|domain>`. */
export const choice = (flag: string, help: string): Option =>
  new Option(flag, help).choices((/<(.+)>/.exec(flag)?.[1] ?? '').split('|'));

/** Declares a command below another: its whole name, its arguments, what it does, and how it is typed. */
export type Add = (name: CommandName, args: string, about: string, shown: readonly string[]) => Command;

export const adding =
  (parent: Command, act: Action): Add =>
  (name, args, about, shown) => {
    const word = name.slice(name.lastIndexOf(' ') + 1);
    const command = parent.command(args === '' ? word : `${word} ${args}`).description(about);
    return command
      .addHelpText('before', examples(...shown))
      .exitOverride()
      .action(async (...given: unknown[]) => {
        const values = given.slice(0, -2).filter((v) => typeof v === 'string');
        await act(name, values, command.optsWithGlobals());
      });
  };

/** A command that only holds others: `homeauth user`. */
export const group = (parent: Command, name: string, about: string, shown: readonly string[]): Command =>
  parent
    .command(name)
    .description(about)
    .addHelpText('before', examples(...shown))
    .helpCommand(false)
    .exitOverride();
