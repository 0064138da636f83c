import { describe, expect, test } from 'vitest';
import { readOtpauth } from '../../src/formats/otpauth.ts';
import { qrMatrix } from '../../src/formats/qr.ts';
import { qr } from '../../src/report/second-factor.ts';
import { width } from '../../src/report/text.ts';
import { scanned } from './scanned.ts';
import { ascii, coloured, plain } from './styles.ts';

/** As a real authentik gave it. */
const real =
  'otpauth://totp/authentik%3Abob?secret=PGZ5ERLSHRPISBYWV6RMLBG5SSSZICRK&algorithm=SHA1&digits=6&period=30&issuer=authentik';
const { uri } = readOtpauth(real) ?? { uri: '' };

describe('a QR code in a terminal', () => {
  test.each(['dark', 'light'] as const)('is read by a program off a %s one', (screen) => {
    expect(scanned(qr(qrMatrix(uri), coloured()) ?? '', screen)).toBe(uri);
  });

  test.each(['o', 'helen', 'christopher.nolan.jr2', 'somebody-with-a-really-long-name'])('is read for %s', (name) => {
    const text = uri.replace('bob', name);
    expect(scanned(qr(qrMatrix(text), coloured()) ?? '')).toBe(text);
  });

  test('without colours is drawn for a dark one', () => {
    const text = qr(qrMatrix(uri), plain()) ?? '';
    expect(text).not.toContain('\u001b');
    expect(scanned(text, 'dark')).toBe(uri);
    expect(scanned(text, 'light')).toBeUndefined();
  });

  test('fits beside its words into 80 columns and 24 lines, and into 40 columns', () => {
    for (const name of ['bob', 'helen', 'christopher.nolan.jr2']) {
      const lines = (qr(qrMatrix(uri.replace('bob', name)), plain(40)) ?? '').split('\n');
      expect(Math.max(...lines.map(width))).toBeLessThanOrEqual(39);
      expect(lines.length).toBeLessThanOrEqual(19);
    }
  });

  test('is left out where it would not be one', () => {
    expect(qr(qrMatrix(uri), plain(30))).toBeUndefined();
    expect(qr(qrMatrix(uri), ascii())).toBeUndefined();
  });
});
