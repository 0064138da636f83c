/** One value of an INI file: its section, empty at the top, and its key. */
export interface Place {
  readonly section: string;
  readonly key: string;
}

const heading = /^\s*\[([^\]]*)\]/;
const pair = /^(\s*([^=:#;\s[][^=:]*?)\s*[=:][ \t]*)(.*?)(\s*)$/;

/** Where each line belongs. */
function linesOf(text: string) {
  let section = '';
  return text.split('\n').map((line) => {
    const head = heading.exec(line)?.[1]?.trim();
    if (head !== undefined) section = head;
    const [, before = '', key, value = '', after = ''] = (head === undefined && pair.exec(line)) || [];
    return { line, section, isHead: head !== undefined, before, key, value, after };
  });
}

export const readIni = (text: string, { section, key }: Place): string | undefined =>
  linesOf(text).find((one) => one.section === section && one.key === key)?.value;

/** The file with this value, or without it, and with it a heading that nothing stands below; all else byte for byte. */
export function withIni(text: string, { section, key }: Place, value: string | undefined): string {
  if (value !== undefined && /[\r\n]/.test(value)) throw new Error('a value of several lines');
  const lines = linesOf(text);
  const texts = lines.map(({ line }) => line);
  const found = lines.findIndex((one) => one.section === section && one.key === key);
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
