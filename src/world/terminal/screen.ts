import { Chalk, type ChalkInstance } from 'chalk';

export type Env = Readonly<Record<string, string | undefined>>;
export type ColourFlag = 'auto' | 'always' | 'never';

/** A stream that may be a terminal. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** What text is shown on. */
export interface Screen {
  /** 80 where it is not known. Read it anew each time: people resize windows. */
  readonly columns: number;
  /** Whether signs such as ✓ can be shown. */
  readonly unicode: boolean;
  readonly colour: ChalkInstance;
}

export function screenOf(stream: Output, env: Env, flag: ColourFlag): Screen {
  return {
    get columns() {
      return stream.columns || 80;
    },
    unicode: hasUnicode(env),
    // The sixteen colours that every terminal has, as its owner has set them.
    colour: new Chalk({ level: hasColour(stream, env, flag) ? 1 : 0 }),
  };
}

/** By the locale, as POSIX orders its variables. The console of Linux itself has UTF-8, but no font for the signs. */
function hasUnicode(env: Env): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return /utf-?8/i.test(locale) && env['TERM'] !== 'linux';
}

/** The flag, then FORCE_COLOR (which beats NO_COLOR, as in Node), then NO_COLOR, then what the stream is. */
function hasColour(stream: Output, env: Env, flag: ColourFlag): boolean {
  if (flag !== 'auto') return flag === 'always';
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  if (env['NO_COLOR']) return false;
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}
