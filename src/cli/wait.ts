import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CommandName } from '../commands/flags.ts';

/** Commands that change an installation, and so are at work on it alone. */
const alone: readonly CommandName[] = [
  ...(['init', 'add-app', 'remove-app', 'apply', 'uninstall', 'explain', 'rescue'] as const),
  ...(['user add', 'user groups', 'user password', 'user reset', 'user invite', 'user invites'] as const),
  ...(['user disable', 'user enable', 'user remove', 'user reset-2fa'] as const),
];

const about = 'how long to wait for another homeauth that is at work; 15 unless told, 0: not at all';
/** A day. */
const longest = 24 * 60;

/** Gives each of them the flag for how long it waits until it is. */
export function addWait(cli: Command): void {
  for (const name of alone) {
    const command = name.split(' ').reduce((parent, word) => below(parent, word), cli);
    command.addOption(new Option('--wait <minutes>', about).argParser(minutes));
  }
}

function below(parent: Command, word: string): Command {
  const found = parent.commands.find((one) => one.name() === word);
  if (!found) throw new Error(`there is no command ${word}`);
  return found;
}

function minutes(value: string): number {
  if (/^\d+$/.test(value) && Number(value) <= longest) return Number(value);
  throw new InvalidArgumentError(`is not a whole number of minutes, from 0 to ${longest}.`);
}
