import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, isSeq, type Node } from 'yaml';
import { findPreset } from '../catalogue/presets.ts';
import { Failure } from '../model/failure.ts';
import type { AppDraft } from './homeauth-yaml.ts';
import { nodeAt, type Path } from './location.ts';
import { normaliseApp } from './normalise.ts';
import { parseConfig } from './parse.ts';
import { configFailure } from './problem.ts';
import * as splice from './splice.ts';
import { readYaml, type YamlFile } from './yaml-document.ts';

export type Setting = string | number | boolean;
type Data = Readonly<Record<string, unknown>>;

/**
 * The text with an app more. An app that is there already, meaning the same, changes nothing.
 * @throws Failure `app-exists` where the name stands for something else, `config-invalid` where the result would not do.
 */
export function addApp(text: string, draft: AppDraft, path = 'homeauth.yaml'): string {
  const { file } = parseConfig(text, path);
  const item = compact(draft);
  const name = typeof item === 'string' ? item : item.name;
  const there = file.apps.find((app) => nameOf(app) === name);
  if (there !== undefined) {
    // What add-app has no word for stays as it is.
    const {
      title: _t,
      host: _h,
      upstream: _u,
      mode: _m,
      group: _g,
      login: _l,
      oidc: _o,
      ...kept
    } = typeof there === 'string' ? { name } : there;
    const meant = { ...kept, ...(typeof item === 'string' ? { name: item } : item) };
    if (isDeepStrictEqual(normaliseApp(there, file.domain), normaliseApp(meant, file.domain))) return text;
    throw new Failure({
      code: 'app-exists',
      problem: `${path} has an app "${name}" already, with other settings.`,
      fix: `Change its lines in ${path} and run homeauth apply, or remove it first: homeauth remove-app ${name}`,
    });
  }
  const yaml = readYaml(text);
  return checked(text, path, appended(text, yaml, item), { ...dataOf(yaml), apps: [...appsOf(yaml), item] });
}

/** The text without an app. Where there is none of that name, nothing changes. */
export function removeApp(text: string, name: string, path = 'homeauth.yaml'): string {
  parseConfig(text, path);
  const yaml = readYaml(text);
  const apps = appsOf(yaml);
  const index = apps.findIndex((app) => nameOf(app) === name);
  const list = nodeAt(yaml.document, ['apps']);
  if (index < 0 || !isSeq(list)) return text;
  const rest = apps.filter((_, other) => other !== index);
  return checked(text, path, splice.removeItem(text, list, index), { ...dataOf(yaml), apps: rest });
}

/** The text with one setting, such as `['authentik', 'version']`, at a value. */
export function setValue(text: string, keys: Path, value: Setting, path = 'homeauth.yaml'): string {
  const yaml = readYaml(text);
  if (yaml.problems.length > 0) throw configFailure(path, text, yaml.problems);
  const node = nodeAt(yaml.document, keys);
  if (isScalar(node) && node.value === value) return text;
  const change = isScalar(node) ? splice.replaceScalar(text, node, value) : added(text, yaml, keys, value);
  return checked(text, path, change, withValue(dataOf(yaml), keys, value));
}

/** The text with one setting below `oidc` of an app that is there. */
export function setOidc(text: string, name: string, key: string, value: Setting, path = 'homeauth.yaml'): string {
  const index = appsOf(readYaml(text)).findIndex((app) => nameOf(app) === name);
  return setValue(text, ['apps', index, 'oidc', key], value, path);
}

function appended(text: string, yaml: YamlFile, item: AppDraft): splice.Splice {
  const root = yaml.document.contents;
  const list = nodeAt(yaml.document, ['apps']);
  if (isSeq(list)) {
    const single = list.items.length === 0 && /^\[\s*\]$/.test(text.slice(list.range?.[0], list.range?.[1]));
    if (!single || !isMap(root) || root.flow) return splice.appendItem(text, list, item);
    return splice.replaceWithLines(text, list, splice.itemLines(item, 2));
  }
  if (!isMap(root)) throw new Error('a configuration is a map');
  if (list === undefined) return splice.appendPair(text, root, 'apps', [item]);
  return splice.replaceWithLines(text, list, splice.itemLines(item, 2));
}

function added(text: string, yaml: YamlFile, keys: Path, value: Setting): splice.Splice {
  for (let depth = keys.length - 1; depth >= 0; depth -= 1) {
    const node: Node | null | undefined = nodeAt(yaml.document, keys.slice(0, depth));
    const [key = '', ...below] = keys.slice(depth).map(String);
    const inner = below.reduceRight<unknown>((rest, name) => ({ [name]: rest }), value);
    if (isMap(node)) return splice.appendPair(text, node, key, inner);
    if (isScalar(node) && node.value === null) {
      return splice.replaceWithLines(text, node, splice.pairLines(key, inner, 2 * depth));
    }
  }
  throw new Error(`${keys.join('.')} is below something that is not a map`);
}

/** Applies a change and reads the result: it must mean exactly what was wanted, and be valid. */
function checked(text: string, path: string, change: splice.Splice, wanted: unknown): string {
  const result = splice.apply(text, change);
  if (!isDeepStrictEqual(readYaml(result).data, wanted)) {
    throw new Failure({
      code: 'config-layout',
      problem: `${path} is laid out in a way that homeauth cannot change without breaking it.`,
      details: change.insert.trim(),
      fix: `Make the change by hand in ${path}, then run: homeauth apply`,
    });
  }
  parseConfig(result, path);
  return result;
}

/** An app as a person would write it: a preset's bare name, and no defaults. */
function compact(draft: AppDraft): AppDraft {
  if (typeof draft === 'string') return draft;
  const { name, title, host, upstream, mode, login, ...rest } = draft;
  const written = mode === 'app' ? undefined : mode;
  const asked = login === 'forward-auth' ? undefined : login;
  const entries = Object.entries({ title, host, upstream, mode: written, login: asked, ...rest });
  const given = entries.filter(([, value]) => value !== undefined);
  return given.length === 0 && findPreset(name) ? name : { name, ...Object.fromEntries(given) };
}

function nameOf(app: unknown): unknown {
  return typeof app === 'string' ? app : (app as Data)['name'];
}

function dataOf(yaml: YamlFile): Data {
  return yaml.data as Data;
}

function appsOf(yaml: YamlFile): readonly unknown[] {
  const apps = dataOf(yaml)['apps'];
  return Array.isArray(apps) ? apps : [];
}

function withValue(data: unknown, [key, ...below]: Path, value: Setting): unknown {
  if (key === undefined) return value;
  if (Array.isArray(data)) return data.map((item, n) => (n === key ? withValue(item, below, value) : item));
  const map = (data ?? {}) as Data;
  return { ...map, [key]: withValue(map[key], below, value) };
}
