import type { Failure } from '../../model/failure.ts';
import type { Reason } from '../../model/reason.ts';
import * as trouble from './trouble.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/** One answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What an answer means for what was asked. */
export type Verdict =
  | { readonly is: 'good'; readonly value: unknown }
  /** Not carried out; may be repeated after so many ms. `lives`: authentik itself said so. */
  | { readonly is: 'again'; readonly because: Reason; readonly after?: number; readonly lives?: true }
  /** It may have been carried out. */
  | { readonly is: 'unsure'; readonly because: Reason; readonly crashed?: true }
  /** The token is not known. */
  | { readonly is: 'stranger' }
  | { readonly is: 'refused'; readonly failure: Failure };

/** Both come from authentik's router: before Django is up, as 503 since 2025.10 and as 502 before. */
const starting = 'authentik starting';
const unknownToken = ['Token invalid/expired', 'Authentication credentials were not provided.'];

/** Reads an answer as authentik means it, not as HTTP would have it. Source: recordings 01 and 03. */
export function judge(method: Method, path: string, { status, headers, body }: Answer): Verdict {
  const found = parse(body);
  if (status >= 200 && status < 300) {
    return found ? { is: 'good', value: found.value } : unsure('cut', "authentik's answer was cut short");
  }
  if (body.includes(starting)) return again('starting', 'authentik is starting', headers);
  if (status === 429) return again('busy', 'authentik asks to slow down', headers);
  if (status === 503 && headers['retry-after']) return again('busy', 'authentik is busy', headers);
  if (status >= 500) return crashed(`authentik answered with an error of its own (HTTP ${status})`);
  // Its error pages know only GET, so a crash of any other method looks like this.
  if (status === 405 && body === '') return crashed('authentik stumbled over it (an empty HTTP 405)');

  const detail = textOf((found?.value as { detail?: unknown } | undefined)?.detail);
  if (status === 403) {
    return unknownToken.includes(detail) ? { is: 'stranger' } : refused(trouble.withoutRights(method, path, detail));
  }
  if (status === 404 && method === 'DELETE') return { is: 'good', value: undefined };
  if (status === 404 && method !== 'GET' && found) return unsure('missing', 'what it was about is gone');
  if (status === 404) return refused(trouble.notFound(path));
  if (status === 400 && found) {
    const words = sentences(found.value).join(' ');
    // A create whose answer was lost comes back like this when it is repeated.
    if (method === 'POST' && /unique|already exists/i.test(words)) return unsure('taken', `authentik says: ${words}`);
    return refused(trouble.rejected(method, path, words));
  }
  return refused(trouble.strange(method, path, status));
}

const refused = (failure: Failure): Verdict => ({ is: 'refused', failure });
const reason = (code: Reason['code'], says: string): Reason => ({ code, of: 'authentik', says });
const unsure = (code: Reason['code'], says: string): Verdict => ({ is: 'unsure', because: reason(code, says) });
const crashed = (says: string): Verdict => ({ is: 'unsure', because: reason('broken', says), crashed: true });

function again(code: Reason['code'], says: string, headers: Answer['headers']): Verdict {
  const seconds = Number(headers['retry-after']);
  return { is: 'again', because: reason(code, says), lives: true, ...(seconds > 0 && { after: seconds * 1000 }) };
}

function parse(body: string): { value: unknown } | undefined {
  if (body === '') return { value: undefined };
  try {
    return { value: JSON.parse(body) };
  } catch {
    return undefined;
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What authentik refuses is never nested as deep as this. */
const deepest = 20;

/** Django's field errors as sentences: `{name: ["This field is required."]}` is "name: This field is required." */
function sentences(value: unknown, path: readonly string[] = [], depth = 0): string[] {
  if (depth > deepest) return [];
  if (Array.isArray(value)) return value.flatMap((one) => sentences(one, path, depth + 1));
  if (value !== null && typeof value === 'object') {
    return Object.entries(value).flatMap(([key, one]) =>
      sentences(one, key === 'non_field_errors' || key === 'detail' ? path : [...path, key], depth + 1),
    );
  }
  const text = String(value);
  return [path.length > 0 ? `${path.join('.')}: ${text}` : text];
}
