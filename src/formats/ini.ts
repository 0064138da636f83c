/** One value of an INI file: its section, empty at the top, and its key. */
export interface Place {
  readonly section: string;
  readonly key: string;
}

const heading = /^\s*\[([^\]]*)\]/;
const pair = /^(\s*([^=:#;\s[][^=:]*?)\s*[=:][ \t]*)(.*?)(\s*)$/;

/** Where each line belongs. One that is indented deeper than the key above it goes on with its value. */
function linesOf(text: string) {
  let section = '';
  let indent = Number.POSITIVE_INFINITY;
  return text.split('\n').map((line) => {
    const isMore = /^\s*[^\s#;]/.test(line) && line.search(/\S/) > indent;
    const head = isMore ? undefined : heading.exec(line)?.[1]?.trim();
    const [, before = '', key, value = '', after = ''] = (!isMore && head === undefined && pair.exec(line)) || [];
    if (head !== undefined) section = head;
    if (head !== undefined) indent = Number.POSITIVE_INFINITY;
    else if (key !== undefined) indent = line.search(/\S/);
    return { line, section, isHead: head !== undefined, isMore, before, key, value, after };
  });
}

type Line = ReturnType<typeof linesOf>[number];

/** Python takes `Type` and `type` for one key, and does not start with both. */
const isAt =
  ({ section, key }: Place) =>
  (one: Line): boolean =>
    one.section === section && one.key?.toLowerCase() === key.toLowerCase();

/** @throws an error where the value is of several lines */
function indexOf(lines: readonly Line[], place: Place): number {
  const found = lines.findIndex(isAt(place));
  const next = lines.slice(found + 1).find(({ line }) => /^\s*[^\s#;]/.test(line));
  if (found >= 0 && next?.isMore) throw new Error('a value of several lines');
  return found;
}

export function readIni(text: string, place: Place): string | undefined {
  const lines = linesOf(text);
  return lines[indexOf(lines, place)]?.value;
}

/** The file with this value, or without it, and with it a heading that nothing stands below; all else byte for byte. */
export function withIni(text: string, place: Place, value: string | undefined): string {
  const { section, key } = place;
  if (value !== undefined && /[\r\n]/.test(value)) throw new Error('a value of several lines');
  const lines = linesOf(text);
  const texts = lines.map(({ line }) => line);
  const found = indexOf(lines, place);
  if (found >= 0) {
    const { before, after } = lines[found]!;
    if (value !== undefined) return texts.with(found, `${before}${value}${after}`).join('\n');
    return withoutEmpty(texts.toSpliced(found, 1).join('\n'), section);
  }
  if (value === undefined) return text;
  const like = lines.find((one) => one.key !== undefined);
  const between = like ? like.before.slice(like.before.indexOf(like.key ?? '') + (like.key ?? '').length) : ' = ';
  const line = `${key}${between}${value}${like?.after.includes('\r') ? '\r' : ''}`;
  const last = lines.findLastIndex((one) => one.section === section && one.line.trim() !== '');
  if (last >= 0) return texts.toSpliced(last + 1, 0, line).join('\n');
  if (section === '') return `${line}\n${text}`;
  const parted = text === '' || /\n\s*\n$/.test(text) ? '' : text.endsWith('\n') ? '\n' : '\n\n';
  return `${text}${parted}[${section}]\n${line}\n`;
}

function withoutEmpty(text: string, section: string): string {
  const lines = linesOf(text);
  const inside = lines.filter((one) => one.section === section && one.line.trim() !== '');
  const at = lines.findIndex((one) => one.isHead && one.section === section);
  if (section === '' || inside.length !== 1 || at < 0) return text;
  // With the blank line that parts it from what is before it.
  const from = at > 0 && lines[at - 1]?.line.trim() === '' ? at - 1 : at;
  return lines
    .map(({ line }) => line)
    .toSpliced(from, at - from + 1)
    .join('\n');
}
