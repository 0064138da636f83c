import { afterEach, expect, test } from 'vitest';
import { Failure } from '../../src/model/failure.ts';
import { sha256 } from '../fakes/docker.ts';
import { homeauthIn, plain } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { cutAt, PowerCut } from '../fakes/power.ts';
import { copyOf, type FakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
afterEach(() => fake.close());

const nothing = 'Everything is as it should be; nothing was changed.';
const [first, second] = ['postgres:17-alpine', 'another'].map(sha256) as [string, string];
const byDigest = `postgres@${first}`;

const compose = async (): Promise<string> => (await fake.files.read(at('docker-compose.yml'))) ?? '';
/** When each container was started: another time is another container, or a restart. */
const starts = () => [...fake.docker.boxes].map(([name, { startedAt }]) => [name, startedAt]);
const notes = async () => {
  const { made } = JSON.parse((await fake.files.read(at('.homeauth/ledger.json'))) ?? '{}');
  return made.filter(({ id }: { id: string }) => id.startsWith('image:'));
};

/** The registry says something else by this tag from now on, and somebody fetched it by hand. */
async function moveTag(): Promise<void> {
  fake.docker.registry.set('postgres:17-alpine', second);
  await fake.docker.pull('postgres:17-alpine');
}

test('the digest is noted with the pull, and stands in docker-compose.yml and in status', async () => {
  fake = await installed(['whoami']);
  expect(await notes()).toContainEqual({ id: 'image:postgres:17-alpine', ours: { digest: first } });
  expect(await compose()).toContain(`image: "postgres:17-alpine@${first}"`);
  expect(fake.docker.boxes.get('authentik-postgresql')?.made.definition.digest).toBe(first);

  const homeauth = homeauthIn(fake);
  expect((await homeauth('status')).out).toContain(`  postgres:17-alpine ${' '.repeat(18)}${first.slice(0, 19)}\n`);
  expect((await homeauth('apply')).out).toBe(nothing);

  const { out } = await homeauth('remove-app', ['whoami']);
  expect(out).not.toContain('image');
  expect(JSON.stringify(await notes())).not.toContain('whoami');
});

test('a tag that moves changes nothing', async () => {
  fake = await installed();
  const homeauth = homeauthIn(fake);
  const before = starts();
  await moveTag();
  expect((await homeauth('plan')).out).toMatch(/^Nothing to change/);
  expect((await homeauth('apply')).out).toBe(nothing);
  expect(starts()).toEqual(before);
});

test('an image that was removed is fetched by its digest, although its tag has moved', async () => {
  fake = await installed();
  const homeauth = homeauthIn(fake);
  await moveTag();
  await fake.docker.remove('authentik-postgresql');
  fake.docker.images.delete(byDigest);
  expect((await homeauth('apply')).failure).toBeUndefined();
  expect(fake.docker.pulls.at(-1)).toBe(byDigest);
  expect(fake.docker.boxes.get('authentik-postgresql')?.imageId).toBe(sha256(first));
});

test('another version is another image, and the note about the old one goes in silence', async () => {
  fake = await installed();
  const homeauth = homeauthIn(fake);
  const text = (await fake.files.read(at('homeauth.yaml'))) ?? '';
  fake.files.put(at('homeauth.yaml'), text.replace('2026.8.6', '2026.8.5'));
  const { out, failure } = await homeauth('apply');
  expect(failure).toBeUndefined();
  expect(out).not.toContain('2026.8.6');
  const ids = (await notes()).map(({ id }: { id: string }) => id);
  expect(ids).toContain('image:ghcr.io/goauthentik/server:2026.8.5');
  expect(ids).not.toContain('image:ghcr.io/goauthentik/server:2026.8.6');
  expect(await compose()).toContain(`server:2026.8.5@${sha256('ghcr.io/goauthentik/server:2026.8.5')}`);
});

test('an installation without notes gets those of what runs, and nothing is made anew', async () => {
  fake = await installed();
  const homeauth = homeauthIn(fake);
  const pinnedText = await compose();
  await forget();
  await moveTag();
  const before = starts();

  expect((await homeauth('plan')).out).toContain('docker-compose.yml');
  expect((await homeauth('apply')).failure).toBeUndefined();
  expect(await compose()).toBe(pinnedText);
  expect(await notes()).toContainEqual({ id: 'image:postgres:17-alpine', ours: { digest: first } });
  expect(starts()).toEqual(before);
  expect((await homeauth('apply')).out).toBe(nothing);
});

/** As homeauth left things before it knew digests. */
async function forget(): Promise<void> {
  const { version, made } = JSON.parse((await fake.files.read(at('.homeauth/ledger.json'))) ?? '{}');
  const kept = made.filter(({ id }: { id: string }) => !id.startsWith('image:'));
  fake.files.put(at('.homeauth/ledger.json'), JSON.stringify({ version, made: kept }));
  for (const path of [at('docker-compose.yml'), '/srv/docker/caddy/docker-compose.yml'])
    fake.files.put(path, ((await fake.files.read(path)) ?? '').replace(/@sha256:[0-9a-f]{64}/g, ''));
  for (const { made } of fake.docker.boxes.values()) Object.assign(made.definition, { digest: undefined });
}

test('an image without a digest is used by its name, as before', async () => {
  fake = await installed();
  const homeauth = homeauthIn(fake);
  await forget();
  for (const name of fake.docker.images.keys()) if (name.includes('@')) fake.docker.images.delete(name);
  expect((await homeauth('apply')).out).toBe(nothing);
  fake.docker.images.set('postgres:17-alpine', 'sha256:built-anew');
  expect((await homeauth('apply')).out).toBe(nothing);
  expect((await homeauth('status')).out).toContain('not pinned');
  expect(await notes()).toEqual([]);
});

test('a note that is no digest is not believed', async () => {
  fake = await installed();
  const ledger = (await fake.files.read(at('.homeauth/ledger.json'))) ?? '';
  fake.files.put(at('.homeauth/ledger.json'), ledger.replaceAll(first, 'latest'));
  expect((await homeauthIn(fake)('apply')).failure?.code).toBe('ledger-foreign');
});

/** What of the image stands where: in the ledger, in docker-compose.yml, and what the container was made from. */
async function pins() {
  const note = (await notes()).find(({ id }: { id: string }) => id === 'image:postgres:17-alpine');
  const [, written] = /postgres:17-alpine@(\S+)"/.exec(await compose()) ?? [];
  const runs = fake.docker.boxes.get('authentik-postgresql')?.made.definition.digest;
  return { noted: note?.ours.digest, written, runs };
}
const all = (digest: string) => ({ noted: digest, written: digest, runs: digest });

test('apply --pull takes a newer build of the same tag, with consent', async () => {
  fake = await installed();
  const homeauth = homeauthIn(fake);
  const before = { starts: starts(), pulls: [...fake.docker.pulls] };
  expect((await homeauth('apply', [], { pull: true })).out).toBe(nothing);
  fake.docker.registry.set('postgres:17-alpine', second);
  expect((await homeauth('apply')).out).toBe(nothing);

  const change = `image postgres:17-alpine@${first} → postgres:17-alpine@${second}`;
  const { out } = await homeauth('apply', [], { pull: true, dryRun: true });
  expect(plain(out)).toContain(change);
  const refused = await homeauth('apply', [], { pull: true }, ['n']);
  expect(refused.code).toBe(3);
  expect(await pins()).toEqual(all(first));
  expect({ starts: starts(), pulls: fake.docker.pulls }).toEqual(before);

  const others = (one: ReturnType<typeof starts>) => one.filter(([name]) => !String(name).startsWith('authentik'));
  expect(await homeauth('apply', [], { pull: true }, ['y'])).toMatchObject({ code: 0 });
  expect(fake.docker.pulls).toEqual([...before.pulls, `postgres@${second}`]);
  expect(await pins()).toEqual(all(second));
  expect(others(starts())).toEqual(others(before.starts));
  expect((await homeauth('apply')).out).toBe(nothing);
  expect((await homeauth('apply', [], { pull: true })).out).toBe(nothing);
});

test('the note moves when the new container is up, and until then apply goes back', async () => {
  fake = await installed();
  fake.docker.registry.set('postgres:17-alpine', second);
  const homeauth = homeauthIn(fake);
  const { effects } = await rehearsed();
  const made = effects.indexOf('docker.run authentik-postgresql') + 1;
  expect(made).toBeGreaterThan(0);
  const power = cutAt(fake, made, 'after');
  await expect(homeauthIn(fake, power.over)('apply', [], { pull: true })).rejects.toThrow(PowerCut);
  expect(await pins()).toEqual({ noted: first, written: second, runs: second });
  expect(await homeauth('apply')).toMatchObject({ code: 0 });
  expect(await pins()).toEqual(all(first));
  expect(await homeauth('apply', [], { pull: true })).toMatchObject({ code: 0 });
  expect(await pins()).toEqual(all(second));
});

/** The effects of taking the newer build, on a machine of its own. */
async function rehearsed() {
  const copy = await copyOf(fake);
  const power = cutAt(copy);
  await homeauthIn(copy, power.over)('apply', [], { pull: true });
  await copy.close();
  return power;
}

test('a registry that does not answer is told, and nothing is changed', async () => {
  fake = await installed();
  const before = starts();
  const docker = {
    ...fake.world.docker,
    inRegistry: async () => {
      throw new Failure({ code: 'registry-unreachable', problem: 'No answer.', fix: 'Wait.' });
    },
  };
  const ran = await homeauthIn(fake, { world: { ...fake.world, docker } })('apply', [], { pull: true });
  expect([ran.failure?.code, ran.code]).toEqual(['registry-unreachable', 2]);
  expect(starts()).toEqual(before);
});
