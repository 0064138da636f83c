/** What somebody proves themselves with beside the password. `static`: recovery codes; `totp`: an authenticator app. */
export type Method = 'totp' | 'static' | 'webauthn' | 'duo' | 'sms' | 'email' | 'endpoint';

/** A second factor that somebody has. */
export interface Factor {
  readonly method: Method;
  readonly id: string;
  /** As authentik, or the person, calls it. */
  readonly name: string;
  /** ISO 8601; absent: never. */
  readonly lastUsed?: string;
}

/** What an authenticator app has to know of a second factor. */
export interface Otpauth {
  /** As short as it can be: apps take what is left out for the usual. */
  readonly uri: string;
  /** Base32. */
  readonly secret: string;
  readonly digits: number;
  /** Seconds that a code is good for. */
  readonly period: number;
}

/** Rows of a QR code's modules; true is dark. Without the light margin that a reader needs around it. */
export type Matrix = readonly (readonly boolean[])[];
