import { type Flag, type Grammar, type Verb, wholeVerbs } from './grammar.ts';

/** For bash 4 and newer, with or without the package bash-completion. Every word in it is one of ours: no quoting. */
export function bashScript({ verbs: outer, flags }: Grammar): string {
  const verbs = wholeVerbs(outer);
  const all = [...flags, ...verbs.flatMap((verb) => verb.flags)];
  const taking = [...new Set(all.filter(({ value }) => value !== undefined).flatMap(({ names }) => names))];
  return `# Completion of homeauth for bash: source <(homeauth completion bash)
_homeauth() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} verb= words= i
  # bash takes --flag=value apart.
  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      ${taking.join('|')}) ((i++)) ;;
      *) case "\${verb:+$verb }\${COMP_WORDS[i]}" in
        ${verbs.map(({ name }) => quoted(name)).join('|')}) verb="\${verb:+$verb }\${COMP_WORDS[i]}" ;;
      esac ;;
    esac
  done
  COMPREPLY=()
  case $verb:$prev in
${[...flags.map((flag) => values('*', flag)), ...verbs.flatMap(({ name, flags }) => flags.map((flag) => values(name, flag)))].join('')}    *)
      if [[ $cur == -* ]]; then
        words='${namesOf(flags)}'
        case $verb in
${verbs
  .filter(({ flags }) => flags.length > 0)
  .map(({ name, flags }) => `          ${quoted(name)}) words+=' ${namesOf(flags)}' ;;\n`)
  .join('')}        esac
      else
        case $verb in
          '') words='${outer.map(({ name }) => name).join(' ')}' ;;
${verbs.map(argument).join('')}        esac
      fi ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _homeauth homeauth
`;
}

/** A pattern that stands for itself. */
const quoted = (name: string): string => (name.includes(' ') ? `"${name}"` : name);

const namesOf = (flags: readonly Flag[]): string => flags.flatMap(({ names }) => names).join(' ');

function values(verb: string, { names, value }: Flag): string {
  if (value === undefined) return '';
  const pattern = names.map((name) => `${quoted(verb)}:${name}`).join('|');
  if (value === 'free') return `    ${pattern}) return ;;\n`;
  if (value === 'path') return `    ${pattern}) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); return ;;\n`;
  return `    ${pattern}) words='${value.join(' ')}' ;;\n`;
}

function argument({ name, words }: Verb): string {
  if (words === 'apps') return `          ${quoted(name)}) words=$("\${COMP_WORDS[0]}" app-names 2>/dev/null) ;;\n`;
  return words.length === 0 ? '' : `          ${quoted(name)}) words='${words.join(' ')}' ;;\n`;
}
