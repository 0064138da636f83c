/** Which addresses one text of ours opens to everybody and another does not. A site that goes shuts nothing behind it. */
export function opened(before: string, after: string): string[] {
  const [was, is] = [openIn(before), openIn(after)];
  const fresh = is.addresses.filter((address) => !was.addresses.includes(address));
  const shut = was.addresses.filter((address) => !is.addresses.includes(address));
  return [
    ...fresh.map((address) => `${address} opens without a login`),
    ...shut.filter(isAt(is.sites)).map((address) => `${address} is behind the login`),
  ];
}

const isAt =
  (sites: readonly string[]) =>
  (address: string): boolean =>
    sites.some((site) => address.startsWith(`${site}/`));

/** As the text has it: `path` is the first line of the matcher `@open`. */
function openIn(text: string): { readonly sites: readonly string[]; readonly addresses: readonly string[] } {
  const sites: string[] = [];
  const addresses: string[] = [];
  for (const [, site, paths = ''] of text.matchAll(/^([\w.-]+) \{$|^\t\t\tpath (.+)$/gm)) {
    if (site !== undefined) sites.push(site);
    else addresses.push(...paths.split(' ').map((path) => `${sites.at(-1) ?? ''}${path}`));
  }
  return { sites, addresses };
}
