import { thirdParty } from '../model/caddy.ts';
import type { Change, Op } from '../model/change.ts';
import { inWords } from '../model/reason.ts';
import { type Id, parseId } from '../model/resource.ts';
import { grouped } from './grouped.ts';
import { below, paragraph, wrap } from './layout.ts';
import type { Mark, Style } from './style.ts';
import { width } from './text.ts';
import { type Trouble, troubleData, troubled } from './trouble.ts';

export interface Planned {
  readonly changes: readonly Change[];
  /** How many things are wanted in all. */
  readonly total: number;
  /** The command that does it: `homeauth apply`. */
  readonly command: string;
  /** Addresses that need no login. */
  readonly open?: readonly string[];
  /** What has to be put right before the command does anything. */
  readonly trouble?: Trouble;
}

export const opMarks: Readonly<Record<Op, Mark>> = {
  create: 'add',
  update: 'alter',
  adjust: 'alter',
  take: 'ask',
  remove: 'drop',
  release: 'drop',
  keep: 'leave',
  ask: 'ask',
  later: 'leave',
};

/** First what happens, then what needs the user, then what is left alone. Each in the order of the plan. */
const groups: readonly (readonly Op[])[] = [
  ['create', 'update', 'adjust', 'remove', 'release'],
  ['take', 'ask'],
  ['keep'],
];

/** Longer names have their reasons below them. */
const beside = 30;

/** Every change on a line of its own, and a count. */
export function plan({ changes, total, command, open = [], trouble }: Planned, style: Style): string {
  const shown = groups.flatMap((ops) => changes.filter(({ op }) => ops.includes(op)));
  const later = grouped(postponed(changes), ({ because }) => inWords(because));
  const single = later.flatMap(([, some]) => (some.length === 1 ? some : []));
  const column = Math.max(0, ...[...shown, ...single].map(({ id }) => width(id)).filter((w) => w <= beside));
  return [
    ...(trouble ? troubled(trouble, style) : []),
    ...[...shown, ...single].flatMap((change) => line(change, column, style)),
    ...later.flatMap(([because, some]) => (some.length > 1 ? folded(some.length, because, style) : [])),
    ...wrap(count(changes, total, trouble ? undefined : command), style.room),
    ...(open.length > 0 ? wrap(style.text(`Open to everybody, without a login: ${open.join(', ')}`), style.room) : []),
  ].join('\n');
}

/** The same for a script. */
export const planData = (changes: readonly Change[], trouble?: Trouble) => ({
  ...(trouble && { trouble: troubleData(trouble) }),
  changes: changes.map(({ op, id, because }) => ({
    op,
    id,
    because: because.map(({ says }) => says),
    reasons: because.map(({ code, of }) => ({ code, ...(of !== undefined && { of }) })),
  })),
});

const postponed = (changes: readonly Change[]) => changes.filter(({ op }) => op === 'later');

function line({ op, id, because }: Change, column: number, style: Style): string[] {
  const head = style.marked(opMarks[op], id);
  const reasons =
    op === 'create' ? origin(id) : [...because.map(({ says }) => says), ...(op === 'take' ? [stopsAt(id)] : [])];
  const [only, second] = reasons.map((reason) => style.text(reason));
  if (only === undefined) return [head];
  const left = column + 5;
  if (second === undefined && width(id) <= beside && left + width(only) <= style.room) {
    return [head + ' '.repeat(left - 2 - width(id)) + only];
  }
  return [
    head,
    ...below(
      reasons.flatMap((reason) => paragraph(style.text(reason), style.room - 4)),
      4,
    ),
  ];
}

/** Whose it is, where that is not who one would think; and that a new group lets nobody in yet. */
function origin(id: Id): string[] {
  const { kind, key } = parseId(id);
  if (kind === 'group') return ['new: nobody is in it yet'];
  const whose = kind === 'image' ? thirdParty[key] : undefined;
  return whose === undefined ? [] : [whose];
}

/** Nothing is overwritten that homeauth did not make: the command stops before it changes anything. */
function stopsAt(id: Id): string {
  const { kind, key } = parseId(id);
  const way = kind === 'file' ? `mv ${key} ${key}.old` : 'change, rename or remove it first';
  return `not made by homeauth, which therefore stops here: ${way}`;
}

function folded(n: number, because: string, style: Style): string[] {
  const text = style.text(`${n} more cannot be checked yet: ${because}`);
  return wrap(text, style.room - 2).map((part, at) => (at === 0 ? `${style.mark('leave')} ${part}` : `  ${part}`));
}

function count(changes: readonly Change[], total: number, command: string | undefined): string {
  const of = (...ops: Op[]) => changes.filter(({ op }) => ops.includes(op)).length;
  const change = of('create', 'update', 'adjust', 'remove', 'release');
  const [ask, later] = [of('ask', 'take'), of('later')];
  const right = total - of('create', 'update', 'adjust') - ask - later;
  if (change + ask + later === 0) return `Nothing to change: ${total} things are as they should be.`;
  const parts = [
    ...(change > 0 ? [`${change} to change`] : []),
    ...(ask > 0 ? [`${ask} for you to do`] : []),
    ...(later > 0 ? [`${later} to be checked later`] : []),
    ...(right > 0 ? [`${right} as they should be`] : []),
  ];
  const said = `${parts.join(', ')}.`;
  if (command === undefined || change + later === 0) return said;
  return of('take') > 0 ? `${said} Then ${command} does the rest.` : `${said} ${command} does it.`;
}
