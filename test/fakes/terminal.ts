import { Failure } from '../../src/model/failure.ts';
import { Secret } from '../../src/model/secret.ts';
import type { Screen } from '../../src/world/terminal/screen.ts';
import type { Terminal } from '../../src/world/terminal/terminal.ts';

/** What is typed; or what follows from the words that stand on the screen by then. */
export type Keys = string | ((shown: readonly string[]) => string);

export interface FakeTerminal extends Terminal {
  /** What went to standard output, and to standard error. */
  readonly out: string[];
  readonly err: string[];
  /** Lines that the next one replaced. */
  readonly lives: readonly string[];
  /** Answers that nobody asked for. */
  readonly left: readonly Keys[];
}

export interface TerminalOptions {
  readonly json?: boolean;
  /** What is piped in. */
  readonly stdin?: string;
}

const plain = (text: string) => text;
const screen: Screen = {
  columns: 80,
  unicode: true,
  colour: { green: plain, red: plain, yellow: plain, dim: plain, bold: plain, black: { bgWhiteBright: plain } },
} as Screen;

/**
 * A terminal that nobody sits at, or one whose keys are these answers, in order. An empty one is Enter; one that will
 * not do is told so, and the next is taken.
 */
export function fakeTerminal(answers?: readonly Keys[], { json = false, stdin }: TerminalOptions = {}): FakeTerminal {
  const out: string[] = [];
  const err: string[] = [];
  const lives: string[] = [];
  const left = [...(answers ?? [])];
  const next = (message: string): string => {
    const keys = left.shift();
    if (keys === undefined)
      throw new Failure({ code: 'nobody-to-ask', problem: `Nobody answers: ${message}`, fix: 'Answer.' });
    const answer = typeof keys === 'function' ? keys(err) : keys;
    err.push(`? ${message}`);
    return answer;
  };
  const ask: Terminal['ask'] = async ({ message, initial = '', validate }) => {
    for (;;) {
      const value = next(message) || initial;
      const sentence = await validate?.(value);
      if (sentence === undefined) return value;
      err.push(`> ${sentence}`);
    }
  };
  return {
    out,
    err,
    lives,
    left,
    json,
    interactive: answers !== undefined,
    stdout: screen,
    stderr: screen,
    data: (text) => out.push(text),
    say: (text) => err.push(text),
    live: (line) => void (line !== undefined && lives.push(line)),
    readStdin: async () => new Secret(stdin ?? ''),
    ask,
    async askSecret({ message, again, validate }) {
      for (;;) {
        const value = await ask({ message, flag: '', ifStopped: '', ...(validate && { validate }) });
        if (again === undefined || value === next(again)) return new Secret(value);
        err.push('> The two are not the same.');
      }
    },
    confirm: async ({ message, initial }) => {
      const answer = next(message);
      return answer === '' ? initial : answer === 'y';
    },
    choose: async ({ message, choices }) => {
      const answer = next(message);
      const chosen = choices.find(({ name }) => name === answer);
      if (!chosen) throw new Error(`no choice ${answer}`);
      return chosen.value;
    },
  };
}
