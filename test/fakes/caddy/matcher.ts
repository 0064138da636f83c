import type { Directive } from '../caddyfile.ts';
import { isLike, valuesOf } from './headers.ts';
import { cleanPath, filled, type Visit } from './visit.ts';

export type Matcher = (visit: Visit) => boolean;

/** `@name` of a block: all of its lines must be true. */
export function named({ words: [, ...inline], block }: Directive): Matcher {
  const all = [...(inline.length > 0 ? [{ words: inline, block: [] }] : []), ...block].map(matcher);
  return (visit) => all.every((is) => is(visit));
}

function matcher(directive: Directive): Matcher {
  const [kind, ...args] = directive.words;
  const [subject = '', pattern = ''] = args;
  switch (kind) {
    case 'path':
      return (visit) => args.some((path) => isLike(path.toLowerCase(), cleanPath(visit.target).toLowerCase()));
    case 'header':
      return (visit) => {
        const values = valuesOf(visit.headers, subject);
        return pattern === '' || pattern === '*' ? values.length > 0 : values.some((value) => isLike(pattern, value));
      };
    case 'header_regexp': {
      const expression = goExpression(pattern);
      return (visit) => valuesOf(visit.headers, subject).some((value) => expression.test(value));
    }
    case 'vars_regexp': {
      const expression = goExpression(pattern);
      return (visit) => expression.test(filled(subject, visit));
    }
    case 'remote_ip':
      return ({ from }) => isAmong(from, args);
    case 'not': {
      const inner = named({ words: ['@not', ...args], block: directive.block });
      return (visit) => !inner(visit);
    }
    default:
      throw new Error(`module not registered: http.matchers.${kind}`);
  }
}

/** Whether an IPv4 address is in one of these ranges. */
export const isAmong = (address: string, ranges: readonly string[]): boolean =>
  ranges.some((range) => {
    const [base = '', length] = range.split('/');
    const bits = (text: string) =>
      text
        .split('.')
        .map((part) => Number(part).toString(2).padStart(8, '0'))
        .join('')
        .slice(0, Number(length ?? 32));
    return bits(base) === bits(address);
  });

/** A token in front of a directive's arguments that says for which requests it is. */
export const isMatcher = (word: string | undefined): boolean => word !== undefined && /^([@/]|\*$)/.test(word);

export function byToken(token: string, known: ReadonlyMap<string, Matcher>): Matcher {
  if (token.startsWith('@')) {
    const found = known.get(token);
    if (!found) throw new Error(`unrecognized matcher name: ${token}`);
    return found;
  }
  return token === '*' ? () => true : matcher({ words: ['path', token], block: [] });
}

/** Go writes its flags into the expression. */
const goExpression = (text: string): RegExp =>
  text.startsWith('(?i)') ? new RegExp(text.slice('(?i)'.length), 'i') : new RegExp(text);
