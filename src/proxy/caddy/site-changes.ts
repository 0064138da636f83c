import type { CaddySite } from '../../model/resource.ts';

/** Which addresses are open to everybody now and were not, and the other way. A site that goes shuts nothing behind it. */
export function opened(before: readonly CaddySite[], after: readonly CaddySite[]): string[] {
  const [was, is] = [openIn(before), openIn(after)];
  const hosts = new Set(after.map(({ host }) => host));
  const fresh = is.filter(({ address }) => !was.some((one) => one.address === address));
  const shut = was.filter(({ address, host }) => hosts.has(host) && !is.some((one) => one.address === address));
  const by = (sites: readonly CaddySite[]) => sites.filter(({ ownLogin }) => ownLogin).map(({ host }) => host);
  const [did, does] = [by(before), by(after)];
  return [
    ...does
      .filter((host) => !did.includes(host))
      .map((host) => `${host} is open to everybody: the app asks for the login`),
    ...did.filter((host) => hosts.has(host) && !does.includes(host)).map((host) => `${host} is behind the login`),
    ...fresh.map(({ address }) => `${address} opens without a login`),
    ...shut.map(({ address }) => `${address} is behind the login`),
  ];
}

const openIn = (sites: readonly CaddySite[]) =>
  sites.flatMap(({ host, openPaths }) => openPaths.map((path) => ({ host, address: `${host}${path}` })));

/**
 * The sites of a text of ours that stands there: what goes and what comes is told by them, and nothing is decided. Only
 * homeauth's own layout is read, of this release and of those before it.
 */
export function sitesIn(text: string): readonly CaddySite[] {
  const sites: { host: string; openPaths: string[]; ownLogin?: true }[] = [];
  for (const [, host, paths] of text.matchAll(
    /^(?:http:\/\/)?([\w.-]+)(?::\d+)? \{$|^\t\t\tpath (.+)$|^\t\t# This app asks for the login by itself\.$/gm,
  )) {
    const site = sites.at(-1);
    if (host !== undefined) sites.push({ host, openPaths: [] });
    else if (paths !== undefined) site?.openPaths.push(...paths.split(' '));
    else if (site) site.ownLogin = true;
  }
  return sites;
}

/** What the site for a host dials, in homeauth's own text, as it is written there. */
export const dialsIn = (text: string, host: string): readonly string[] =>
  text
    .split(/^(?=\S)/m)
    .filter((piece) => sitesIn(piece)[0]?.host === host)
    .flatMap((piece) => [...piece.matchAll(/^\t\treverse_proxy ([^@{\n]+)/gm)])
    .flatMap(([, dials = '']) => dials.trim().split(' '));
