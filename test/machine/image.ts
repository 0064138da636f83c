import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/** An image of the tests: a folder with its Dockerfile, files from elsewhere beside it, and the image that it rests on. */
export interface Image {
  readonly name: string;
  readonly folder: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly args?: Readonly<Record<string, string>>;
  readonly from?: Image;
  /** A registry has one of this name that tests may use in its place. */
  readonly official?: true;
}

/** The label that holds the hash of everything an image was made from. */
export const INPUTS_LABEL = 'homeauth.test.inputs';

/** By image name, the hash of what the image there was built from. */
export type Built = Map<string, string>;

/** Asks the engine which images it has, all at once, because every question to it costs. */
export async function builtImages(images: readonly Image[]): Promise<Built> {
  const format = `{{range .RepoTags}}{{.}} {{end}}{{index .Config.Labels "${INPUTS_LABEL}"}}`;
  const names = images.map(({ name }) => name);
  const { stdout } = await execa('docker', ['image', 'inspect', '--format', format, ...names], { reject: false });
  const built: Built = new Map();
  for (const line of stdout.split('\n')) {
    const words = line.split(' ');
    const hash = words.pop() ?? '';
    for (const tag of words) built.set(tag.replace(/:latest$/, ''), hash);
  }
  return built;
}

/** The hash of all that goes into an image; what it rests on is built before, and counts with the hash it was built from. */
async function inputs(image: Image, built: Built): Promise<string> {
  const hash = createHash('sha256').update(image.from ? (built.get(image.from.name) ?? '') : '');
  hash.update(JSON.stringify(image.args ?? {}));
  for (const name of (await readdir(image.folder)).sort()) {
    hash.update(name).update(await readFile(join(image.folder, name)));
  }
  for (const [name, source] of Object.entries(image.files ?? {})) hash.update(name).update(await readFile(source));
  return hash.digest('hex');
}

/** Imports the root file system that `build` in the image's folder writes. False if it was there already. */
export async function importBase(image: Image, built: Built): Promise<boolean> {
  const hash = await inputs(image, built);
  if (built.get(image.name) === hash) return false;
  const { stdout: mirror } = await execa(join(import.meta.dirname, 'mirror'));
  const rootfs = execa(join(image.folder, 'build'), [mirror], { buffer: false, stderr: 'inherit' });
  await rootfs.pipe('docker', ['import', '--change', `LABEL ${INPUTS_LABEL}=${hash}`, '-', image.name]);
  built.set(image.name, hash);
  return true;
}

/** Builds an image with the classic builder, which every release of Docker has. False if it was there already. */
export async function buildImage(image: Image, built: Built, context: string): Promise<boolean> {
  const hash = await inputs(image, built);
  if (built.get(image.name) === hash) return false;
  await rm(context, { recursive: true, force: true });
  await mkdir(context, { recursive: true });
  await cp(image.folder, context, { recursive: true });
  for (const [name, source] of Object.entries(image.files ?? {})) await cp(source, join(context, name));
  const args = Object.entries(image.args ?? {}).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
  await execa('docker', ['build', '--label', `${INPUTS_LABEL}=${hash}`, '--tag', image.name, ...args, context], {
    env: { DOCKER_BUILDKIT: '0' },
    stdio: 'inherit',
  });
  built.set(image.name, hash);
  return true;
}
