import type { Command } from 'commander';
import type { Action } from '../cli.ts';
import { adding, group } from './adding.ts';

/** `homeauth mail …`: the mail that authentik sends. */
export function addMail(cli: Command, act: Action): void {
  const mail = group(cli, 'mail', 'The mail that authentik sends', ['homeauth mail test helen@example.com']);
  adding(mail, act)('mail test', '<address>', 'Send a mail, and say where it stops if it does', [
    'homeauth mail test helen@example.com',
  ]);
}
