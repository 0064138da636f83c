import { Failure } from '../../model/failure.ts';
import { Secret } from '../../model/secret.ts';
import { asking, type Input } from './prompts.ts';
import type { Asking } from './question.ts';
import { type ColourFlag, type Env, type Output, type Screen, screenOf } from './screen.ts';
import { writer } from './writer.ts';

/** The only place that prints and asks. Data goes to standard output, everything else to standard error. */
export interface Terminal extends Asking {
  /** What the command was asked for, followed by a line's end: to standard output. */
  data(text: string): void;
  /** A message to the person, followed by a line's end: to standard error. */
  say(text: string): void;
  /** A line that the next one, or any other output, replaces; without a terminal one is kept every 30 s. */
  live(line: string | undefined): void;
  /** What `data` and what `say` are shown on: they may differ. */
  readonly stdout: Screen;
  readonly stderr: Screen;
  /** Whether `--json` was given. */
  readonly json: boolean;
  /** Whether somebody can be asked. */
  readonly interactive: boolean;
  /** A secret that is piped in. @throws Failure where nothing is */
  readStdin(): Promise<Secret>;
}

export interface TerminalFlags {
  readonly yes: boolean;
  readonly noInput: boolean;
  readonly json: boolean;
  readonly color: ColourFlag;
}

export interface TerminalOptions {
  readonly env: Env;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly flags: TerminalFlags;
  /** Ends an open question. */
  readonly signal: AbortSignal;
}

export function nodeTerminal({ env, stdin, stdout, stderr, flags, signal }: TerminalOptions): Terminal {
  const screens = { stdout: screenOf(stdout, env, flags.color), stderr: screenOf(stderr, env, flags.color) };
  const lines = writer(stdout, stderr, screens.stderr, env['TERM'] === 'dumb');
  const mute = whyMute(flags, env, stdin, stderr);
  const { yes, json } = flags;
  return {
    ...lines,
    ...asking({ stdin, stderr, screen: screens.stderr, writer: lines, signal, mute, yes }),
    ...screens,
    json,
    interactive: mute === undefined,
    readStdin: () => readStdin(stdin),
  };
}

function whyMute({ yes, noInput }: TerminalFlags, env: Env, stdin: Input, stderr: Output): string | undefined {
  if (noInput) return '--no-input was given';
  if (yes) return '--yes was given, which answers yes and nothing else';
  if (env['CI'] && env['CI'] !== 'false') return 'CI is set';
  if (!stdin.isTTY) return 'standard input is no terminal';
  return stderr.isTTY ? undefined : 'standard error is no terminal';
}

/** Everything that is piped in, without the line's end that `echo` adds. @throws Failure at a terminal, which shows what is typed */
async function readStdin(stdin: Input): Promise<Secret> {
  if (stdin.isTTY) {
    throw new Failure({
      code: 'stdin-is-terminal',
      problem: 'A secret should come from standard input, and that is your keyboard.',
      why: 'It would be shown while you type it.',
      fix: 'Pipe it in, or leave the flag out: homeauth then asks for it without showing it.',
    });
  }
  stdin.setEncoding('utf8');
  let text = '';
  for await (const chunk of stdin) text += chunk;
  return new Secret(text.replace(/\r?\n$/, ''));
}
