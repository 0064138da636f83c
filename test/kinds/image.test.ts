import { expect, test } from 'vitest';
import { imageKind } from '../../src/kinds/image.ts';
import type { Docker } from '../../src/world/docker/docker.ts';
import type { World } from '../../src/world/world.ts';

const reference = 'postgres:16-alpine';

function worldWith(images: string[]) {
  const pulled: string[] = [];
  const docker: Partial<Docker> = {
    hasImage: async (name) => images.includes(name),
    pull: async (name) => void pulled.push(name),
  };
  return { world: { docker } as World, pulled };
}

test('one that is here is right as it is', async () => {
  const { world } = worldWith([reference]);
  expect(await imageKind.observe(reference, world)).toEqual({ is: 'present', spec: { reference } });
  expect(imageKind.differs({ reference }, { reference })).toEqual([]);
});

test('one that is missing is fetched, and one that nobody wants stays: others may use it', async () => {
  const { world, pulled } = worldWith([]);
  expect(await imageKind.observe(reference, world)).toEqual({ is: 'absent' });
  await imageKind.apply?.(reference, { reference }, world, undefined);
  await imageKind.apply?.(reference, undefined, world, undefined);
  expect(pulled).toEqual([reference]);
  expect(imageKind.shared).toBe(true);
});
