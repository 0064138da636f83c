import type { CommonFlags } from '../cli/define-command.ts';
import type { Progress } from '../engine/run.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import { open } from '../installation/open.ts';
import { kinds } from '../kinds/index.ts';
import { type ExitCode, exitCodes } from '../model/failure.ts';
import { envelope } from '../report/envelope.ts';
import { progress } from '../report/progress.ts';
import { type Style, styleOf } from '../report/style.ts';

/** How a command talks: words on stderr, and what it is asked for on stdout. */
export interface Screen {
  /** For what is said; `paper` for results. */
  readonly style: Style;
  readonly paper: Style;
  readonly json: boolean;
  say(text: string): void;
  /** The command's result, words for a person, one object for a script; and the exit code that says whether it is `ok`. */
  result(words: string, data: Readonly<Record<string, unknown>>, ok?: boolean): ExitCode;
  progress(event: Progress): void;
}

/** What a command works on, and where it tells of it. @throws Failure as `open` does */
export async function begin(command: string, flags: CommonFlags, runtime: Runtime) {
  return { installation: await open(flags.config, runtime), screen: screenOf(runtime, command) };
}

export function screenOf({ terminal }: Runtime, command: string): Screen {
  const style = styleOf(terminal.stderr);
  return {
    style,
    paper: styleOf(terminal.stdout),
    json: terminal.json,
    say: (text) => terminal.say(text),
    result(words, data, ok = true) {
      if (terminal.json) terminal.data(envelope(command, ok, data));
      else terminal.data(words);
      return ok ? exitCodes.fine : exitCodes.wrong;
    },
    progress(event) {
      const shown = progress(event, kinds, style);
      if (!shown) return;
      if ('say' in shown) terminal.say(shown.say);
      else terminal.live(shown.live);
    },
  };
}
