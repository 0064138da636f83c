import { expect, test } from 'vitest';
import { readOtpauth } from '../../src/formats/otpauth.ts';

const secret = 'PGZ5ERLSHRPISBYWV6RMLBG5SSSZICRK';
const given = (label: string, more: string) => readOtpauth(`otpauth://totp/${label}?secret=${secret}${more}`);

test('what every app takes for granted is left out', () => {
  expect(given('authentik%3Abob', '&algorithm=SHA1&digits=6&period=30&issuer=authentik')).toEqual({
    uri: `otpauth://totp/authentik:bob?secret=${secret}`,
    secret,
    digits: 6,
    period: 30,
  });
});

test('what is not usual stays', () => {
  expect(given('authentik%3Abob', '&algorithm=SHA256&digits=8&period=60&issuer=Our%20home')).toEqual({
    uri: `otpauth://totp/authentik:bob?secret=${secret}&algorithm=SHA256&digits=8&period=60&issuer=Our%20home`,
    secret,
    digits: 8,
    period: 60,
  });
});

test('an issuer that the name does not say stays', () => {
  expect(given('bob', '&issuer=authentik')?.uri).toBe(`otpauth://totp/bob?secret=${secret}&issuer=authentik`);
});

test('an issuer with a space in it is the one in the name', () => {
  expect(given('Our%20home%3Abob', '&issuer=Our%20home')?.uri).toBe(`otpauth://totp/Our%20home:bob?secret=${secret}`);
});

test.each(['', 'otpauth://totp/bob', 'otpauth://hotp/bob?secret=A', 'https://example.com/?secret=A'])(
  '%s is none',
  (uri) => {
    expect(readOtpauth(uri)).toBeUndefined();
  },
);
