import { posix } from 'node:path';
import type { App } from '../config/config.ts';
import { composeLabel } from '../model/label.ts';
import { addressIn, containerBehind, inDocker } from '../proxy/upstream.ts';
import type { World } from '../world/world.ts';

/** Where a file would stand that Compose reads beside an app's own, and the app's name in there. */
export interface Override {
  readonly file: string;
  readonly service: string;
  /** homeauth makes its container anew. */
  readonly up?: true;
}

/** What Compose looks for where it is told of no file. */
const usual = /^(docker-)?compose\.ya?ml$/;
const overrides = /^(docker-)?compose\.override\.ya?ml$/;

/**
 * The override file that an app's compose project has room for: Compose reads one where it was told of no file itself.
 * None where there is one already, and where the project has this line.
 */
export async function overridable(
  { upstream = '' }: Pick<App, 'upstream'>,
  line: string,
  { docker, files }: Pick<World, 'docker' | 'files'>,
): Promise<Override | undefined> {
  const { labels = {} } =
    containerBehind(inDocker(addressIn(upstream).host), await docker.containers())?.container ?? {};
  const [path, service] = [labels[composeLabel.file], labels[composeLabel.service]];
  if (!path?.startsWith('/') || !service) return undefined;
  const { dir, base } = posix.parse(path);
  const there = (await files.list(dir)) ?? [];
  if (!usual.test(base) || !there.includes(base) || there.some((name) => overrides.test(name))) return undefined;
  if ((await files.read(path))?.includes(line)) return undefined;
  return { file: `${dir}/${base.replace('compose.', 'compose.override.')}`, service };
}
