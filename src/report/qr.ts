import type { Matrix } from '../model/second-factor.ts';
import type { Style } from './style.ts';

/** Light modules around the code. Readers manage with two, and four would not fit into forty columns. */
const margin = 2;

/**
 * A QR code for a terminal, two rows of it in each line. Black on white whatever the terminal's own colours are; where
 * there may be no colours it is drawn for a dark terminal, on which characters are light.
 * @returns undefined where there are no such signs, or too few columns
 */
export function qr(matrix: Matrix, { unicode, room, colour }: Style): string | undefined {
  const size = matrix.length + 2 * margin;
  if (!unicode || size > room) return undefined;
  const isDark = (row: number, column: number) => matrix[row - margin]?.[column - margin] ?? false;
  const isInked = colour.ink('x') !== 'x';
  const sign = (upper: boolean, lower: boolean): string => {
    const [up, down] = isInked ? [upper, lower] : [!upper, !lower];
    return up ? (down ? '█' : '▀') : down ? '▄' : ' ';
  };
  const range = (length: number, step: number) => Array.from({ length: Math.ceil(length / step) }, (_, n) => n * step);
  const lines = range(size, 2).map((row) =>
    range(size, 1)
      .map((column) => sign(isDark(row, column), isDark(row + 1, column)))
      .join(''),
  );
  return lines.map((line) => colour.ink(line)).join('\n');
}
