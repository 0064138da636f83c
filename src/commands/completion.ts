import type { Runtime } from '../installation/command-runtime.ts';
import { type ExitCode, exitCodes } from '../model/failure.ts';
import { bashScript } from './completion/bash.ts';
import { fishScript } from './completion/fish.ts';
import type { Grammar } from './completion/grammar.ts';
import { zshScript } from './completion/zsh.ts';

const scripts: Readonly<Record<string, (grammar: Grammar) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/**
 * `homeauth completion SHELL`: a script that completes without starting homeauth, except for the names of apps. It
 * knows the commands of the release that printed it.
 */
export async function completion(shell: string, grammar: Grammar, { terminal }: Runtime): Promise<ExitCode> {
  terminal.data((scripts[shell] ?? bashScript)(grammar).trimEnd());
  return exitCodes.fine;
}
