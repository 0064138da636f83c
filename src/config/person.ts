import { checkHostName } from './host-name.ts';
import type { Refusal } from './refusal.ts';

/** A user name: authentik takes nearly anything up to 150 letters, case-sensitively; ours is a narrower rule. */
export function checkUsername(value: string): Refusal | undefined {
  const example = 'for example helen';
  if (value.trim() === '') return { problem: 'is empty', fix: `Write a user name, ${example}.` };
  if (value.length > 150) {
    return { problem: `has ${value.length} letters`, why: 'authentik takes 150.', fix: 'Write a shorter one.' };
  }
  if (/[A-Z]/.test(value)) {
    // What is told to write instead must itself be taken.
    const otherwise = checkUsername(value.toLowerCase());
    if (otherwise) return otherwise;
    return {
      problem: 'has capital letters',
      why: `authentik takes ${value} and ${value.toLowerCase()} for two different people.`,
      fix: `Write ${value.toLowerCase()}.`,
    };
  }
  if (value === 'akadmin') {
    return {
      problem: "is authentik's own emergency account",
      why: 'homeauth makes you an account of your own, so that this one can stay unused.',
      fix: `Choose another, ${example}.`,
    };
  }
  if (value.includes('@')) {
    const local = (value.split('@')[0] ?? '').toLowerCase();
    return {
      problem: 'is an e-mail address',
      fix: `Write the user name alone${local ? `, for example ${local}` : ''}.`,
    };
  }
  if (!/^[a-z0-9]/.test(value)) {
    return { problem: 'does not begin with a letter from a to z or a digit', fix: `Begin it with one, ${example}.` };
  }
  if (!/^[a-z0-9._-]+$/.test(value)) {
    return {
      problem: 'has characters other than a to z, digits, dot, hyphen and underscore',
      fix: `Leave them out, ${example}.`,
    };
  }
  return undefined;
}

/** An e-mail address as Django's validator, and so authentik, takes it. */
export function checkEmail(value: string): Refusal | undefined {
  const example = 'Write it like helen@example.com.';
  const inside = /<([^<>]+)>\s*$/.exec(value)?.[1];
  if (value.trim() === '') return { problem: 'is empty', fix: example };
  if (inside !== undefined) return { problem: 'has a name around the address', fix: `Write ${inside} alone.` };
  if (/[\s\p{Cc}]/u.test(value)) return { problem: 'has a space or a control character in it', fix: example };
  const at = value.lastIndexOf('@');
  const local = value.slice(0, at);
  const host = value.slice(at + 1).toLowerCase();
  if (at < 0) return { problem: 'has no @', fix: example };
  if (!/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/.test(local) || local.length > 64) {
    return { problem: 'has a part before the @ that mail servers do not take', fix: example };
  }
  const refusal = checkHostName(host);
  // Its own fix is a host name alone, and its reason a cookie.
  if (refusal) return { problem: `has a part behind the @ that ${refusal.problem}`, fix: example };
  if (value.length > 254)
    return { problem: `has ${value.length} letters; mail takes 254`, fix: 'Use a shorter address.' };
  return undefined;
}

/** A sender: an address, or a name with the address in angle brackets. */
export function checkSender(value: string): Refusal | undefined {
  const named = /^([^<>\p{Cc}]*)<([^<>]+)>$/u.exec(value);
  return checkEmail(named?.[2] ?? value);
}

/** A name or title for people to read: one line. */
export function checkTitle(value: string): Refusal | undefined {
  if (value.trim() === '') return { problem: 'is empty', fix: 'Write a name, for example Helen.' };
  if (/\p{Cc}/u.test(value)) {
    return { problem: 'has a line break or a control character in it', fix: 'Write it on one line.' };
  }
  if (value.length > 150) return { problem: `has ${value.length} letters`, fix: 'Write 150 or fewer.' };
  return undefined;
}
