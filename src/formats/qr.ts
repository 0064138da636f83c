import qrcode from 'qrcode-generator';
import type { Matrix } from '../model/second-factor.ts';

/** Letters that take less room than others. */
const dense = /([0-9A-Z]{8,})/;

/**
 * A QR code as small as the text allows: the least error correction, as a screen has no dirt, and every long run of
 * capitals and digits, such as a secret, in the mode that is made for it.
 */
export function qrMatrix(text: string): Matrix {
  const code = qrcode(0, 'L');
  for (const part of text.split(dense)) {
    if (part !== '') code.addData(part, dense.test(part) ? 'Alphanumeric' : 'Byte');
  }
  code.make();
  const range = Array.from({ length: code.getModuleCount() }, (_, n) => n);
  return range.map((row) => range.map((column) => code.isDark(row, column)));
}
