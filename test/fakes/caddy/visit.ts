import { type Headers, valuesOf } from './headers.ts';

/** A request on its way through Caddy. `headers` change as it goes; what was asked does not. */
export interface Visit {
  readonly method: string;
  /** The request target as it was sent, with its query. */
  readonly target: string;
  /** The header Host as it was sent. */
  readonly host: string;
  readonly scheme: string;
  /** The address that asks. */
  readonly from: string;
  headers: Headers;
  readonly body: Buffer;
}

/** Placeholders that are filled in for each request. */
export const filled = (text: string, { method, target, host, headers }: Visit): string =>
  text
    .replaceAll('{http.request.orig_uri}', target)
    .replaceAll('{uri}', target)
    .replaceAll('{http.request.method}', method)
    .replaceAll('{http.request.hostport}', host)
    .replaceAll('{http.request.host}', host.replace(/:\d+$/, ''))
    .replace(/\{http\.request\.header\.([\w-]+)\}/g, (_, name: string) => valuesOf(headers, name).join(','));

/** The path as Caddy compares it: decoded, without dot segments and doubled slashes. */
export function cleanPath(target: string): string {
  const [raw = ''] = target.split('?');
  const path = decoded(raw).replace(/\/{2,}/g, '/');
  const kept: string[] = [];
  for (const segment of path.split('/').slice(1)) {
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
  }
  const isOpen = /\/\.{0,2}$/.test(path) && kept.at(-1) !== '' && kept.length > 0;
  return `/${kept.join('/')}${isOpen ? '/' : ''}`;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
