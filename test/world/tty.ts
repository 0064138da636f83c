import { PassThrough, Writable } from 'node:stream';
import { nodeTerminal, type TerminalOptions } from '../../src/world/terminal/terminal.ts';

/** A stream that keeps what is written to it. */
class Sheet extends Writable {
  text = '';
  readonly isTTY: boolean;
  readonly columns?: number;
  /** As on the process's own streams: a pipe into it does not end it. */
  readonly _isStdio = true;

  constructor(isTTY: boolean, columns?: number) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
    if (columns !== undefined) this.columns = columns;
  }

  override _write(chunk: string | Buffer, _: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

export interface Desk {
  /** Whether a person sits there. */
  readonly tty?: boolean;
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: Partial<TerminalOptions['flags']>;
}

const none = { yes: false, noInput: false, json: false, color: 'never' } as const;

/** A terminal with both ends in the hands of a test. */
export function desk({ tty = true, columns, env = { LANG: 'C.UTF-8' }, flags = {} }: Desk = {}) {
  const stdin = Object.assign(new PassThrough(), { isTTY: tty });
  const [stdout, stderr] = [new Sheet(tty, columns), new Sheet(tty, columns)];
  const interrupt = new AbortController();
  const { signal } = interrupt;
  const terminal = nodeTerminal({ env, stdin, stdout, stderr, flags: { ...none, ...flags }, signal });
  return { terminal, stdin, stdout, stderr, interrupt };
}

/** Types each answer once `words` stand on the screen for it, one after the other. */
export async function type({ stdin, stderr }: ReturnType<typeof desk>, ...steps: [words: string, keys: string][]) {
  let from = 0;
  for (const [words, keys] of steps) {
    const end = Date.now() + 5000;
    while (!stderr.text.includes(words, from)) {
      if (Date.now() > end) throw new Error(`"${words}" never came: ${JSON.stringify(stderr.text.slice(from))}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    from = stderr.text.indexOf(words, from) + words.length;
    stdin.write(keys);
  }
}
