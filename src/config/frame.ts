/** Lines in front of the one to blame. */
const context = 2;
const widest = 100;

/** Line and column of an offset, both from 1; columns count characters, not UTF-16 units. */
export function position(source: string, offset: number): { line: number; column: number } {
  const before = source.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: [...before.slice(start)].length + 1 };
}

/** The source lines up to the one to blame, with carets below the range and the hint behind them. */
export function frame(source: string, range: readonly [start: number, end: number], hint = ''): string {
  const lines = source.split('\n');
  const { line, column } = position(source, range[0]);
  const first = Math.max(1, line - context);
  const gutter = String(line).length;
  const blamed = lines[line - 1] ?? '';
  const cut = Math.max(0, column - widest + 20);
  const out: string[] = [];
  for (let number = first; number <= line; number += 1) {
    const text = number === line ? [...blamed].slice(cut).join('') : (lines[number - 1] ?? '');
    out.push(`  ${String(number).padStart(gutter)} │ ${harmless(text)}`.trimEnd());
  }
  const end = Math.min(range[1], range[0] + (blamed.length - (column - 1)));
  const carets = '^'.repeat(Math.max(1, Math.min([...source.slice(range[0], end).trimEnd()].length, widest - 20)));
  out.push(`  ${' '.repeat(gutter)} │ ${' '.repeat(column - 1 - cut)}${carets}${hint === '' ? '' : ` ${hint}`}`);
  return out.join('\n');
}

/** Fit for a terminal: no control characters, no endless line, and no secret that somebody put here by mistake. */
function harmless(line: string): string {
  const plain = line
    .replace(/\r$/, '')
    .replaceAll('\t', ' ')
    .replace(/[\p{Cc}\p{Bidi_Control}]/gu, '·')
    .replace(/((?:password|passwd|secret|token|api-?_?key)["']?\s*:\s*)[^\s#].*/i, '$1••••••');
  const letters = [...plain];
  return letters.length > widest ? `${letters.slice(0, widest - 1).join('')}…` : plain;
}
