// Builds the images that the stack names, out of Debian packages, because the tests must run where no registry answers.
// Nothing is built twice: every image carries a label with the hash of all that went into it.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { bundleStandin } from '../standin/bundle.ts';
import { buildImage, builtImages, type Image, INPUTS_LABEL, importBase } from './image.ts';
import {
  ACTUAL_IMAGE,
  AUTHENTIK_RELEASES,
  authentikImage,
  CADDY_IMAGE,
  LDAP_IMAGE,
  MINIFLUX_IMAGE,
  OLD_POSTGRES_IMAGE,
  POSTGRES_IMAGE,
  RADICALE_IMAGE,
  REDIS_IMAGE,
  SYNAPSE_IMAGE,
  WHOAMI_IMAGE,
} from './names.ts';

const here = import.meta.dirname;
const cache = join(here, '../../.cache/test');
const folder = (name: string) => join(here, 'images', name);

const base: Image = { name: 'homeauth-test/base', folder: folder('base') };
const node: Image = {
  name: 'homeauth-test/node',
  folder: folder('node'),
  files: { node: process.execPath },
  from: base,
};
const images: Image[] = [
  base,
  node,
  ...[OLD_POSTGRES_IMAGE, POSTGRES_IMAGE].map((name) => ({
    name,
    folder: folder('postgres'),
    from: base,
    args: { MAJOR: name.replace(/\D/g, '') },
    official: true as const,
  })),
  { name: REDIS_IMAGE, folder: folder('redis'), from: base, official: true },
  {
    name: CADDY_IMAGE,
    folder: folder('caddy'),
    files: { caddy: join(cache, 'bin/caddy') },
    from: base,
    official: true,
  },
  {
    name: MINIFLUX_IMAGE,
    folder: folder('miniflux'),
    files: { miniflux: join(cache, 'bin/miniflux') },
    from: base,
    official: true,
  },
  {
    name: ACTUAL_IMAGE,
    folder: folder('actual'),
    files: { 'actual.tar': join(cache, 'actual.tar') },
    from: node,
    official: true,
  },
  { name: RADICALE_IMAGE, folder: folder('radicale'), from: base, official: true },
  {
    name: SYNAPSE_IMAGE,
    folder: folder('synapse'),
    files: { 'synapse.tar': join(cache, 'synapse.tar') },
    from: base,
    official: true,
  },
  {
    name: WHOAMI_IMAGE,
    folder: folder('whoami'),
    files: { 'whoami.js': join(here, 'whoami.js') },
    from: node,
    official: true,
  },
];

const standin = join(cache, 'standin.cjs');
await bundleStandin(standin);
for (const release of AUTHENTIK_RELEASES) {
  images.push({
    name: authentikImage(release),
    folder: folder('authentik'),
    files: { 'standin.cjs': standin },
    from: node,
    args: { VERSION: release },
  });
}
images.push({ name: LDAP_IMAGE, folder: folder('authentik-ldap'), files: { 'standin.cjs': standin }, from: node });

const context = join(cache, 'context');
const built = await builtImages(images);
let made = 0;
for (const image of images) {
  if (image.official && (await pulled(image.name))) continue;
  const isNew = image === base ? await importBase(image, built) : await buildImage(image, built, context);
  if (isNew) made += 1;
}
await rm(context, { recursive: true, force: true });
if (made > 0) await execa('docker', ['image', 'prune', '--force', '--filter', `label=${INPUTS_LABEL}`]);

/**
 * With HOMEAUTH_TEST_PULL=1, fetches the official image in place of ours: by the machine's own Docker Engine, because the
 * one of the tests has no way out. False if none was wanted or none could be had.
 */
async function pulled(image: string): Promise<boolean> {
  if (process.env['HOMEAUTH_TEST_PULL'] !== '1') return false;
  const { DOCKER_HOST: _host, DOCKER_CONFIG: _config, ...outside } = process.env;
  const pull = await execa('docker', ['pull', image], { env: outside, extendEnv: false, reject: false });
  if (pull.failed) return false;
  const save = execa('docker', ['save', image], { env: outside, extendEnv: false, buffer: false });
  await save.pipe('docker', ['load']);
  return true;
}
