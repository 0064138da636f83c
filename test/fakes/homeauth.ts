import type { CommonFlags } from '../../src/cli/define-command.ts';
import { type CommandName, declarations } from '../../src/cli.ts';
import type { Runtime } from '../../src/installation/command-runtime.ts';
import { Failure } from '../../src/model/failure.ts';
import { packagedTemplates } from '../../src/world/templates.ts';
import { catalogue } from './catalogue.ts';
import { type FakeTerminal, fakeTerminal, type Keys, type TerminalOptions } from './terminal.ts';
import type { FakeWorld } from './world.ts';

/** The flags of a command, by the names that commander gives them. */
export type Flags = Readonly<Record<string, unknown>>;

/** What somebody types at the terminal, in order; else what is with one that nobody sits at; or a terminal itself. */
export type Sitting = readonly Keys[] | TerminalOptions | FakeTerminal;

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly failure?: Failure;
}

/** Runs commands of homeauth in a fake world, as the command line would, and tells what they printed. */
export function homeauthIn(fake: FakeWorld, over: Partial<Runtime> = {}) {
  return async (
    command: CommandName,
    args: readonly unknown[] = [],
    flags: Flags = {},
    at: Sitting = {},
  ): Promise<Ran> => {
    const terminal = 'out' in at ? at : 'length' in at ? fakeTerminal(at) : fakeTerminal(undefined, at);
    const runtime: Runtime = {
      world: fake.world,
      terminal,
      connect: fake.connect,
      templates: packagedTemplates,
      catalogue,
      pointer: '/etc/homeauth/location',
      cwd: '/',
      env: {},
      version: '0.1.0',
      problemsPage: '/usr/lib/node_modules/homeauth/docs/problems.md',
      signal: new AbortController().signal,
      ...over,
    };
    await fake.clock.betweenCommands();
    const text = () => ({ out: terminal.out.join('\n'), err: terminal.err.join('\n') });
    try {
      return { code: await declarations[command].run(args, flags as CommonFlags, runtime), ...text() };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return { code: error.exit, ...text(), failure: error };
    }
  };
}

/** Text without the breaks of its lines. */
export const plain = (...text: readonly unknown[]): string => text.flat(2).join(' ').replace(/\s+/g, ' ');

/** What `init` is told everywhere. */
export const initFlags: Flags = {
  domain: 'home.example.com',
  baseDir: '/srv/docker',
  admin: 'helen',
  name: 'Helen',
  email: 'helen@example.com',
  tls: 'internal',
};
