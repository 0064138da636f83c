import type { Command } from 'commander';
import type { Action } from '../cli.ts';
import { adding, group } from './adding.ts';

/** `homeauth user …`: people, who live in authentik and not in homeauth.yaml. */
export function addUser(cli: Command, act: Action): void {
  const user = group(cli, 'user', 'People: accounts, groups, passwords', ['homeauth user list']);
  const add = adding(user, act);
  add('user list', '', 'List everyone who can log in', ['homeauth user list', 'homeauth user list --json']).option(
    '-v, --verbose',
    "show authentik's own and service accounts, too",
  );
}
