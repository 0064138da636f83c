import type { Refusal } from './refusal.ts';

/** Schemes that authentik refuses: a browser would run what follows them. */
const forbidden = ['javascript:', 'data:', 'vbscript:'];

/** Where authentik may send people back to. `{host}` is filled in; a pattern need not be an address. */
export function checkReturnAddress(value: string): Refusal | undefined {
  const foreign = /\{(?!host\}|hostRegex\})[A-Za-z]+\}/.exec(value)?.[0];
  if (/\s/.test(value) || value === '') {
    return { problem: 'has a space in it', fix: 'Write the whole address, such as https://{host}/oauth2/callback' };
  }
  if (foreign !== undefined) {
    const fix = 'Write {host} for the host of the app, and everything else as it is.';
    return { problem: `has ${foreign} in it, which stands for nothing here`, fix };
  }
  const filled = value.replaceAll('{host}', 'host.invalid').replaceAll('{hostRegex}', 'host.invalid');
  const isPattern = filled.startsWith('^');
  if (!isPattern && !/^[a-z][a-z0-9+.-]*:/i.test(filled)) {
    return { problem: 'does not begin with https:// or another scheme', fix: `Write https://{host}/… in front of it.` };
  }
  if (forbidden.some((scheme) => filled.toLowerCase().startsWith(scheme))) {
    return { problem: 'begins with a scheme that authentik refuses', fix: 'Write the address that the app says.' };
  }
  return undefined;
}
