import { decodeEnv } from '../formats/env.ts';
import { asNothing } from '../model/failure.ts';

/** As many changes as are told; the rest is counted. */
const told = 3;
/** A line is shown up to here, in characters. */
const width = 60;
/** The value behind such a name is never shown. */
const sensitive = /pass|secret|token|key|credential/i;

function few(changes: readonly string[]): string[] {
  const more = changes.length - told;
  return more > 0 ? [...changes.slice(0, told), `and ${more} more`] : [...changes];
}

/** What a file's text would become: `image: …:2026.8.5 → …:2026.8.6`. */
export function changedLines(from: string, to: string): string[] {
  const [gone, come] = [without(from, to), without(to, from)];
  if (gone.length + come.length === 0) return ['order of lines, or white space'];
  const pairs = gone.map((line) => {
    const at = come.findIndex((other) => keyOf(line) !== undefined && keyOf(other) === keyOf(line));
    const [twin] = at < 0 ? [] : come.splice(at, 1);
    return twin === undefined ? `- ${shown(line)}` : transition(line, twin);
  });
  return few([...pairs, ...come.map((line) => `+ ${shown(line)}`)]);
}

/** The lines of `text` that `other` does not have, blank ones aside. */
function without(text: string, other: string): string[] {
  const left = other.split('\n').map((line) => line.trim());
  return text.split('\n').flatMap((line) => {
    const at = left.indexOf(line.trim());
    if (at >= 0) left.splice(at, 1);
    return at >= 0 || line.trim() === '' ? [] : [line.trim()];
  });
}

const parts = (line: string) => /^(?:- )?"?([\w.-]+)"?\s*[:=]\s*(.*)$/.exec(line);
const keyOf = (line: string): string | undefined => parts(line)?.[1];

function shown(line: string): string {
  const key = keyOf(line);
  if (sensitive.test(line)) return key === undefined || !sensitive.test(key) ? 'a line with a secret' : `${key}: …`;
  return line.length > width ? `${line.slice(0, width - 1)}…` : line;
}

function transition(from: string, to: string): string {
  const key = keyOf(from)!;
  if (sensitive.test(from) || sensitive.test(to)) return `${key}: changed`;
  const [old, fresh] = [from, to].map((line) => parts(line)![2]!.replace(/^(["'])(.*)\1$/, '$2')) as [string, string];
  // Where both begin alike, only the end tells them apart: cut after the last separator they share.
  let same = 0;
  while (same < old.length && old[same] === fresh[same]) same++;
  const cut = old.slice(0, same).search(/[/:@,][^/:@,]*$/);
  const end = (value: string) => shown(cut > 8 ? `…${value.slice(cut)}` : value);
  return `${key}: ${end(old)} → ${end(fresh)}`;
}

/** Which values of an env file would change, by name alone. Anything else that is secret only "differs". */
export function changedNames(from: string, to: string): string[] {
  const [old, fresh] = [namesIn(from), namesIn(to)];
  if (!fresh || !old) return ['content differs'];
  const changes = [...new Set([...Object.keys(fresh), ...Object.keys(old)])].flatMap((name) => {
    if (old[name] === fresh[name]) return [];
    if (old[name] === undefined) return [`${name}: missing`];
    return [`${name}: ${fresh[name] === undefined ? 'no longer wanted' : 'changed'}`];
  });
  return changes.length > 0 ? few(changes) : ['comments or layout'];
}

/** Only what surely is a name may be shown: a bare secret that happens to end in "=" must not be taken for one. */
const surelyName = /^[A-Z][A-Z0-9]*_[A-Z0-9_]+$/;

function namesIn(text: string): Record<string, string> | undefined {
  try {
    const values = decodeEnv(text);
    const names = Object.keys(values);
    return names.length > 0 && names.every((name) => surelyName.test(name)) ? values : undefined;
  } catch (error) {
    return asNothing(error);
  }
}
