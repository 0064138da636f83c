import type { Flag, Grammar, Verb } from './grammar.ts';

/** For zsh's own completion system: loaded with source, or as a file _homeauth in a directory of $fpath. */
export function zshScript({ verbs, flags }: Grammar): string {
  return `#compdef homeauth
# Completion of homeauth for zsh: source <(homeauth completion zsh)
_homeauth() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  local -a everywhere=(
${flags.flatMap(specs).map(indented(4)).join('')}  )
${level(verbs, 2)}}
if [[ $funcstack[1] == _homeauth ]]; then _homeauth "$@"; else compdef _homeauth homeauth; fi
`;
}

/** Offers these commands, flags and words of the one that holds them, and what goes with the one that was typed. */
function level(
  verbs: readonly Verb[],
  columns: number,
  flags: readonly Flag[] = [],
  words: readonly string[] = [],
): string {
  const lines = [
    `_arguments -C $everywhere${flags
      .flatMap(specs)
      .map((spec) => ` ${spec}`)
      .join('')} '1: :->verb' '*:: :->rest' && return`,
    'case $state in',
    '  verb)',
    '    local -a verbs=(',
    ...verbs.map(({ name, about }) => `      ${quote(`${name}:${about.replaceAll(':', '\\:')}`)}`),
    ...(words.length > 0 ? [`      ${words.join(' ')}`] : []),
    '    )',
    '    _describe command verbs ;;',
    '  rest)',
    '    case $line[1] in',
  ];
  const inner = verbs.map((verb) => rest(verb, columns + 6)).join('');
  return `${lines.map(indented(columns)).join('')}${inner}${['    esac ;;', 'esac'].map(indented(columns)).join('')}`;
}

const indented =
  (columns: number) =>
  (line: string): string =>
    `${' '.repeat(columns)}${line}\n`;

function rest({ name, flags, words, verbs }: Verb, columns: number): string {
  const pad = ' '.repeat(columns);
  if (verbs.length > 0)
    return `${pad}${name})\n${level(verbs, columns + 2, flags, words === 'apps' ? [] : words)}${pad}  ;;\n`;
  const argument =
    words === 'apps'
      ? ['"1: :($(homeauth app-names 2>/dev/null))"']
      : words.length > 0
        ? [quote(`1: :(${words.join(' ')})`)]
        : [];
  const lines = [...flags.flatMap(specs), ...argument].map((line) => ` \\\n${pad}    ${line}`);
  return `${pad}${name}) _arguments $everywhere${lines.join('')} ;;\n`;
}

/** One spec a spelling. A long flag with a value takes it behind a blank or a =. */
function specs({ names, about, value }: Flag): string[] {
  const words = about.replace(/[\\[\]:]/g, '\\$&');
  return names.map((name) => {
    if (value === undefined) return quote(`${name}[${words}]`);
    const action = value === 'path' ? '_files' : value === 'free' ? '' : `(${value.join(' ')})`;
    return quote(`${name}${name.startsWith('--') ? '=' : ''}[${words}]: :${action || ' '}`);
  });
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
