import type { Kinds } from '../engine/kind.ts';
import { named } from '../engine/kind.ts';
import type { Change } from '../model/change.ts';
import { inWords } from '../model/reason.ts';
import { type KindName, parseId, short } from '../model/resource.ts';
import { grouped } from './grouped.ts';
import { wrap } from './layout.ts';
import { opMarks } from './plan.ts';
import type { Mark, Style } from './style.ts';
import { width } from './text.ts';

/**
 * What a plan comes to, in a few lines. Without the steps in between, which leave nothing behind.
 * `base`: the base directory, from which on folders are told.
 */
export function summary(changes: readonly Change[], base: string, kinds: Kinds, style: Style): string {
  const rows = rowsOf(worthTelling(changes, kinds), base, kinds, style);
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

/** What is told: everything but what is only made, and made for something else that is told. */
function worthTelling(changes: readonly Change[], kinds: Kinds): readonly Change[] {
  const ids = new Set(changes.map(({ id }) => id));
  const told = changes.filter(({ op, id }) => {
    const { kind, key } = parseId(id);
    const { isPart, partOf } = kinds[kind].told;
    const whole = partOf?.(key);
    if (whole !== undefined) return !ids.has(whole);
    return !isPart || (op !== 'create' && op !== 'later');
  });
  return told.length > 0 ? told : changes;
}

/** A heading for each kind in their order, and last one for each place where several live. */
function rowsOf(changes: readonly Change[], base: string, kinds: Kinds, style: Style) {
  const all = Object.keys(kinds) as KindName[];
  const parts = grouped(all, (kind) => kinds[kind].told.place ?? kind).toSorted(
    ([, [a]], [, [b]]) => Number(kinds[a!].told.place !== undefined) - Number(kinds[b!].told.place !== undefined),
  );
  return parts.flatMap(([, members]) => {
    const { noun, heading, many, place, note } = kinds[members[0]!].told;
    const mine = changes.filter(({ id }) => members.includes(parseId(id).kind));
    return grouped(mine, markOf).map(([mark, some]) => {
      const names = [...new Set(some.map((change) => itemOf(change, base, kinds)))];
      const one = place ?? heading ?? noun;
      const label = style.text(names.length === 1 ? one : (place ?? many ?? `${noun}s`));
      return { mark, label, items: names.join(place ? ' · ' : '  '), note };
    });
  });
}

/** What cannot be seen before something else is up is, in a summary, part of what will be made. */
const markOf = ({ op }: Change): Mark => (op === 'later' ? 'add' : opMarks[op]);

function itemOf({ op, id, because }: Change, base: string, kinds: Kinds): string {
  const { kind, key } = parseId(id);
  const { item, sum, place, isOne } = kinds[kind].told;
  const name = named(id, kinds);
  const changed = op === 'update' || op === 'adjust' || op === 'ask' ? sum?.(because) : undefined;
  if (changed !== undefined) return changed;
  if (op === 'ask') return `${short(key)}: ${inWords(because)}`;
  if (op === 'take') return `${short(key)} (not made by homeauth)`;
  if (op === 'adjust') return `${name}: ${inWords(because)}`;
  return item ? item(key, base) : place || isOne ? name : key;
}
