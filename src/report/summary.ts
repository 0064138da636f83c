import { thirdParty } from '../model/caddy.ts';
import type { Change } from '../model/change.ts';
import { inWords, type Reason } from '../model/reason.ts';
import { type Id, type KindName, parseId } from '../model/resource.ts';
import { grouped } from './grouped.ts';
import { wrap } from './layout.ts';
import { named, short } from './named.ts';
import { opMarks } from './plan.ts';
import type { Mark, Style } from './style.ts';
import { width } from './text.ts';

interface Part {
  readonly one: string;
  readonly many: string;
  readonly kinds: readonly KindName[];
  readonly note?: string;
}

/** Settings of what authentik ships. */
const shared: readonly KindName[] = ['brand', 'stage-settings'];

/** The order in which a person thinks of them. */
const parts: readonly Part[] = [
  { one: 'dataset', many: 'datasets', kinds: ['dataset'] },
  { one: 'folder', many: 'folders', kinds: ['directory'] },
  { one: 'secrets', many: 'secrets', kinds: ['secrets'], note: 'only root reads them' },
  { one: 'file', many: 'files', kinds: ['file'] },
  { one: 'network', many: 'networks', kinds: ['network'] },
  { one: 'image', many: 'images', kinds: ['image'] },
  { one: 'container', many: 'containers', kinds: ['container'] },
  { one: 'Caddy', many: 'Caddy', kinds: ['caddy'] },
  {
    one: 'in authentik',
    many: 'in authentik',
    kinds: [
      'user',
      'group',
      'token',
      'provider',
      'application',
      'binding',
      'outpost',
      'settings',
      'flow',
      'flow-binding',
      ...shared,
    ],
  },
];

/**
 * What a plan comes to, in a few lines. Without the steps in between, which leave nothing behind.
 * `base`: the base directory, from which on folders are told.
 */
export function summary(changes: readonly Change[], base: string, style: Style): string {
  const rows = parts.flatMap((part) => rowsOf(part, changes, base, style));
  const column = Math.max(0, ...rows.map(({ label }) => width(label))) + 1;
  return rows
    .flatMap(({ mark, label, items, note }) => {
      const [first = '', ...more] = wrap(style.text(items), style.room - column - 4);
      const gap = style.room - column - 4 - width(first) - width(note ?? '');
      const tail = note && gap >= 2 ? ' '.repeat(gap) + style.colour.dim(note) : '';
      const head = `  ${style.mark(mark)} ${label}${' '.repeat(column - width(label))}${first}${tail}`;
      return [head, ...more.map((line) => ' '.repeat(column + 4) + line)];
    })
    .join('\n');
}

/** Whether it is a part of a flow that is made as a whole: then the flow is told, and not what it is made of. */
function goesWithIts(id: Id, changes: readonly Change[]): boolean {
  const { kind, key } = parseId(id);
  const [flow] = key.split('/');
  return kind === 'flow-binding' && changes.some((change) => change.id === `flow:${flow}`);
}

function rowsOf(part: Part, changes: readonly Change[], base: string, style: Style) {
  const mine = changes.filter(({ id }) => part.kinds.includes(parseId(id).kind) && !goesWithIts(id, changes));
  return grouped(mine, markOf).map(([mark, some]) => {
    const names = [...new Set(some.map((change) => itemOf(change, base)))];
    const separator = part.one === 'in authentik' ? ' · ' : '  ';
    const label = style.text(names.length === 1 ? part.one : part.many);
    return { mark, label, items: names.join(separator), note: part.note };
  });
}

/** What cannot be seen before something else is up is, in a summary, part of what will be made. */
const markOf = ({ op }: Change): Mark => (op === 'later' ? 'add' : opMarks[op]);

/** What an outpost will serve in addition, where that is all: `+ whoami + wiki`. */
const served = (because: readonly Reason[]): string | undefined =>
  because.every(({ code }) => code === 'not-served') ? because.map(({ of }) => `+ ${of}`).join(' ') : undefined;

function itemOf({ op, id, because }: Change, base: string): string {
  const { kind, key } = parseId(id);
  const reasons = inWords(because);
  if (kind === 'caddy') return op === 'update' || op === 'adjust' || op === 'ask' ? reasons : named(id);
  if (op === 'ask') return `${short(key)}: ${reasons}`;
  if (op === 'take') return `${short(key)} (not made by homeauth)`;
  if (kind === 'outpost' && served(because)) return `${named(id)} ${served(because)}`;
  if (op === 'adjust') return `${named(id)}: ${reasons}`;
  if (kind === 'flow-binding') return key.replace(/^(.*?)\/\d+\/(.*)$/, '$2 in $1');
  if (kind === 'binding') return key.replace(/^(.*?)\/(.*)$/, '$1 for $2 only');
  if (kind === 'image' && thirdParty[key]) return `${short(key)} (${thirdParty[key]})`;
  if (kind === 'directory') return key.startsWith(`${base}/`) ? key.slice(base.length + 1) : key;
  if (kind === 'file' || kind === 'secrets' || kind === 'image') return short(key);
  return kind === 'outpost' || kind === 'settings' || kind === 'group' || kind === 'token' || kind === 'flow'
    ? named(id)
    : key;
}
