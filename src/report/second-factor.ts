import type { Factor, Matrix, Method, Otpauth } from '../model/second-factor.ts';
import { below, prose, row, wrap } from './layout.ts';
import type { Style } from './style.ts';
import { width } from './text.ts';
import { minute } from './time.ts';

const nouns: Readonly<Record<Method, string>> = {
  totp: 'authenticator app',
  static: 'recovery codes',
  webauthn: 'passkey or security key',
  duo: 'Duo',
  sms: 'codes by SMS',
  email: 'codes by mail',
  endpoint: 'known device',
};

const articles: Readonly<Partial<Record<Method, string>>> = { totp: 'an ', webauthn: 'a ', endpoint: 'a ' };

/** `an authenticator app and recovery codes`. */
export const methods = (all: readonly Method[]): string =>
  [...new Set(all)].map((method) => `${articles[method] ?? ''}${nouns[method]}`).join(' and ');

/** What an authenticator app has to know: to be scanned, and to be typed. The text is never broken into lines. */
export function appSetup({ uri, secret }: Otpauth, matrix: Matrix, style: Style): string {
  const code = qr(matrix, style);
  const lead = code
    ? 'Scan this with an authenticator app:'
    : `${style.unicode ? 'This window is too narrow for a QR code' : 'No QR code: the locale of this terminal is not UTF-8'}. Give this text, or the secret, to an authenticator app:`;
  const isInked = style.colour.ink('x') !== 'x';
  const note = 'Without colours it is drawn for a dark terminal. If the app sees nothing, type the secret.';
  return [
    prose(lead, style),
    ...(code ? [code] : []),
    ...(code && !isInked ? [prose(note, style)] : []),
    uri,
    `Secret ${secret}`,
  ].join('\n');
}

/** Columns between two recovery codes. */
const gap = 3;

/** Recovery codes in a block to be copied, and what to do with them. */
export function recoveryCodes(codes: readonly string[], style: Style): string {
  const wide = Math.max(...codes.map(width));
  const side = Math.max(1, Math.min(3, Math.floor((style.room - 2 + gap) / (wide + gap))));
  const rows = Array.from({ length: Math.ceil(codes.length / side) }, (_, n) => codes.slice(n * side, (n + 1) * side));
  return [
    '',
    prose('Recovery codes, in case the phone is lost. Each works once, instead of the six digits:', style),
    '',
    ...rows.map((row) => `  ${row.join(' '.repeat(gap))}`),
    '',
    ...wrap(
      'They are shown only once. Keep them on paper or in a password manager, and not on that phone alone.',
      style.room,
    ),
  ].join('\n');
}

/** What somebody has, a line each. */
export function factors(all: readonly Factor[], style: Style): string {
  const wide = Math.max(...all.map(({ method }) => width(nouns[method])));
  return all
    .map(({ method, lastUsed }) => {
      const used = lastUsed ? `last used ${minute(lastUsed)}` : 'never used';
      const { [method]: noun } = nouns;
      return `  ${noun}${' '.repeat(wide - width(noun))}   ${style.colour.dim(used)}`;
    })
    .join('\n');
}

/** That the clocks differ. `ahead`: seconds that this machine is ahead of authentik; less than nothing: behind. */
export const skewed = (ahead: number, style: Style): string =>
  [
    ...row(style, {
      mark: style.mark('look'),
      text: `The clock of this machine is ${Math.abs(ahead)} s ${ahead > 0 ? 'ahead of' : 'behind'} authentik's. Codes are made from the time, and good for 30 s: those of a phone that goes by this machine will be refused. Put right the one that is wrong:`,
    }),
    ...below(['timedatectl set-ntp true'], style.indent),
  ].join('\n');

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
