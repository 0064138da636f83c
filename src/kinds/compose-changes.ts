import { normalize } from 'node:path/posix';
import type { ComposeDefinition } from '../model/compose-service.ts';
import { composeLabel } from '../model/label.ts';
import { trustedFile } from '../model/trusted-file.ts';
import type { ContainerDetails } from '../world/docker/docker.ts';

/** The container of a service as it is, and what else is there of the service. */
export interface Now extends Pick<ContainerDetails, 'environment' | 'image' | 'imageId' | 'mounts' | 'labels'> {
  /** What the image's name stands for on this server now. */
  readonly available?: string;
  /** Containers of the service that run, and the projects that these are of. */
  readonly running: number;
  readonly projects: readonly string[];
}

/** What of an app's program and data would be another one, for people. Pure. */
export function otherwise(definition: ComposeDefinition, now: Now): string[] {
  const { image = now.image } = definition;
  return [
    ...(image === now.image ? [] : [`image ${image} in place of ${now.image}`]),
    ...(image === now.image && isNewer(now) ? [`a newer build of the image ${image}`] : []),
    ...now.mounts.flatMap((mount) => moved(definition, mount)),
  ];
}

/** As Compose itself tells it: by the image that it has noted when it made the container. */
const isNewer = ({ available, imageId, labels }: Now): boolean =>
  available !== undefined && ![imageId, labels[composeLabel.image]].includes(available);

/** Docker names a volume by itself where nobody did, and Compose brings it along. */
const isAnonymous = (volume: string | undefined): boolean => /^[0-9a-f]{64}$/.test(volume ?? '');

function moved(
  { mounts, mountsOfOthers }: ComposeDefinition,
  { source: path, target, volume }: Now['mounts'][number],
): string[] {
  const source = volume ?? path;
  // A tmpfs has no source. The authorities are of homeauth, and come and go.
  if (source === '' || target === trustedFile) return [];
  const next = mounts.find((one) => one.target === target);
  const was = isAnonymous(volume) ? 'a volume without a name' : source;
  if (isAnonymous(volume) && next?.source === undefined) return [];
  if (!next && mountsOfOthers) return [];
  if (!next) return [`nothing at ${target} in place of ${was}`];
  if (next.source !== undefined && plain(next.source) === plain(source)) return [];
  return [`${next.source ?? 'an empty volume'} at ${target} in place of ${was}`];
}

const plain = (path: string): string => normalize(path).replace(/(?<=.)\/$/, '');
