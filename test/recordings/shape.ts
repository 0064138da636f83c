import { kind, twin } from './names.ts';
import type { Answer } from './send.ts';

/**
 * Objects whose keys are not compared: the caller's headers, free attributes, and a blueprint's metadata, which
 * is complete only once the blueprint is applied, and the order of that was luck.
 */
const OPEN = new Set(['http_headers', 'attributes', 'metadata']);
/** Cookies that only the browser's account switcher uses. */
const UNUSED = new Set(['authentik_account_sessions']);

/**
 * How an answer differs from the recorded one: status, the kinds of headers, and the body. Errors have to be the
 * same to the letter; other JSON has to have the same keys and types, and the same count where it is a list.
 */
export function differences(recorded: Answer, actual: Answer): string[] {
  if (recorded.status !== actual.status) {
    return [`status ${actual.status}, recorded ${recorded.status}: ${JSON.stringify(actual.body).slice(0, 200)}`];
  }
  const exact = recorded.status >= 400 && typeof recorded.body === 'object';
  const body = exact ? same(recorded.body, actual.body) : shape(recorded.body, actual.body, '');
  return [...headers(recorded, actual), ...body];
}

function headers(recorded: Answer, actual: Answer): string[] {
  const found: string[] = [];
  const plain = (answer: Answer, name: string): string =>
    String(answer.headers[name] ?? '')
      .split(';')[0]
      ?.trim() ?? '';
  for (const name of ['content-type', 'allow', 'retry-after']) {
    if (plain(recorded, name) !== plain(actual, name))
      found.push(`${name} "${plain(actual, name)}", recorded "${plain(recorded, name)}"`);
  }
  for (const name of Object.keys(recorded.headers).filter((one) => one.startsWith('x-authentik-'))) {
    const loose = /-(jwt|uid|meta-version)$/.test(name);
    const [theirs, ours] = [recorded.headers[name], actual.headers[name]];
    if (ours === undefined || (!loose && theirs !== ours)) found.push(`${name} "${ours}", recorded "${theirs}"`);
  }
  for (const name of Object.keys(actual.headers).filter((one) => /^x-authentik-(?!id$)/.test(one))) {
    if (recorded.headers[name] === undefined) found.push(`${name} is not in the recording`);
  }
  const [theirs, ours] = [address(recorded.headers['location']), address(actual.headers['location'])];
  if (theirs !== ours) found.push(`location ${ours}, recorded ${theirs}`);
  const [from, to] = [cookies(recorded), cookies(actual)];
  if (from !== to) found.push(`cookies ${to}, recorded ${from}`);
  return found;
}

/** Scheme, host, path and the names of the query; scopes come in any order. */
function address(location: unknown): string {
  if (typeof location !== 'string') return '';
  const url = new URL(location, 'http://none.invalid');
  return `${url.origin}${url.pathname} ${[...url.searchParams.keys()].join(' ')}`;
}

function cookies(answer: Answer): string {
  const all = [answer.headers['set-cookie'] ?? []].flat().map((cookie) => {
    const [pair = '', ...attributes] = cookie.split(';').map((part) => part.trim());
    const timeless = attributes.map((one) => one.replace(/^(expires|max-age)=.*/i, '').toLowerCase()).filter(Boolean);
    return `${kind(pair.split('=')[0] ?? '')} [${timeless.sort().join(' ')}]`;
  });
  return all
    .filter((one) => !UNUSED.has(one.split(' ')[0] ?? ''))
    .sort()
    .join(', ');
}

const same = (theirs: unknown, ours: unknown): string[] =>
  JSON.stringify(theirs) === JSON.stringify(ours)
    ? []
    : [`body ${JSON.stringify(ours).slice(0, 300)}, recorded ${JSON.stringify(theirs).slice(0, 300)}`];

const typeOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value);

function shape(theirs: unknown, ours: unknown, at: string): string[] {
  // Who had signed in before is not part of these recordings: null or a date.
  if (at.endsWith('.last_login')) return [];
  if (typeOf(theirs) !== typeOf(ours)) return [`${at} is ${typeOf(ours)}, recorded ${typeOf(theirs)}`];
  if (Array.isArray(theirs) && Array.isArray(ours)) {
    if (theirs.length !== ours.length) return [`${at} has ${ours.length} elements, recorded ${theirs.length}`];
    return theirs.flatMap((one, index) => shape(one, twin(one, ours) ?? ours[index], `${at}[${index}]`));
  }
  if (typeOf(theirs) === 'object') {
    const [from, to] = [theirs as Record<string, unknown>, ours as Record<string, unknown>];
    return [
      ...Object.keys(from)
        .filter((key) => !(key in to))
        .map((key) => `${at}.${key} is missing`),
      ...Object.keys(to)
        .filter((key) => !(key in from))
        .map((key) => `${at}.${key} is not in the recording`),
      ...Object.keys(from)
        .filter((key) => key in to && !OPEN.has(key))
        .flatMap((key) => shape(from[key], to[key], `${at}.${key}`)),
    ];
  }
  return at.startsWith('.pagination.') && theirs !== ours ? [`${at} is ${ours}, recorded ${theirs}`] : [];
}
