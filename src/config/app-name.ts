import type { Refusal } from './refusal.ts';

/** Paths below `/application/o/` that authentik keeps for OAuth itself (its slug validator refuses them). */
const takenByAuthentik = ['authorize', 'token', 'device', 'userinfo', 'introspect', 'revoke'];

/** The application that protects the whole domain. */
const takenByUs = 'home';

/** An app's name: its slug in authentik, the first part of its host name, and a preset's container name. */
export function checkAppName(value: string): Refusal | undefined {
  const example = 'for example wiki';
  if (value.trim() === '') return { problem: 'is empty', fix: `Write a name, ${example}.` };
  if (takenByAuthentik.includes(value)) {
    return {
      problem: "is one of authentik's own paths",
      why: 'An application of that name would hide the OAuth endpoint.',
      fix: `Write another name, for example my-${value}, and keep the host with host: HOST.`,
    };
  }
  if (value === takenByUs) {
    return {
      problem: "is homeauth's own application for the whole domain",
      fix: 'Write another name, for example start, and keep the host with host: HOST.',
    };
  }
  const better = slug(value);
  const fix = better === '' || better === value ? `Write one like wiki or paperless-ngx.` : `Write ${better}.`;
  if (/[A-Z]/.test(value)) return { problem: 'has capital letters', why: 'It becomes a host name.', fix };
  if (!/^[a-z0-9-]+$/.test(value)) return { problem: 'has characters other than a to z, digits and hyphens', fix };
  if (value.startsWith('-') || value.endsWith('-')) return { problem: 'begins or ends with a hyphen', fix };
  if (value.length > 50) return { problem: `has ${value.length} letters`, fix: 'Write 50 or fewer.' };
  return undefined;
}

/** A Docker container's name. */
export function checkContainerName(value: string): Refusal | undefined {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(value)) return undefined;
  return { problem: 'is not a container name', fix: 'Write it as in the last column of docker ps, for example caddy.' };
}

function slug(value: string): string {
  return value
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}
