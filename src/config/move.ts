import { isScalar, visit } from 'yaml';
import * as splice from './splice.ts';
import { readYaml } from './yaml-document.ts';

/** Keys whose value is a name below the domain, or a path below the base directory. */
const keys = {
  domain: ['domain', 'auth-host', 'host'],
  baseDir: ['base-dir', 'to', 'password-file'],
} as const;

export interface Place {
  readonly domain: string;
  readonly baseDir: string;
}

/** The text of homeauth.yaml for another domain, another base directory, or both; comments stay. Pure. */
export function movedTo(text: string, from: Place, to: Place): string {
  const { document } = readYaml(text);
  const changes: splice.Splice[] = [];
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || !isScalar(value) || typeof value.value !== 'string') return;
      const name = String(key.value);
      const moved = other(name, value.value, from, to);
      if (moved !== undefined) changes.push(splice.replaceScalar(text, value, moved));
    },
  });
  // From the end on, so that what comes before keeps its place.
  return changes.toSorted((a, b) => b.start - a.start).reduce((now, change) => splice.apply(now, change), text);
}

function other(key: string, value: string, from: Place, to: Place): string | undefined {
  const isNamed = (names: readonly string[]) => names.includes(key);
  if (isNamed(keys.domain)) return movedHost(value, from, to);
  return isNamed(keys.baseDir) ? movedPath(value, from, to) : undefined;
}

/** The domain, or a name below it, as it is called in the other place; undefined where it is neither. */
export function movedHost(host: string, from: Place, to: Place): string | undefined {
  if (host !== from.domain && !host.endsWith(`.${from.domain}`)) return undefined;
  return `${host.slice(0, -from.domain.length)}${to.domain}`;
}

/** The base directory, or a path below it, in the other place; undefined where it is neither. */
export function movedPath(path: string, from: Place, to: Place): string | undefined {
  if (path !== from.baseDir && !path.startsWith(`${from.baseDir}/`)) return undefined;
  return `${to.baseDir}${path.slice(from.baseDir.length)}`;
}
