import { describe, expect, test } from 'vitest';
import { readOtpauth } from '../../src/formats/otpauth.ts';
import { qrMatrix } from '../../src/formats/qr.ts';
import { appSetup, factors, methods, recoveryCodes, skewed } from '../../src/report/second-factor.ts';
import { width } from '../../src/report/text.ts';
import { ascii, coloured, plain } from './styles.ts';

const secret = 'PGZ5ERLSHRPISBYWV6RMLBG5SSSZICRK';
const app = readOtpauth(`otpauth://totp/authentik%3Achristopher?secret=${secret}&issuer=authentik`)!;
const setup = (style = coloured()) => appSetup(app, qrMatrix(app.uri), style);
const widest = (text: string) => Math.max(...text.split('\n').map(width));

describe('what an app has to know', () => {
  test('stands with the question below it on 80 columns and 24 lines', () => {
    expect(widest(setup())).toBeLessThan(80);
    expect(setup().split('\n').length).toBeLessThan(24);
    expect(setup(plain()).split('\n').length).toBeLessThan(25);
  });

  test('stands on 40 columns, but for the text that nobody may break', () => {
    const lines = setup(coloured(40)).split('\n');
    expect(widest(lines.filter((line) => line !== app.uri).join('\n'))).toBeLessThan(40);
    expect(lines).toContain(app.uri);
    expect(lines).toContain(`Secret ${secret}`);
  });

  test('without the signs for a code is said to be text alone', () => {
    expect(setup(ascii())).toBe(
      `No QR code: the locale of this terminal is not UTF-8. Give this text, or the\nsecret, to an authenticator app:\n${app.uri}\nSecret ${secret}`,
    );
  });

  test('in a window that is too narrow is said to be text alone', () => {
    const text = setup(coloured(30)).replaceAll('\n', ' ');
    expect(text).toContain('too narrow for a QR code');
    expect(text).not.toMatch(/[▀▄█]/);
  });

  test('without colours says for which terminal it is drawn', () => {
    expect(setup(plain())).toContain('drawn for a dark terminal');
    expect(setup()).not.toContain('dark terminal');
  });
});

test('recovery codes stand side by side where there is room, each of them whole', () => {
  const codes = ['OSvum8HSD2dw', 'vlvefHdNDKRP', 'o0UQ9U89bRzw', '9ccIcS0iCBKE', '9Rf3e7fckofF', 'tHUM13tWrrLZ'];
  const rows = (columns: number) =>
    recoveryCodes(codes, plain(columns))
      .split('\n')
      .filter((line) => codes.some((code) => line.includes(code)))
      .map((line) => line.trim().split(/\s+/));
  expect(rows(80).map((row) => row.length)).toEqual([3, 3]);
  expect(rows(40).map((row) => row.length)).toEqual([2, 2, 2]);
  expect(rows(20).flat()).toEqual(codes);
  expect(widest(recoveryCodes(codes, plain(40)))).toBeLessThan(40);
});

test('a clock is told to be ahead or behind, and how to put it right', () => {
  expect(skewed(95, plain())).toContain('95 s ahead of');
  expect(skewed(-95, plain())).toContain('95 s behind');
  expect(skewed(95, plain()).split('\n').at(-1)).toBe('    timedatectl set-ntp true');
});

test('second factors have names that people know', () => {
  expect(methods(['totp', 'static'])).toBe('an authenticator app and recovery codes');
  expect(factors([{ method: 'webauthn', id: '1', name: 'x' }], plain())).toBe('  passkey or security key   never used');
});
