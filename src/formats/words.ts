/** The words of a command line without a shell: blanks part them, double quotes hold one together. */
export const wordsOf = (line: string): readonly string[] =>
  (line.match(/(?:"[^"]*"|[^\s"])+/g) ?? []).map((word) => word.replaceAll('"', ''));
