import { createHash } from 'node:crypto';
import type { ContainerDefinition } from '../model/container.ts';
import { reveal, type Secret } from '../model/secret.ts';

/**
 * A container's revision: another one means that it has to be made anew. Networks are left out, because joining one
 * later needs no restart, but for one that a container is to be on alone; and the digest, because what runs was made
 * before it was noted. 12 hex digits of a SHA-256; the values in it are random and long, so it tells nothing.
 */
export function revisionOf(definition: ContainerDefinition, environment: Readonly<Record<string, Secret>>): string {
  const { networks, digest: __, ...rest } = definition;
  const alone = networks.filter((one) => one.alone).map(({ name }) => name);
  const values = Object.entries(environment)
    .map(([name, value]) => [name, value.reveal()])
    .toSorted();
  return digestOf([rest, values, ...alone]);
}

/** The same for what a container of somebody else's is told by us. */
export const revisionOfTold = (environment: Readonly<Record<string, string | Secret>>, more = ''): string =>
  digestOf([Object.entries(environment).map(([name, value]) => [name, reveal(value)]), more]);

const digestOf = (data: unknown): string =>
  createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 12);
