import { Failure } from '../../src/model/failure.ts';
import { Secret } from '../../src/model/secret.ts';
import type { Screen } from '../../src/world/terminal/screen.ts';
import type { Terminal } from '../../src/world/terminal/terminal.ts';

export interface FakeTerminal extends Terminal {
  /** What went to standard output, and to standard error. */
  readonly out: string[];
  readonly err: string[];
}

const plain = (text: string) => text;
const screen: Screen = {
  columns: 80,
  unicode: true,
  colour: { green: plain, red: plain, yellow: plain, dim: plain, bold: plain },
} as Screen;

/** A terminal that nobody sits at, or one whose keys are these answers, in order. */
export function fakeTerminal(answers?: readonly string[], json = false): FakeTerminal {
  const out: string[] = [];
  const err: string[] = [];
  const left = [...(answers ?? [])];
  const next = (message: string): string => {
    const answer = left.shift();
    if (answer === undefined)
      throw new Failure({ code: 'nobody-to-ask', problem: `Nobody answers: ${message}`, fix: 'Answer.' });
    err.push(`? ${message}`);
    return answer;
  };
  return {
    out,
    err,
    json,
    interactive: answers !== undefined,
    stdout: screen,
    stderr: screen,
    data: (text) => out.push(text),
    say: (text) => err.push(text),
    live: () => {},
    readStdin: async () => new Secret(next('stdin')),
    ask: async ({ message }) => next(message),
    askSecret: async ({ message }) => new Secret(next(message)),
    confirm: async ({ message }) => next(message) === 'y',
    choose: async ({ message, choices }) => {
      const answer = next(message);
      const chosen = choices.find(({ name }) => name === answer);
      if (!chosen) throw new Error(`no choice ${answer}`);
      return chosen.value;
    },
  };
}
