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
    disconnect: async (name, network) => void done.push(`disconnect ${name} from ${network}`),
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

test('one of Caddy and a single app is left by what homeauth made, and by nobody else', async () => {
  const on = (name: string, label?: string) =>
    ({ name, networks: ['homeauth_wiki'], labels: label ? { 'homeauth.revision': label } : {} }) as never;
  const ours = worldWith(want);
  Object.assign(ours.world.docker, { containers: async () => [on('caddy', 'abc')] });
  await networkKind.apply?.('homeauth_wiki', undefined, ours.world, want);
  expect(ours.done).toEqual(['disconnect caddy from homeauth_wiki', 'remove homeauth_wiki']);

  const theirs = worldWith(want);
  Object.assign(theirs.world.docker, { containers: async () => [on('caddy', 'abc'), on('wiki')] });
  await networkKind.apply?.('homeauth_wiki', undefined, theirs.world, want);
  expect(theirs.done).toEqual([]);
});
