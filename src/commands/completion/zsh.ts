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
  _arguments -C $everywhere '1: :->verb' '*:: :->rest' && return
  case $state in
    verb)
      local -a verbs=(
${verbs
  .map(({ name, about }) => quote(`${name}:${about.replaceAll(':', '\\:')}`))
  .map(indented(8))
  .join('')}      )
      _describe command verbs ;;
    rest)
      case $line[1] in
${verbs.map(rest).join('')}      esac ;;
  esac
}
if [[ $funcstack[1] == _homeauth ]]; then _homeauth "$@"; else compdef _homeauth homeauth; fi
`;
}

const indented =
  (columns: number) =>
  (line: string): string =>
    `${' '.repeat(columns)}${line}\n`;

function rest({ name, flags, words }: Verb): string {
  const argument =
    words === 'apps'
      ? ['"1: :($(homeauth app-names 2>/dev/null))"']
      : words.length > 0
        ? [quote(`1: :(${words.join(' ')})`)]
        : [];
  const lines = [...flags.flatMap(specs), ...argument].map((line) => ` \\\n            ${line}`);
  return `        ${name}) _arguments $everywhere${lines.join('')} ;;\n`;
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
