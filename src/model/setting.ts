import type { FailureText } from './failure.ts';
import type { Shown } from './shown.ts';

/** How a way out names a setting: as a line of homeauth.yaml, or as a flag of the first `init`, when there is none. */
export interface Setting {
  /** That it gets a value. */
  to(key: Settable, value: string): string;
  /** That it is left out. */
  without(key: Settable): string;
}

/** Keys of homeauth.yaml that are flags of `init`, too. */
export type Settable =
  | 'proxy'
  | 'listen'
  | 'proxy-address'
  | 'caddy-container'
  | 'auth-host'
  | 'tls'
  | 'tls-from'
  | 'authentik.version'
  | 'authentik.allow-unsupported';

const flagOf = (key: Settable): string =>
  `--${key.replace('authentik.version', 'authentik-version').replace(/^authentik\.a/, 'a')}`;

const inFile: Setting = {
  to: (key, value) => `${key}: ${key === 'tls-from' ? `[${value}]` : value} in homeauth.yaml`,
  without: (key) => `take the line ${key} out of homeauth.yaml`,
};

const asFlag: Setting = {
  to: (key, value) => (value === 'true' ? flagOf(key) : `${flagOf(key)} ${value}`),
  without: (key) => `leave ${flagOf(key)} out`,
};

/** A way out that names settings, both ways. */
export const bySetting = (say: (setting: Setting) => Shown): Pick<FailureText, 'fix' | 'fixByFlag'> => ({
  fix: say(inFile),
  fixByFlag: say(asFlag),
});

/** The issue as it is told before the first `init`. */
export function byFlag<I extends Pick<FailureText, 'fix' | 'fixByFlag'>>({ fixByFlag, ...issue }: I) {
  return fixByFlag === undefined ? issue : { ...issue, fix: fixByFlag };
}
