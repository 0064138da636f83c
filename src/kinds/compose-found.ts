import { basename, dirname } from 'node:path/posix';
import {
  type ComposeService,
  type ComposeServiceSpec,
  composeKey,
  partsOfComposeKey,
} from '../model/compose-service.ts';
import { composeLabel } from '../model/label.ts';
import type { ContainerDetails, ContainerSummary } from '../world/docker/docker.ts';
import type { World } from '../world/world.ts';
import type { Now } from './compose-changes.ts';

type Eyes = Pick<World, 'docker' | 'files'>;

/** Compose notes a folder as it was typed, and a link may lead there. */
async function containersOf(key: string, { docker, files }: Eyes): Promise<readonly ContainerSummary[]> {
  const [directory, service] = partsOfComposeKey(key);
  const here = await real(directory, files);
  const named = (await docker.containers()).filter(
    ({ labels }) => labels[composeLabel.service] === service && labels[composeLabel.oneoff] !== 'True',
  );
  const places = await Promise.all(
    named.map(({ labels }) => Promise.all(listed(labels, composeLabel.file).map((file) => real(dirname(file), files)))),
  );
  return named.filter((_, n) => places[n]?.includes(here));
}

const real = async (path: string, files: Eyes['files']): Promise<string> =>
  (await files.way(path)).at(-1)?.path ?? path;

/** One that runs goes before one that does not. */
const chosen = (all: readonly ContainerSummary[]) => all.find(({ running }) => running) ?? all[0];

export async function containerOf(key: string, eyes: Eyes): Promise<ContainerDetails | undefined> {
  const found = chosen(await containersOf(key, eyes));
  return found && eyes.docker.container(found.name);
}

/** How Compose was told of it the last time, without the override file; while there is no container, as homeauth has noted it. */
export async function serviceOf(
  { override, service: name, begun }: ComposeServiceSpec,
  world: Eyes,
): Promise<ComposeService | undefined> {
  const { labels } = (await containerOf(composeKey(override, name), world)) ?? {};
  if (!labels) {
    const noted = await world.files.read(begun);
    return noted === undefined ? undefined : (JSON.parse(noted) as ComposeService);
  }
  const here = await real(dirname(override), world.files);
  const read = listed(labels, composeLabel.file);
  const isOverride = await Promise.all(
    read.map(
      async (file) => basename(file) === basename(override) && (await real(dirname(file), world.files)) === here,
    ),
  );
  return {
    name,
    project: labels[composeLabel.project] ?? '',
    directory: labels[composeLabel.directory] ?? dirname(override),
    files: read.filter((_, n) => !isOverride[n]),
    environmentFiles: listed(labels, composeLabel.environmentFile),
  };
}

const listed = (labels: ContainerDetails['labels'], label: string): readonly string[] =>
  (labels[label] ?? '').split(',').filter((one) => one !== '');

/** @returns what is there of the service, if anything is */
export async function nowOf(key: string, eyes: Eyes): Promise<Now | undefined> {
  const all = await containersOf(key, eyes);
  const found = chosen(all);
  const container = found && (await eyes.docker.container(found.name));
  if (!container) return undefined;
  const running = all.filter((one) => one.running);
  const { id: available } = (await eyes.docker.image(container.image)) ?? {};
  const projects = [...new Set(running.map(({ labels }) => labels[composeLabel.project] ?? ''))];
  return { ...container, ...(available !== undefined && { available }), running: running.length, projects };
}
