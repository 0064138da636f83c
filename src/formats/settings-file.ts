import { isDeepStrictEqual } from 'node:util';
import { parse, patch } from '@decimalturn/toml-patch';
import type { AppSettingSpec, Plain, Setting, Step } from '../model/app-setting.ts';
import { Secret } from '../model/secret.ts';
import { type Place, readIni, withIni } from './ini.ts';
import { readXml, withXml } from './xml.ts';
import { editYaml, sourceIn, yamlOf } from './yaml-edit.ts';

type Format = AppSettingSpec['format'];
type Keys = readonly (string | number)[];
type Map = { readonly [key: string]: Plain };

const isMap = (data: unknown): data is Map => typeof data === 'object' && data !== null && !Array.isArray(data);

/**
 * The single values in what is to be set: a dot in a key parts levels, and a map in a list is known by its first key. So
 * whatever stands beside them, in a map or in a list, stays.
 */
export const settingsOf = (content: Map): readonly Setting[] =>
  Object.entries(content).flatMap(([key, value]) => leaves(value, key.split('.')));

function leaves(value: Plain, path: readonly Step[]): Setting[] {
  if (isMap(value) && Object.keys(value).length > 0)
    return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
  if (!Array.isArray(value) || value.length === 0 || !value.every((item) => typeof firstOf(item)[1] === 'string'))
    return [{ path, value }];
  return value.flatMap((item: Plain) => {
    const [key = '', is] = firstOf(item);
    return leaves(item, [...path, { key, is: String(is) }]);
  });
}

const firstOf = (item: Plain): readonly [string?, Plain?] => (isMap(item) ? (Object.entries(item)[0] ?? []) : []);

/** How a setting is called: `oidc_providers[authentik].issuer`. */
export const nameOf = ({ path }: Setting): string =>
  path.map((step, n) => (typeof step === 'string' ? `${n === 0 ? '' : '.'}${step || '""'}` : `[${step.is}]`)).join('');

/**
 * What a file says of these settings.
 * @throws an error of the format's where the text is not in it
 */
export function readSettings(text: string, format: Format, settings: readonly Setting[]): readonly Setting[] {
  if (format === 'ini' || format === 'xml') return settings.map((setting) => inWords(text, format, setting));
  const data = dataOf(text, format);
  const document = format === 'toml' ? undefined : yamlOf(text);
  return settings.map(({ path }) => {
    const keys = keysFor(data, path);
    const value = valueAt(data, keys);
    const written = document && sourceIn(text, document, keys);
    return { path, ...(value !== undefined && { value: value as Plain }), ...written };
  });
}

const valueAt = (data: unknown, keys: Keys): unknown =>
  keys.reduce<unknown>((at, key) => (at as Map | undefined | null)?.[key as string], data);

/**
 * The file with these settings, and all else as it was. One without a value goes, and what is empty without it.
 * @throws an error where a value stands in the place of a map
 */
export function withSettings(text: string, format: Format, settings: readonly Setting[]): string {
  switch (format) {
    case 'json':
    case 'yaml':
      return spliced(text, settings, format);
    case 'toml':
      return patch(text, changed(parse(text), settings));
    case 'ini':
    case 'xml':
      return inOrder(settings).reduce((now, { path, value }) => {
        const plain = bare(value);
        const word = plain === undefined ? undefined : wordOf(plain);
        return format === 'ini' ? withIni(now, placeOf(path), word) : withXml(now, namesOf(path), word);
      }, text);
  }
}

/** A format that has words alone: `true` is the one that is wanted where the text says so. */
function inWords(text: string, format: 'ini' | 'xml', { path, value }: Setting): Setting {
  const found = format === 'ini' ? readIni(text, placeOf(path)) : readXml(text, namesOf(path));
  const plain = bare(value);
  if (found === undefined) return { path };
  return { path, value: plain !== undefined && wordOf(plain) === found ? plain : found };
}

const wordOf = (value: Plain): string => {
  if (typeof value === 'object') throw new Error('a format that has single values alone');
  return String(value);
};

const namesOf = (path: readonly Step[]): readonly string[] =>
  path.map((step) => {
    if (typeof step !== 'string') throw new Error('a format that homeauth changes no lists in');
    return step;
  });

function placeOf(path: readonly Step[]): Place {
  const names = namesOf(path);
  return { section: names.slice(0, -1).join('.'), key: names.at(-1) ?? '' };
}

const changed = (data: unknown, settings: readonly Setting[]): unknown =>
  inOrder(settings).reduce((now, { path, value }) => put(now, keysFor(now, path), bare(value)), data);

function dataOf(text: string, format: Format): unknown {
  if (format === 'json') return JSON.parse(text);
  if (format === 'toml') return parse(text);
  return yamlOf(text).toJS() as unknown;
}

/** Keys as a library takes them; an item that is not there yet comes at the end of its list. */
function keysFor(data: unknown, path: readonly Step[]): Keys {
  let at = data;
  return path.map((step) => {
    if (typeof step === 'string') {
      at = isMap(at) ? at[step] : undefined;
      return step;
    }
    const items: readonly unknown[] = Array.isArray(at) ? at : [];
    const found = items.findIndex((item) => isMap(item) && item[step.key] === step.is);
    at = items[found];
    return found < 0 ? items.length : found;
  });
}

const bare = (value: Setting['value']): Plain | undefined => (value instanceof Secret ? value.reveal() : value);

/** What goes is taken out from behind, because an item is known by its first key. */
const inOrder = (settings: readonly Setting[]): readonly Setting[] => [
  ...settings.filter(({ value }) => value !== undefined),
  ...settings.filter(({ value }) => value === undefined).toReversed(),
];

function spliced(text: string, settings: readonly Setting[], format: 'yaml' | 'json'): string {
  return inOrder(settings).reduce((now, { path, value, ...former }) => {
    const data = dataOf(now, format);
    const [keys, plain] = [keysFor(data, path), bare(value)];
    if (isDeepStrictEqual(valueAt(data, keys), plain)) return now;
    const next = editYaml(now, { keys, value: plain, ...former }, format);
    // Nothing is written that says anything else than what was there, with this value.
    if (!isDeepStrictEqual(filledOf(dataOf(next, format)), filledOf(put(data, keys, plain))))
      throw new Error(`a layout that homeauth cannot put ${nameOf({ path })} into`);
    return next;
  }, text);
}

/** Without keys that have nothing behind them. */
function filledOf(data: unknown): unknown {
  if (typeof data !== 'object' || data === null) return data ?? undefined;
  const inner = Object.entries(data).flatMap(([key, one]) => {
    const value = filledOf(one);
    return value === undefined ? [] : [[key, value] as const];
  });
  return inner.length === 0 ? undefined : Object.fromEntries(inner);
}

function put(at: unknown, [key, ...rest]: Keys, value: Plain | undefined): unknown {
  if (key === undefined) return value;
  if (at !== undefined && at !== null && typeof at !== 'object') throw new Error(`a value stands where ${key} belongs`);
  const copy: Record<string, unknown> | unknown[] =
    typeof key === 'number' ? [...((at as unknown[] | null) ?? [])] : { ...at };
  const inner = put((copy as Record<string, unknown>)[key], rest, value);
  const isGone =
    inner === undefined || (value === undefined && rest.length > 0 && Object.keys(inner as object).length === 0);
  if (!isGone) (copy as Record<string, unknown>)[key] = inner;
  else if (Array.isArray(copy)) copy.splice(Number(key), 1);
  else delete copy[key];
  return copy;
}
