import type { Flag, Grammar, Verb } from './grammar.ts';

/** For fish 3 and newer. */
export function fishScript({ verbs, flags }: Grammar): string {
  const lines = [
    '# Completion of homeauth for fish: homeauth completion fish | source',
    'complete -c homeauth -f',
    ...flags.map((flag) => complete(flag)),
    ...verbs.flatMap((verb) => offer(verb, '__fish_use_subcommand', '')),
  ];
  return `${lines.join('\n')}\n`;
}

/** A command, offered where `when` is true, and what goes with it once it was typed. */
function offer({ name, about, flags, words, verbs }: Verb, when: string, above: string): string[] {
  const inside = `${above}__fish_seen_subcommand_from ${name}`;
  const wanted = words === 'apps' ? '(homeauth app-names 2>/dev/null)' : words.join(' ');
  const none = `${inside}; and not __fish_seen_subcommand_from ${verbs.map((verb) => verb.name).join(' ')}`;
  return [
    `complete -c homeauth -n ${quote(when)} -a ${name} -d ${quote(about)}`,
    ...(wanted === '' ? [] : [`complete -c homeauth -n ${quote(inside)} -a ${quote(wanted)}`]),
    ...flags.map((flag) => complete(flag, inside)),
    ...verbs.flatMap((verb) => offer(verb, none, `${inside}; and `)),
  ];
}

function complete({ names, about, value }: Flag, inside?: string): string {
  const named = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const where = inside ? [`-n ${quote(inside)}`] : [];
  return ['complete -c homeauth', ...where, ...named, ...behind(value), `-d ${quote(about)}`].join(' ');
}

function behind(value: Flag['value']): string[] {
  if (value === undefined) return [];
  if (value === 'path') return ['-r -F'];
  return value === 'free' ? ['-x'] : [`-x -a ${quote(value.join(' '))}`];
}

const quote = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
