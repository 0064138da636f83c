import { domainToASCII } from 'node:url';
import type { Refusal } from './refusal.ts';

const example = 'for example home.example.com';

/** A full host name as it goes into DNS, a certificate and a cookie: lower-case ASCII, two labels or more. */
export function checkHostName(value: string): Refusal | undefined {
  const problem = shape(value) ?? spelling(value) ?? labels(value);
  if (!problem) return undefined;
  const better = clean(value);
  const fix = better === undefined ? `Write a name alone, ${example}.` : `Write ${better}.`;
  return { fix, ...problem };
}

/** True for `wiki.home.example.com` and `home.example.com` in `home.example.com`, not for `evilhome.example.com`. */
export function isInside(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}

type Trouble = Omit<Refusal, 'fix'> & { readonly fix?: string };

function shape(value: string): Trouble | undefined {
  if (value.trim() === '') return { problem: 'is empty', fix: `Write a name, ${example}.` };
  if (/[\s\p{Cc}]/u.test(value)) return { problem: 'has a space or a control character in it' };
  const [placeholder] = /[{}$]/.exec(value) ?? [];
  if (placeholder !== undefined) {
    return {
      problem: placeholder === '$' ? 'has a dollar sign in it' : 'has a brace in it',
      why: 'It looks like a variable, and none is filled in here: the name itself is needed.',
      fix: `Write the name alone, ${example}.`,
    };
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return { problem: 'has a scheme in front' };
  if (isAddress(value)) {
    return {
      problem: 'is an IP address',
      why: 'Browsers share a login between names below one domain, and an address has none.',
      fix: `Write a domain, ${example}.`,
    };
  }
  if (value.includes('@')) return { problem: 'is an e-mail address', fix: `Write ${value.split('@').at(-1)}.` };
  if (/[/?#]/.test(value)) return { problem: 'has a path behind it' };
  if (/:\d*$/.test(value)) return { problem: 'has a port behind it', why: 'Caddy answers on 443, the usual one.' };
  if (value.includes('*')) return { problem: 'is a wildcard', why: 'Each app gets a name of its own.' };
  return undefined;
}

function spelling(value: string): Trouble | undefined {
  if (value.endsWith('.')) return { problem: 'ends with a dot' };
  if (value.startsWith('.')) return { problem: 'begins with a dot' };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII itself
  if (/[^\x00-\x7f]/.test(value)) {
    return { problem: 'has letters that DNS does not know', why: 'DNS has an ASCII form (punycode) for them.' };
  }
  if (/[A-Z]/.test(value)) return { problem: 'has capital letters', why: 'Cookies and certificates use lower case.' };
  return undefined;
}

function labels(value: string): Trouble | undefined {
  const parts = value.split('.');
  if (value.length > 253) return { problem: `has ${value.length} letters; DNS takes 253` };
  for (const part of parts) {
    if (part === '') return { problem: 'has two dots side by side' };
    if (part.length > 63) return { problem: `has a part of ${part.length} letters; DNS takes 63` };
    if (part.includes('_'))
      return { problem: 'has an underscore', why: 'Host names have letters, digits and hyphens.' };
    if (!/^[a-z0-9-]+$/.test(part)) return { problem: 'has characters other than letters, digits, hyphens and dots' };
    if (part.startsWith('-') || part.endsWith('-')) return { problem: 'has a part that begins or ends with a hyphen' };
    if (part.startsWith('xn--') && domainToASCII(part) === '')
      return { problem: 'has a part that is not valid punycode' };
  }
  if (parts.length < 2) {
    return {
      problem: 'is a single word',
      why: 'Browsers refuse a cookie for a whole top-level domain, so one login could not serve several apps.',
      fix: `Write two parts or more: ${value}.home.arpa, home.${value}, or a domain that you own.`,
    };
  }
  if (/^\d+$/.test(parts.at(-1) ?? '')) return { problem: 'ends with a number, like an IP address' };
  return undefined;
}

/** True for an IPv4 or IPv6 address, with or without brackets or a port. */
function isAddress(value: string): boolean {
  return /^\d+(\.\d+){3}(:\d*)?$/.test(value) || /^\[.*\]/.test(value) || /^[0-9a-f]*:[0-9a-f:.]*:/i.test(value);
}

/** The host name that was probably meant, if taking things off makes one. */
function clean(value: string): string | undefined {
  const bare = value
    .trim()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
    .replace(/[/?#].*$/s, '')
    .replace(/:\d*$/, '')
    .replace(/^\*?\.+/, '')
    .replace(/\.+$/, '')
    .replace(/\.{2,}/g, '.');
  const ascii = domainToASCII(bare.toLowerCase());
  return ascii !== '' && ascii !== value && !isAddress(ascii) && !spelling(ascii) && !labels(ascii) ? ascii : undefined;
}
