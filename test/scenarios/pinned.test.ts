import { afterEach, expect, test } from 'vitest';
import { sha256 } from '../fakes/docker.ts';
import type { MemoryFiles } from '../fakes/files.ts';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import type { FakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
afterEach(() => fake.close());

const nothing = 'Everything is as it should be; nothing was changed.';
const [first, second] = ['postgres:16-alpine', 'another'].map(sha256) as [string, string];
const byDigest = `postgres@${first}`;

const files = () => fake.files as MemoryFiles;
const compose = async (): Promise<string> => (await fake.files.read(at('docker-compose.yml'))) ?? '';
/** When each container was started: another time is another container, or a restart. */
const starts = () => [...fake.docker.boxes].map(([name, { startedAt }]) => [name, startedAt]);
const notes = async () => {
  const { made } = JSON.parse((await fake.files.read(at('.homeauth/ledger.json'))) ?? '{}');
  return made.filter(({ id }: { id: string }) => id.startsWith('image:'));
};

/** The registry says something else by this tag from now on, and somebody fetched it by hand. */
async function moveTag(): Promise<void> {
  fake.docker.registry.set('postgres:16-alpine', second);
  await fake.docker.pull('postgres:16-alpine');
}

test('the digest is noted with the pull, and stands in docker-compose.yml and in status', {
  timeout: 60_000,
}, async () => {
  fake = await installed(['whoami']);
  expect(await notes()).toContainEqual({ id: 'image:postgres:16-alpine', ours: { digest: first } });
  expect(await compose()).toContain(`image: "postgres:16-alpine@${first}"`);
  expect(fake.docker.boxes.get('authentik-postgresql')?.made.definition.digest).toBe(first);

  const homeauth = homeauthIn(fake);
  expect((await homeauth('status')).out).toContain(`  postgres:16-alpine ${' '.repeat(18)}${first.slice(0, 19)}\n`);
  expect((await homeauth('apply')).out).toBe(nothing);

  const { out } = await homeauth('remove-app', ['whoami']);
  expect(out).not.toContain('image');
  expect(JSON.stringify(await notes())).not.toContain('whoami');
});

test('a tag that moves changes nothing', { timeout: 60_000 }, async () => {
  fake = await installed();
  const homeauth = homeauthIn(fake);
  const before = starts();
  await moveTag();
  expect((await homeauth('plan')).out).toMatch(/^Nothing to change/);
  expect((await homeauth('apply')).out).toBe(nothing);
  expect(starts()).toEqual(before);
});

test('an image that was removed is fetched by its digest, although its tag has moved', {
  timeout: 60_000,
}, async () => {
  fake = await installed();
  const homeauth = homeauthIn(fake);
  await moveTag();
  await fake.docker.remove('authentik-postgresql');
  fake.docker.images.delete(byDigest);
  expect((await homeauth('apply')).failure).toBeUndefined();
  expect(fake.docker.pulls.at(-1)).toBe(byDigest);
  expect(fake.docker.boxes.get('authentik-postgresql')?.imageId).toBe(sha256(first));
});

test('another version is another image, and the note about the old one goes in silence', {
  timeout: 60_000,
}, async () => {
  fake = await installed();
  const homeauth = homeauthIn(fake);
  const text = (await fake.files.read(at('homeauth.yaml'))) ?? '';
  files().put(at('homeauth.yaml'), text.replace('2026.8.6', '2026.8.5'));
  const { out, failure } = await homeauth('apply');
  expect(failure).toBeUndefined();
  expect(out).not.toContain('2026.8.6');
  const ids = (await notes()).map(({ id }: { id: string }) => id);
  expect(ids).toContain('image:ghcr.io/goauthentik/server:2026.8.5');
  expect(ids).not.toContain('image:ghcr.io/goauthentik/server:2026.8.6');
  expect(await compose()).toContain(`server:2026.8.5@${sha256('ghcr.io/goauthentik/server:2026.8.5')}`);
});

test('an installation without notes gets those of what runs, and nothing is made anew', {
  timeout: 60_000,
}, async () => {
  fake = await installed();
  const homeauth = homeauthIn(fake);
  const pinnedText = await compose();
  await forget();
  await moveTag();
  const before = starts();

  expect((await homeauth('plan')).out).toContain('docker-compose.yml');
  expect((await homeauth('apply')).failure).toBeUndefined();
  expect(await compose()).toBe(pinnedText);
  expect(await notes()).toContainEqual({ id: 'image:postgres:16-alpine', ours: { digest: first } });
  expect(starts()).toEqual(before);
  expect((await homeauth('apply')).out).toBe(nothing);
});

/** As homeauth left things before it knew digests. */
async function forget(): Promise<void> {
  const { version, made } = JSON.parse((await fake.files.read(at('.homeauth/ledger.json'))) ?? '{}');
  const kept = made.filter(({ id }: { id: string }) => !id.startsWith('image:'));
  files().put(at('.homeauth/ledger.json'), JSON.stringify({ version, made: kept }));
  for (const path of [at('docker-compose.yml'), '/srv/docker/caddy/docker-compose.yml'])
    files().put(path, ((await fake.files.read(path)) ?? '').replace(/@sha256:[0-9a-f]{64}/g, ''));
  for (const { made } of fake.docker.boxes.values()) Object.assign(made.definition, { digest: undefined });
}

test('an image without a digest is used by its name, as before', { timeout: 60_000 }, async () => {
  fake = await installed();
  const homeauth = homeauthIn(fake);
  await forget();
  for (const name of fake.docker.images.keys()) if (name.includes('@')) fake.docker.images.delete(name);
  expect((await homeauth('apply')).out).toBe(nothing);
  fake.docker.images.set('postgres:16-alpine', 'sha256:built-anew');
  expect((await homeauth('apply')).out).toBe(nothing);
  expect((await homeauth('status')).out).toContain('not pinned');
  expect(await notes()).toEqual([]);
});

test('a note that is no digest is not believed', { timeout: 60_000 }, async () => {
  fake = await installed();
  const ledger = (await fake.files.read(at('.homeauth/ledger.json'))) ?? '';
  files().put(at('.homeauth/ledger.json'), ledger.replaceAll(first, 'latest'));
  expect((await homeauthIn(fake)('apply')).failure?.code).toBe('ledger-foreign');
});
