import { Failure } from '../model/failure.ts';
import { oneLine } from '../model/steering.ts';
import type { Validate } from '../world/terminal/question.ts';
import type { Terminal } from '../world/terminal/terminal.ts';

/** Something a command wants to know: by argument or flag, else by asking. */
export interface Wanted {
  /** What was typed on the command line. */
  readonly given: string | undefined;
  readonly prompt: string;
  /** As it is typed: `--email ADDRESS`. */
  readonly flag: string;
  readonly initial?: string;
  readonly validate: Validate;
}

const ifStopped = 'Nothing was changed.';

/**
 * An answer that will do. In a terminal one that will not is told why, and asked for again.
 * @throws Failure answer-missing, flag-invalid where nobody can be asked
 */
export async function answerTo(
  { given, prompt, flag, initial, validate }: Wanted,
  terminal: Terminal,
): Promise<string> {
  const sentence = given === undefined ? undefined : await validate(given);
  if (given !== undefined && sentence === undefined) return given;
  if (!terminal.interactive) {
    if (sentence !== undefined)
      throw new Failure({ code: 'flag-invalid', problem: sentence, fix: `Correct it: ${flag}` });
    if (initial !== undefined) return initial;
    throw new Failure({
      code: 'answer-missing',
      problem: `${flag.split(' ')[0]} is missing.`,
      why: 'homeauth cannot ask here.',
      fix: `Add ${flag}`,
    });
  }
  if (sentence !== undefined) terminal.say(oneLine(sentence));
  return terminal.ask({ message: prompt, flag, ifStopped, validate, ...(initial !== undefined && { initial }) });
}
