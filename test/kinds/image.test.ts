import { expect, test } from 'vitest';
import { imageKind } from '../../src/kinds/image.ts';
import type { ImageSpec } from '../../src/model/container.ts';
import type { Docker, ImageDetails } from '../../src/world/docker/docker.ts';
import type { World } from '../../src/world/world.ts';
import { wordsOf } from '../words.ts';

const reference = 'ghcr.io/a/server:2026.8.6';
const [digest, moved] = ['1', '2'].map((n) => `sha256:${n.repeat(64)}`) as [string, string];

function worldWith(images: Readonly<Record<string, readonly string[]>>) {
  const pulled: string[] = [];
  const docker: Partial<Docker> = {
    image: async (name): Promise<ImageDetails | undefined> => {
      const digests = images[name];
      return digests && { id: 'sha256:id', digests };
    },
    pull: async (name) => void pulled.push(name),
  };
  return { world: { docker } as World, pulled };
}
const found = (spec: ImageSpec) => ({ is: 'present', spec });

test('one that is here is right as it is, and what its registry called it is noted', async () => {
  const { world } = worldWith({ [reference]: [`other@${moved}`, `ghcr.io/a/server@${digest}`] });
  expect(await imageKind.observe(reference, world)).toEqual(found({ reference, digest }));
  expect(wordsOf(imageKind)({ reference }, { reference, digest })).toEqual([]);
  expect(imageKind.note?.({ reference, digest })).toEqual({ digest });
});

test('one that no registry gave has no digest, and there is nothing to note', async () => {
  const { world } = worldWith({ [reference]: [] });
  expect(await imageKind.observe(reference, world)).toEqual(found({ reference }));
  expect(imageKind.note?.({ reference })).toBeUndefined();
});

test('one that was chosen is the only one that will do, whatever its tag stands for now', async () => {
  const want = { reference, digest };
  const here = worldWith({ [reference]: [`ghcr.io/a/server@${moved}`], [`ghcr.io/a/server@${digest}`]: [] });
  expect(await imageKind.observe(reference, here.world, want)).toEqual(found(want));

  const { world, pulled } = worldWith({ [reference]: [`ghcr.io/a/server@${moved}`] });
  expect(await imageKind.observe(reference, world, want)).toEqual({ is: 'absent' });
  await imageKind.apply?.(reference, want, world, undefined);
  expect(pulled).toEqual([`ghcr.io/a/server@${digest}`]);
});

test('one that is missing is fetched, and one that nobody wants stays: others may use it', async () => {
  const { world, pulled } = worldWith({});
  expect(await imageKind.observe(reference, world)).toEqual({ is: 'absent' });
  await imageKind.apply?.(reference, { reference }, world, undefined);
  await imageKind.apply?.(reference, undefined, world, undefined);
  expect(pulled).toEqual([reference]);
  expect(imageKind.shared).toBe(true);
});
