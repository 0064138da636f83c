import jsqr from 'jsqr';

type Reader = typeof jsqr.default;
// A package of the old sort: what it exports may lie one deeper.
const read = (jsqr.default ?? jsqr) as Reader;

/** Pixels a module is wide and high. */
const scale = 4;

/**
 * What a camera reads off a terminal: the half blocks of the lines become pixels, as that terminal would show them.
 * `ink` is the colour of the signs, `paper` that of the ground behind them, as far as the text does not set its own.
 */
export function scanned(text: string, screen: 'dark' | 'light' = 'dark'): string | undefined {
  const lines = cells(text, screen === 'dark');
  const wide = Math.max(...lines.map((line) => line.length));
  const [columns, rows] = [wide + 8, lines.length * 2 + 8];
  const pixels = new Uint8ClampedArray(columns * rows * scale * scale * 4);
  for (let y = 0; y < rows * scale; y++) {
    for (let x = 0; x < columns * scale; x++) {
      const [column, row] = [Math.floor(x / scale) - 4, Math.floor(y / scale) - 4];
      const cell = lines[Math.floor(row / 2)]?.[column];
      const isLight = cell ? cell[row % 2 === 0 ? 0 : 1] : screen === 'light';
      const at = (y * columns * scale + x) * 4;
      pixels.fill(isLight ? 255 : 0, at, at + 3);
      pixels[at + 3] = 255;
    }
  }
  // As strict as the readers that do not look for a code with its colours the other way round.
  return read(pixels, columns * scale, rows * scale, { inversionAttempts: 'dontInvert' })?.data;
}

type Cell = readonly [upper: boolean, lower: boolean];

/** Each sign of each line as two halves; true is light. Colours last until others are set, over lines, too. */
function cells(text: string, onDark: boolean): Cell[][] {
  let [ink, paper] = [onDark, !onDark];
  const paint = (code: string) => {
    if (code === '30') ink = false;
    if (['39', '0', ''].includes(code)) ink = onDark;
    if (code === '107') paper = true;
    if (['49', '0', ''].includes(code)) paper = !onDark;
  };
  return text.split('\n').map((line) => {
    const out: Cell[] = [];
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a terminal is told with.
    for (const [, codes, sign] of line.matchAll(/\x1b\[([\d;]*)m|(.)/gu)) {
      if (sign === undefined) for (const code of (codes ?? '').split(';')) paint(code);
      else out.push([sign === '█' || sign === '▀' ? ink : paper, sign === '█' || sign === '▄' ? ink : paper]);
    }
    return out;
  });
}
