/** Sorts of pictures that browsers show, by the ends of their file names. */
export type PictureType = 'png' | 'jpg' | 'gif' | 'webp' | 'ico' | 'svg';

/** How their files begin, in hexadecimal digits. */
const beginnings: readonly [PictureType, RegExp][] = [
  ['png', /^89504e470d0a1a0a/],
  ['jpg', /^ffd8ff/],
  ['gif', /^474946383[79]61/],
  ['webp', /^52494646.{8}57454250/],
  ['ico', /^00000100(?!00)/],
];

/**
 * Whatever in an SVG runs, or is fetched from elsewhere: opened by itself, it would run at the
 * login's own name. An app may answer anything: no pattern here goes over the same text twice.
 */
const active = [
  /<\s*(?:[^\s<>/:]+:)?(?:script|foreignobject|iframe|embed|object|handler|set|animate\w*)\b/i,
  /[\s/"']on[a-z]+\s*=/i,
  /<!(?:entity|attlist)|<!doctype[^<>[]*\[|<\?xml-stylesheet/i,
  /\b(?:href|src)\s*=\s*(?!["']\s*(?:#|data:image\/(?:png|jpe?g|gif|webp)[;,]))/i,
  /@import|\burl\s*\(\s*(?!["']?\s*#)/i,
  // Any of these words can be written with characters by their numbers.
  /\\|&#/,
];

/** What a picture is, by its own bytes; undefined for what is none, and for an SVG that does more than show. */
export function pictureType(bytes: Uint8Array): PictureType | undefined {
  const head = Buffer.from(bytes.subarray(0, 16)).toString('hex');
  const found = beginnings.find(([, begins]) => begins.test(head))?.[0];
  return found ?? (isPlainSvg(Buffer.from(bytes).toString('utf8')) ? 'svg' : undefined);
}

function isPlainSvg(text: string): boolean {
  const isSvg = /^\uFEFF?\s*(?:<\?xml\b[^>]*>|<!--(?:(?!-->)[\s\S])*-->|<!doctype svg[^>]*>|\s)*<svg[\s>]/i.test(text);
  return isSvg && !active.some((one) => one.test(text));
}

/** The addresses of icons that a page names, the largest sort first. */
export function iconsIn(html: string): string[] {
  const links = (html.match(/<link\b[^<>]*>/gi) ?? []).flatMap((link) => {
    const [rel, href, sizes] = ['rel', 'href', 'sizes'].map((name) => attribute(link, name));
    if (!rel || !href || !/(?:^|\s)(?:icon|apple-touch-icon(?:-precomposed)?)(?:\s|$)/i.test(rel)) return [];
    const weight = /apple/i.test(rel) ? 180 : /\.svg\b/i.test(href) ? 170 : Number.parseInt(sizes ?? '16', 10) || 16;
    return [{ href: href.replaceAll('&amp;', '&'), weight }];
  });
  return links.toSorted((a, b) => b.weight - a.weight).map(({ href }) => href);
}

const attribute = (tag: string, name: string): string | undefined => {
  const found = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, 'i').exec(tag);
  return found?.[1] ?? found?.[2] ?? found?.[3];
};
