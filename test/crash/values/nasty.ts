import { pick } from '../../config/random.ts';

/** What env files, YAML, Compose and shells trip over, and letters of everywhere. */
export const pieces: readonly string[] = [
  ...' \t\n#\'"`\\$={}()[]:;,.!?*&|<>~%^@+-_/',
  ...'aZ09',
  '\\n',
  '\\"',
  '\\$',
  "\\'",
  '\\\\',
  '$$',
  '${',
  '${V0}',
  '$V1',
  '$(id)',
  ' #',
  '\\0101',
  'é',
  '日本',
  '🚀',
  '\u2028',
  '\u00a0',
  '\u0085',
  '\ufeff',
  '\u0007',
  '\u000b',
];

/** A text of up to so many pieces. */
export function nasty(random: () => number, most = 13, from = pieces): string {
  return Array.from({ length: Math.floor(random() * (most + 1)) }, () => pick(random, from)).join('');
}

export const numbered = (values: readonly string[]) => Object.fromEntries(values.map((value, n) => [`V${n}`, value]));
