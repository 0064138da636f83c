import measure from 'fast-string-truncated-width';
import { harmless } from './harmless.ts';
import type { Output, Screen } from './screen.ts';

/** How often, in ms, a wait is mentioned where its line cannot be rewritten. */
const everySoOften = 30_000;

/** Writes lines to both streams, and keeps one at the end that is rewritten in place. */
export interface Writer {
  data(text: string): void;
  say(text: string): void;
  live(line: string | undefined): void;
}

/**
 * The live line is written without hiding the cursor: so nothing has to be restored, however the process ends.
 * Whatever is shown passes here, and nothing in it but our own colours steers the terminal.
 * A reader that has gone away (`homeauth doctor | head`) stops the words, not the work.
 */
export function writer(stdout: Output, stderr: Output, screen: Screen, dumb: boolean): Writer {
  const inPlace = stderr.isTTY === true && !dumb;
  let shown = false;
  let last = performance.now();
  for (const stream of [stdout, stderr]) stream.on('error', ignoreBrokenPipe);

  const clean = (text: string) => harmless(text, screen.unicode);
  const write = (stream: Output, text: string) => {
    if (shown) stderr.write('\r\x1b[2K');
    shown = false;
    last = performance.now();
    stream.write(text);
  };
  return {
    data: (text) => write(stdout, `${clean(text)}\n`),
    say: (text) => write(stderr, `${clean(text)}\n`),
    live: (whole) => {
      const line = whole === undefined ? undefined : clean(whole).replaceAll('\n', ' ');
      if (inPlace) {
        if (line === undefined && !shown) return;
        write(stderr, line === undefined ? '' : fitting(line, screen.columns - 3));
        shown = line !== undefined;
      } else if (line !== undefined && performance.now() - last >= everySoOften) {
        write(stderr, `${line}\n`);
      }
    },
  };
}

/** A line that wraps could not be rewritten, and a terminal may write ^C behind it. */
const fitting = (line: string, columns: number): string => line.slice(0, measure(line, { limit: columns }).index);

function ignoreBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
