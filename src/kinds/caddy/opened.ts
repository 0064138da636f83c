/** Which addresses one text of ours opens to everybody, and another does not. Sites that come or go apart. */
export function opened(before: string, after: string): string[] {
  const [was, is] = [openIn(before), openIn(after)];
  return [
    ...is.filter((address) => !was.includes(address)).map((address) => `${address} opens without a login`),
    ...was.filter((address) => !is.includes(address)).map((address) => `${address} is behind the login`),
  ];
}

/** As the text has it: `path` is the first line of the matcher `@open`. */
const openIn = (text: string): readonly string[] =>
  [...text.matchAll(/^([\w.-]+) \{$|^\t\t\tpath (.+)$/gm)].reduce<{ host: string; found: string[] }>(
    ({ host, found }, [, site, paths]) =>
      paths === undefined
        ? { host: site ?? '', found }
        : { host, found: [...found, ...paths.split(' ').map((path) => `${host}${path}`)] },
    { host: '', found: [] },
  ).found;
