import type { Kinds } from '../engine/kind.ts';
import { named } from '../engine/kind.ts';
import type { Progress } from '../engine/run.ts';
import type { Change, Op } from '../model/change.ts';
import { inWords, type Reason } from '../model/reason.ts';
import { type Id, parseId, short } from '../model/resource.ts';
import { few, grouped } from './grouped.ts';
import { row } from './layout.ts';
import type { Style } from './style.ts';
import { duration, elapsed } from './time.ts';

/** A line to keep, or one that the next replaces; nothing where the event is not worth either. */
export type Shown = { readonly say: string } | { readonly live: string | undefined } | undefined;

const doing: Partial<Readonly<Record<Op, string>>> = { create: 'making', remove: 'removing', release: 'giving back' };

/** How an event of a run is shown. */
export function progress(event: Progress, kinds: Kinds, style: Style): Shown {
  // Room for the mark, and for the ^C that a terminal may write behind it.
  const live = (text: string) => ({ live: style.marked('leave', style.cut(text, style.room - 4)) });
  switch (event.is) {
    case 'stage':
      return live(event.title);
    case 'touching':
      return live(`${doing[event.change.op] ?? 'changing'} ${named(event.change.id, kinds)}`);
    case 'touched':
      return undefined;
    case 'waiting': {
      const line = event.line?.trim() ? `   "${event.line.trim()}"` : '';
      const time = `${duration(event.elapsed)} of at most ${duration(event.limit)}`;
      return live(`${awaited(event.id, event.because, kinds)}   ${time}${line}`);
    }
    // It is told by its stage.
    case 'done':
      return undefined;
    case 'let-go':
      return letGo(event.changes, kinds, style);
    case 'stage-done':
      return stageDone(event, style);
  }
}

/** A stage that found everything right is worth a line only after a wait, in ms. */
const worthTelling = 5000;

function stageDone(event: Extract<Progress, { is: 'stage-done' }>, style: Style): Shown {
  const took = elapsed(event.elapsed);
  if (event.changes.length === 0 && !event.milestone && event.elapsed < worthTelling) return { live: undefined };
  const notes = [...images(event.changes), ...(took ? [took] : [])];
  const text = style.text(event.title);
  return { say: row(style, { mark: style.mark('done'), text, note: style.text(notes.join(' · ')) }).join('\n') };
}

/** What was said before the question is no news afterwards. */
const expected: readonly Reason['code'][] = ['holds-data', 'holds-ledger'];

/** What is let go belongs to no stage. */
function letGo(changes: readonly Change[], kinds: Kinds, style: Style): Shown {
  const alike = ({ op, id, because }: Change) => [op, parseId(id).kind, ...because.map(({ code }) => code)].join(' ');
  const lines = grouped(changes, alike)
    .flatMap(([, some]) => (some.length > few ? [some] : some.map((one) => [one])))
    .flatMap((some) => rowOf(some, kinds, style));
  return lines.length > 0 ? { say: lines.join('\n') } : undefined;
}

function rowOf(alike: readonly Change[], kinds: Kinds, style: Style): string[] {
  const [{ op, id, because }, ...more] = alike as [Change, ...Change[]];
  const told = { remove: 'removed', release: 'given back as it was', keep: 'kept' }[op as string];
  if (!told || (op === 'keep' && because.every(({ code }) => expected.includes(code)))) return [];
  const reason = op === 'keep' ? `: ${inWords(because)}` : '';
  const mark = style.mark(op === 'keep' ? 'wait' : 'done');
  const others = more.slice(0, few - 1).map((one) => parseId(one.id).key);
  const names = [named(id, kinds), ...others].join(', ') + (more.length > 0 ? ' …' : '');
  const note = more.length > 0 ? { note: `${alike.length} in all` } : {};
  return row(style, { mark, text: style.text(`${names} ${told}${reason}`), ...note });
}

/** Words that name it need no name before them. */
function awaited(id: Id, because: readonly Reason[], kinds: Kinds): string {
  const names: readonly (string | undefined)[] = [named(id, kinds), parseId(id).key];
  return because.some(({ of }) => of !== undefined && names.includes(of))
    ? inWords(because)
    : `${named(id, kinds)}: ${inWords(because)}`;
}

const images = (changes: readonly Change[]): string[] =>
  changes
    .map(({ id }) => parseId(id))
    .filter(({ kind }) => kind === 'image')
    .map(({ key }) => short(key));
