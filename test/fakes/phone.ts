import { readOtpauth } from '../../src/formats/otpauth.ts';
import { scanned } from '../report/scanned.ts';
import { totp } from '../standin/flow/totp.ts';

/** A phone with an authenticator app, held in front of a terminal. `now`: ms since 1970. */
export interface Phone {
  /** Scans the QR code on the screen and says the six digits that it then shows. */
  scan(shown: readonly string[]): string;
  /** The six digits at this moment. */
  code(): string;
  readonly uri: string;
}

export function phone(now: () => number): Phone {
  let uri = '';
  const code = () => totp(readOtpauth(uri)?.secret ?? '', Math.floor(now() / 30_000));
  return {
    get uri() {
      return uri;
    },
    code,
    scan(shown) {
      const page = shown.findLast((text) => text.includes('▀')) ?? '';
      uri =
        scanned(
          page
            .split('\n')
            .filter((line) => /^[ ▀▄█]{20,}$/.test(line))
            .join('\n'),
        ) ?? '';
      if (uri === '') throw new Error(`no QR code can be read off: ${page}`);
      return code();
    },
  };
}
