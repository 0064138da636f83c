import { expect, test } from 'vitest';
import { networkKind } from '../../src/kinds/network.ts';
import type { NetworkSpec } from '../../src/model/container.ts';
import type { ContainerSummary, Docker } from '../../src/world/docker/docker.ts';
import type { World } from '../../src/world/world.ts';
import { wordsOf } from '../words.ts';

const want = { project: 'caddy', network: 'caddynet' };

function worldWith(found: NetworkSpec | undefined, users: Record<string, string[]> = {}) {
  const done: string[] = [];
  const docker: Partial<Docker> = {
    network: async () => found,
    containers: async () =>
      Object.entries(users).map(([name, networks]) => ({ name, networks }) as unknown as ContainerSummary),
    createNetwork: async (name, spec) => void done.push(`create ${name} for ${spec.project}`),
    removeNetwork: async (name) => void done.push(`remove ${name}`),
  };
  return { world: { docker } as World, done };
}

test('one that is missing is made', async () => {
  const { world, done } = worldWith(undefined);
  expect(await networkKind.observe('caddy_caddynet', world)).toEqual({ is: 'absent' });
  await networkKind.apply?.('caddy_caddynet', want, world, undefined);
  expect(done).toEqual(['create caddy_caddynet for caddy']);
});

test("one that is there is fine, whoever's it is", async () => {
  const foreign = { project: '', network: '', subnets: ['10.0.0.0/24'] };
  const seen = await networkKind.observe('caddy_caddynet', worldWith(foreign).world);
  expect(seen).toEqual({ is: 'present', spec: foreign });
  expect(wordsOf(networkKind)(want, foreign)).toEqual([]);
});

test('is removed when nobody is on it, and else stays', async () => {
  const empty = worldWith(want, { other: ['bridge'] });
  await networkKind.apply?.('caddy_caddynet', undefined, empty.world, want);
  expect(empty.done).toEqual(['remove caddy_caddynet']);

  const used = worldWith(want, { other: ['bridge'], caddy: ['caddy_caddynet'], wiki: ['bridge', 'caddy_caddynet'] });
  await networkKind.apply?.('caddy_caddynet', undefined, used.world, want);
  expect(used.done).toEqual([]);
});
