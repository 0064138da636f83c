import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node, parseDocument, type YAMLError } from 'yaml';
import type { Problem } from './problem.ts';
import { checkText } from './yaml-text.ts';

/** A file that is YAML, one plain map; whether it makes sense is not asked here. */
export interface YamlFile {
  readonly document: Document.Parsed;
  readonly data: unknown;
  readonly problems: readonly Problem[];
}

const syntaxErrors: Readonly<Record<string, readonly [problem: string, fix: string]>> = {
  TAB_AS_INDENT: ['A tab is used to indent.', 'Use spaces.'],
  MULTIPLE_DOCS: ['A second document begins here.', 'Keep one: delete this --- and what does not belong.'],
  BLOCK_AS_IMPLICIT_KEY: [
    'This reads as a key inside a value.',
    'Indent the line like its neighbours, or put a value that has a colon in it in quotes.',
  ],
  MULTILINE_IMPLICIT_KEY: ['A key has no colon behind it.', 'Write KEY: VALUE on one line.'],
  MISSING_CHAR: [
    'A quote, a bracket or a colon is missing here.',
    'Put it in; nothing else of the file was looked at yet.',
  ],
  BAD_INDENT: [
    'The line is not indented like its neighbours, or a bracket is still open.',
    'Indent it, or close the bracket.',
  ],
  BAD_SCALAR_START: ['A value cannot begin with this character.', 'Put the value in quotes.'],
};

/** Reads text as one YAML document. Aliases, tags and duplicate keys are problems: nothing here needs them. */
export function readYaml(text: string): YamlFile {
  const trouble = checkText(text);
  // Duplicate keys are looked for below: the library compares each key with each other one.
  const document = parseDocument(trouble ? '' : text, {
    uniqueKeys: false,
    prettyErrors: false,
    keepSourceTokens: true,
  });
  if (trouble) return { document, data: undefined, problems: [trouble] };
  const [error] = document.errors;
  // What follows the first syntax error is mostly its echo.
  if (error) return { document, data: undefined, problems: [syntax(error)] };
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    return { document, data: undefined, problems: [empty] };
  }
  const problems: Problem[] = [];
  const data = plain(document.contents, problems);
  return { document, data, problems };
}

const empty: Problem = {
  problem: 'The file is empty.',
  fix: 'Put it back from a backup, or delete it and run: homeauth init',
};

function syntax(error: YAMLError): Problem {
  const [problem, fix] = syntaxErrors[error.code] ?? [`${error.message}.`, 'Correct the line.'];
  return { range: [error.pos[0], Math.max(error.pos[1], error.pos[0] + 1)], problem, fix };
}

/** Plain data of a node. A number that is not a whole one stays text, so that `2026.8` is judged as it was written. */
function plain(node: Node | null, problems: Problem[]): unknown {
  if (node === null) return null;
  if (isAlias(node)) {
    problems.push({ range: rangeOf(node), problem: 'There is an alias here.', fix: 'Write the value out.' });
    return undefined;
  }
  if (node.tag !== undefined) {
    problems.push({
      range: rangeOf(node),
      problem: 'There is a tag here.',
      fix: 'Delete the word that begins with !.',
    });
  }
  if (isSeq(node)) return node.items.map((item) => plain(isNode(item) ? item : null, problems));
  if (isMap(node)) {
    const seen = new Set<string>();
    return Object.fromEntries(
      node.items.map(({ key, value }) => {
        const name = isScalar(key) ? String(key.source ?? key.value) : '?';
        const range = isNode(key) ? rangeOf(key) : rangeOf(node);
        if (seen.has(name)) {
          problems.push({ range, problem: `${name} is here twice.`, fix: 'Delete one of the two.' });
        }
        seen.add(name);
        return [name, plain(isNode(value) ? value : null, problems)];
      }),
    );
  }
  if (!isScalar(node)) return undefined;
  return typeof node.value === 'number' && !/^(0|[1-9]\d*)$/.test(node.source ?? '') ? node.source : node.value;
}

/** Where a node stands, without what follows its value. */
export function rangeOf(node: Node): readonly [number, number] {
  const [start, end] = node.range ?? [0, 0];
  return [start, end];
}
