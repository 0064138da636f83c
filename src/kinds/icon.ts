import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type { Kind } from '../engine/kind.ts';
import { iconsIn, pictureType } from '../formats/picture.ts';
import { asNothing, Failure } from '../model/failure.ts';
import type { IconSpec, MediaSpec } from '../model/picture.ts';
import { short } from '../model/resource.ts';
import type { ObjectSpec } from '../model/sso.ts';
import { addressIn, behind, hostName } from '../proxy/upstream.ts';
import type { HttpAnswer, World } from '../world/world.ts';
import { lookInto } from './authentik.ts';
import { adjustedKind } from './object/adjusted.ts';

/** In bytes: more is no icon. */
const largest = 512 * 1024;
/** Requests to an app for its icon, redirects among them, and ms without a sign of life in each. */
const most = 10;
const patience = 5000;

/** Our own folder in authentik's storage. */
const folder = 'homeauth';

interface Picture {
  readonly bytes: Buffer;
  /** What it is called in authentik's storage: another picture has another name. */
  readonly name: string;
}

/**
 * A picture on disk; undefined where there is no file.
 * @throws Failure picture-unusable where it is too large, no picture, or an SVG with more than a picture in it
 */
export async function pictureAt(path: string, files: World['files']): Promise<Picture | undefined> {
  const found = await files.stat(path);
  if (!found) return undefined;
  if (found.type !== 'file' || found.size > 2 * largest) throw unusable(path);
  const parts: Buffer[] = [];
  for await (const part of await files.stream(path)) parts.push(Buffer.from(part as Uint8Array));
  const bytes = Buffer.concat(parts);
  const type = bytes.length > largest ? undefined : pictureType(bytes);
  if (!type) throw unusable(path);
  const called = short(path)
    .replace(/\.\w+$/, '')
    .replace(/[^\w.-]/g, '-');
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  return { bytes, name: `${folder}/${called}-${digest}.${type}` };
}

/** key: a path. The icon of an app, fetched from the app itself: once, and then it is a file like others. */
export const iconKind: Kind<IconSpec> = {
  told: { noun: 'icon', item: short },

  async observe(key, { files }, want) {
    const found = await files.stat(key);
    return found
      ? { is: 'present', spec: want ?? { app: '', host: '', upstream: '', https: false } }
      : { is: 'absent' };
  },

  differs: () => [],

  async apply(key, want, world) {
    const { files } = world;
    if (!want) {
      await files.remove(key);
      return;
    }
    const bytes = await fetched(want, world);
    if (!bytes) throw notFound(want);
    await files.pour(key, 0o600, async (into) => pipeline([bytes], into));
  },

  hint: (key) => `To have it fetched again:  rm ${key} && homeauth apply`,
};

/** key: its name in authentik's storage. */
export const mediaKind: Kind<MediaSpec> = {
  told: { noun: 'picture', place: 'in authentik', item: short },

  observe: (key, world) =>
    lookInto(world, async (authentik) =>
      (await authentik.list('admin/file')).some(({ name }) => name === key) ? {} : undefined,
    ),

  differs: () => [],

  async apply(key, want, { authentik, files }) {
    if (!want) return authentik.remove('admin/file', key);
    const picture = want.source === undefined ? undefined : await pictureAt(want.source, files);
    if (!picture) throw unusable(want.source ?? key);
    await authentik.upload(key, picture.bytes);
  },

  hint: () => 'In authentik, open Customization > Files, and see which files are there.',
};

/** key: the slug of an application. Its icon, where homeauth.yaml has one. */
export const tileIconKind: Kind<ObjectSpec> = adjustedKind(
  { noun: 'icon of', item: (key) => `icon of ${key}` },
  (slug) => ({
    collection: 'core/applications',
    find: (rows) => rows.find((row) => row['slug'] === slug),
    id: () => slug,
    called: {},
  }),
  {
    what: 'application',
    where: 'Applications > Applications',
    hint: (key) => `In authentik, open Applications > Applications, and see which icon "${key}" has.`,
  },
);

/** Asks the app's own page, and then where browsers look without being told. Nobody else is asked. */
async function fetched({ host, upstream, https }: IconSpec, world: World): Promise<Buffer | undefined> {
  const via = await dialled(upstream, world);
  if (!via) return undefined;
  const home = new URL(`${https ? 'https' : 'http'}://${host}/`);
  let left = most;
  const visit = async (url: URL): Promise<{ answer: HttpAnswer; url: URL } | undefined> => {
    if (url.origin !== home.origin || left-- <= 0) return undefined;
    const answer = await world.http.dial({ url: url.href, via, timeout: patience, binary: true }).catch(asNothing);
    const { location } = answer?.headers ?? {};
    const isSentOn = answer && answer.status >= 300 && answer.status < 400 && location !== undefined;
    if (!isSentOn) return answer && { answer, url };
    return URL.canParse(location, url.href) ? visit(new URL(location, url)) : undefined;
  };
  const page = await visit(home);
  const named = page
    ? iconsIn(page.answer.body).flatMap((href) => (URL.canParse(href, page.url.href) ? [new URL(href, page.url)] : []))
    : [];
  const usual = ['/apple-touch-icon.png', '/favicon.svg', '/favicon.ico'].map((path) => new URL(path, home));
  for (const url of [...named, ...usual]) {
    const { answer } = (await visit(url)) ?? {};
    const bytes = Buffer.from(answer?.status === 200 ? answer.body : '', 'latin1');
    if (bytes.length > 0 && bytes.length <= largest && pictureType(bytes)) return bytes;
  }
  return undefined;
}

/** Where this server itself finds what Caddy calls by this name. */
async function dialled(upstream: string, world: World) {
  const { host, port } = addressIn(upstream);
  const found = await behind(upstream, world);
  if (found.is === 'container') return world.docker.dialAddress(found.owner.name, port);
  if (found.is === 'unknown') return undefined;
  return { host: host === hostName ? '127.0.0.1' : host, port };
}

/** What speaks against a file. */
export const unusable = (path: string): Failure =>
  new Failure({
    code: 'picture-unusable',
    problem: `${path} cannot be used as a picture.`,
    why: 'It has to be there, be a PNG, JPEG, GIF, WebP, ICO or SVG of 512 KiB at most, and an SVG may have no scripts, styles from elsewhere or links in it.',
    fix: 'Name another file in homeauth.yaml, or correct this one, then: homeauth apply',
  });

const notFound = ({ app, upstream }: IconSpec): Failure =>
  new Failure({
    code: 'icon-not-found',
    problem: `${app} has no icon that homeauth can use.`,
    why: `It was asked at ${upstream} for the icons of its page, /apple-touch-icon.png, /favicon.svg and /favicon.ico. Perhaps it does not run.`,
    fix: `Start it, then: homeauth apply. Or name a file below its tile in homeauth.yaml: icon: /path/of/a/picture.png`,
  });
