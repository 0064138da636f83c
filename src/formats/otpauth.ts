import type { Otpauth } from '../model/second-factor.ts';

/** What every app takes for granted. Source: the Key URI Format of Google's authenticator. */
const usual: Readonly<Record<string, string>> = { algorithm: 'SHA1', digits: '6', period: '30' };

/**
 * Reads an otpauth URI, and leaves out what goes without saying: with all of it a QR code is wider than a narrow
 * terminal. @returns undefined where it is none
 */
export function readOtpauth(uri: string): Otpauth | undefined {
  const [, label = '', query = ''] = /^otpauth:\/\/totp\/([^?]*)\?(.*)$/.exec(uri) ?? [];
  const given = new URLSearchParams(query);
  const secret = given.get('secret') ?? '';
  if (secret === '') return undefined;
  const [issuer, ...account] = label.split(/:|%3A/i);
  const more = [...given].filter(([name, value]) => {
    const isKnown = name === 'issuer' && account.length > 0 && value === decodeURIComponent(issuer ?? '');
    return name !== 'secret' && !isKnown && usual[name] !== value;
  });
  const rest = more.map(([name, value]) => `&${name}=${encodeURIComponent(value)}`).join('');
  return {
    uri: `otpauth://totp/${[issuer, ...account].join(':')}?secret=${secret}${rest}`,
    secret,
    digits: Number(given.get('digits') ?? usual['digits']),
    period: Number(given.get('period') ?? usual['period']),
  };
}
