import { type Block, blocksOf } from '../../formats/caddyfile-blocks.ts';

/**
 * A site of the owner's that stands in their Caddyfile as a comment while homeauth serves its host. What is put aside
 * comes back byte for byte.
 */
const beginOf = (host: string) =>
  `# homeauth: aside ${host}  Your site, as a comment. It comes back when the app leaves homeauth.`;
const end = '# homeauth: aside ends';
// A line is what a line feed ends, as for Caddy; `^` and `$` would see others, too.
const asides = /(?<![^\n])# homeauth: aside (\S+)[^\n]*\n((?:#\| [^\n]*\n)*)# homeauth: aside ends(?![^\r\n])/g;

/** The hosts whose site is put aside. */
export const hostsAside = (caddyfile: string): readonly string[] =>
  [...caddyfile.matchAll(asides)].map(([, host = '']) => host);

/** The Caddyfile with all that was put aside in its place again. */
export const withAsidesBack = (caddyfile: string): string =>
  caddyfile.replace(asides, (_whole, _host, lines: string) =>
    lines
      .replace(/\r?\n$/, '')
      .split('\n')
      .map((line) => line.slice(3))
      .join('\n'),
  );

interface Span {
  readonly from: number;
  readonly to: number;
}

/** The sites for these hosts alone, but for those in homeauth's own parts. */
function sitesFor(caddyfile: string, hosts: readonly string[], ours: readonly Span[]) {
  return (blocksOf(caddyfile) ?? []).flatMap((block) => {
    const host = hosts.find((one) => isSiteOf(block, one));
    const isOurs = ours.some(({ from, to }) => block.from >= from && block.from < to);
    return host === undefined || isOurs ? [] : [{ ...block, host }];
  });
}

/** Those of these hosts that have a site in a Caddyfile which is not put aside. */
export const served = (caddyfile: string, hosts: readonly string[], ours: readonly Span[]): readonly string[] =>
  sitesFor(caddyfile, hosts, ours).map(({ host }) => host);

/** The Caddyfile with the sites for these hosts put aside. One that is also for other hosts stays. */
export function withAside(caddyfile: string, hosts: readonly string[], ours: readonly Span[]): string {
  const found = sitesFor(caddyfile, hosts, ours);
  return found.reduceRight((text, { from, to, host }) => {
    const start = text.lastIndexOf('\n', from) + 1;
    const [whole = ''] = /[^\n]*/.exec(text.slice(to)) ?? [];
    // The line break behind it is no part of it.
    const stop = to + whole.replace(/\r+$/, '').length;
    const site = text.slice(start, stop);
    const eol = text[stop] === '\r' || site.includes('\r\n') ? '\r\n' : '\n';
    const lines = site
      .split('\n')
      .map((line) => `#| ${line}`)
      .join('\n');
    return `${text.slice(0, start)}${beginOf(host)}${eol}${lines}${eol}${end}${text.slice(stop)}`;
  }, caddyfile);
}

/** Whether a block is the site of this host alone, by whatever scheme and port: each would be a way to it. */
export const isSiteOf = ({ words, body }: Block, host: string): boolean =>
  body !== undefined && words.length === 1 && hostIn(words[0] ?? '') === host;

/** The host of a site's address, in small letters. */
export function hostIn(address: string): string | undefined {
  const [, host] = /^(?:https?:\/\/)?([^/:,]+)(?::\d+)?,?$/i.exec(address) ?? [];
  return host?.toLowerCase();
}
