import type { Config } from './config.ts';
import { objections } from './file-rules.ts';
import { type ConfigFile, fileSchema } from './homeauth-yaml.ts';
import type { Path } from './location.ts';
import { type Find, normalise } from './normalise.ts';
import { configFailure, type Problem } from './problem.ts';
import { explain, leaves, refused } from './schema-issue.ts';
import { readYaml } from './yaml-document.ts';

export interface Parsed {
  readonly config: Config;
  /** The file's own keys, as an edit compares them. */
  readonly file: ConfigFile;
}

/**
 * Reads homeauth.yaml. `path` is how the file is called in messages; without `find` the catalogue adds nothing.
 * @throws Failure `config-invalid` with every problem, each at its line and column.
 */
export function parseConfig(text: string, path: string, find?: Find): Parsed {
  const yaml = readYaml(text);
  if (yaml.problems.length > 0) throw configFailure(path, text, yaml.problems);
  const data = withoutEmptyLists(yaml.data);
  const result = fileSchema.safeParse(data);
  const problems: Problem[] = [];
  const blamed = new Set<string>();
  for (const located of (result.error?.issues ?? []).flatMap((issue) => leaves(issue, data))) {
    if (located.issue.code !== 'unrecognized_keys') blamed.add(located.path.join('.'));
    problems.push(...explain(located, data, yaml.document));
  }
  for (const { path: where, value, ...refusal } of objections(data)) {
    if (!isBlamed(where, blamed)) problems.push(refused(value, refusal, where, yaml.document));
  }
  if (problems.length > 0 || !result.success) throw configFailure(path, text, withoutEchoes(problems));
  return { config: normalise(result.data, find), file: result.data };
}

/** `apps:` or `groups:` with every entry commented out means none. */
function withoutEmptyLists(data: unknown): unknown {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return data;
  const isEmpty = ([key, value]: [string, unknown]) => ['apps', 'groups'].includes(key) && (value ?? null) === null;
  return Object.fromEntries(Object.entries(data).filter((entry) => !isEmpty(entry)));
}

/** One complaint about a value is enough. */
function isBlamed(path: Path, blamed: ReadonlySet<string>): boolean {
  return path.some((_, index) => blamed.has(path.slice(0, index + 1).join('.')));
}

/** A misspelt key is one problem, not also a missing one. */
function withoutEchoes(problems: readonly Problem[]): readonly Problem[] {
  const meant = new Set(problems.map((problem) => problem.meant));
  return problems.filter(({ missing }) => missing === undefined || !meant.has(missing));
}
