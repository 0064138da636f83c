import { quotationOf, type Shown, textOf } from '../model/shown.ts';
import { cut, legible } from './text.ts';

/** One line, one mark. The last five stand in plans, the others in front of results. */
export type Mark = 'done' | 'wrong' | 'look' | 'wait' | 'add' | 'alter' | 'drop' | 'ask' | 'leave';

export type Paint = (text: string) => string;

export interface Palette {
  readonly green: Paint;
  readonly red: Paint;
  readonly yellow: Paint;
  readonly dim: Paint;
  readonly bold: Paint;
  /** Black on white, whatever the terminal's own colours are. */
  readonly ink: Paint;
}

/** Colours as chalk has them. */
interface Colours extends Omit<Palette, 'ink'> {
  readonly black: { readonly bgWhiteBright: Paint };
}

/** What the text is shown on. */
export interface Surface {
  readonly columns: number;
  readonly unicode: boolean;
  readonly colour: Colours;
}

export interface Style {
  /** Columns that may be used: one less than there are, as some terminals wrap at the last one. */
  readonly room: number;
  /** Whether signs such as ✓ can be shown. */
  readonly unicode: boolean;
  readonly colour: Palette;
  /** Columns that what stands below a marked result is indented by. */
  readonly indent: number;
  /** Coloured, and padded so that the texts behind line up. */
  mark(mark: Mark): string;
  /** Words made fit to be shown: a name or a sentence on one line, whatever stands in it. */
  text(text: Shown): string;
  /** Quoted material, the same, with its lines. */
  quote(text: Shown): string;
  /** Words behind a mark. */
  marked(mark: Mark, text: Shown): string;
  /** At most so many columns of it, on one line. */
  cut(text: string, columns: number): string;
}

const marks: Readonly<Record<Mark, readonly [unicode: string, ascii: string, colour: keyof Palette]>> = {
  done: ['✓', 'ok  ', 'green'],
  wrong: ['✗', 'FAIL', 'red'],
  look: ['!', '!   ', 'yellow'],
  wait: ['·', '.   ', 'dim'],
  add: ['+', '+', 'green'],
  alter: ['~', '~', 'yellow'],
  drop: ['-', '-', 'red'],
  ask: ['!', '!', 'yellow'],
  leave: ['·', '.', 'dim'],
};

/** How things look on a surface. */
export function styleOf({ columns, unicode, colour }: Surface): Style {
  const { green, red, yellow, dim, bold } = colour;
  const ink = alone(colour.black.bgWhiteBright);
  const paints = {
    green: alone(green),
    red: alone(red),
    yellow: alone(yellow),
    dim: alone(dim),
    bold: alone(bold),
    ink,
  };
  const text = (from: Shown) => legible(textOf(from), unicode);
  const mark = (as: Mark) => {
    const [sign, plain, paint] = marks[as];
    return paints[paint](unicode ? sign : plain);
  };
  return {
    room: Math.max(20, columns - 1),
    unicode,
    colour: paints,
    indent: unicode ? 4 : 7,
    text,
    quote: (from) => legible(quotationOf(from), unicode),
    mark,
    marked: (as, from) => `${mark(as)} ${text(from)}`,
    cut: (from, limit) => cut(text(from), limit, unicode ? '…' : '...'),
  };
}

/** A chalk joins all that it is given, and `map` gives it an index too. */
const alone =
  (paint: Paint): Paint =>
  (text) =>
    paint(text);
