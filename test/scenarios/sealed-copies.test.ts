import { Readable } from 'node:stream';
import { Decrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { opened, sealFor } from '../../src/lifecycle/backup/encryption.ts';
import { Secret } from '../../src/model/secret.ts';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at, changeConfig } from '../fakes/installed.ts';
import { objectsIn } from '../fakes/objects.ts';
import { populated } from '../fakes/populated.ts';
import { collected, textOf } from '../fakes/streams.ts';
import { copyOf, type FakeWorld } from '../fakes/world.ts';

let base: FakeWorld;
let fake: FakeWorld;
let homeauth: ReturnType<typeof homeauthIn>;
let secret: string;
let recipient: string;

beforeAll(async () => {
  base = await populated();
  secret = await generateX25519Identity();
  recipient = await identityToRecipient(secret);
  base.files.put('/root/key.txt', `# created: today\n# public key: ${recipient}\n${secret}\n`, 0o600);
  base.files.put('/root/words', 'correct horse\n', 0o600);
});
afterAll(() => base.close());
beforeEach(async () => {
  fake = await copyOf(base);
  homeauth = homeauthIn(fake);
});
afterEach(() => fake.close());

async function made(flags: Readonly<Record<string, unknown>>) {
  const { out } = await homeauth('backup', [], flags, { json: true });
  return JSON.parse(out);
}

async function bytesOf(path: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of await fake.files.stream(path)) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

test('nothing is written plain unless its owner says so', async () => {
  const { failure } = await homeauth('backup');
  expect(failure?.code).toBe('backup-plain');
  expect(await fake.files.list('/srv/docker/backups')).toBeUndefined();
  // Whoever says no is told what else there is.
  expect(await homeauth('backup', [], {}, ['n'])).toMatchObject({
    code: 3,
    failure: { code: 'backup-plain' },
  });
  expect(await fake.files.list('/srv/docker/backups')).toBeUndefined();
  expect((await homeauth('backup', [], {}, ['y'])).code).toBe(0);
  await changeConfig(fake.files, (text) => `${text}backup: { plain: true }\n`);
  expect((await homeauth('backup')).code).toBe(0);
});

test('for recipients of homeauth.yaml: no secret is in it, its key opens it, and nothing else does', async () => {
  const line = `backup: { recipients: [${recipient}] }\n`;
  await changeConfig(fake.files, (text) => `${text}${line}`);
  const { copy, encrypted } = await made({});
  expect(encrypted).toBe('recipients');
  expect((await fake.files.list(copy.path))?.toSorted()).toEqual([
    'database.dump.age',
    'files.tar.age',
    'manifest.json',
  ]);
  const sealed = await bytesOf(`${copy.path}/files.tar.age`);
  expect(sealed.subarray(0, 21).toString()).toBe('age-encryption.org/v1');
  const token = /HOMEAUTH_TOKEN=(.*)/.exec((await fake.files.read(at('.homeauth/token.env'))) ?? '')?.[1] ?? 'none';
  expect(sealed.includes(token)).toBe(false);
  const opener = new Decrypter();
  opener.addIdentity(secret);
  expect(await opener.decrypt(sealed, 'text')).toContain(token);

  const known = await homeauth('backup verify', [], { identity: '/root/key.txt' });
  expect(known.out).toMatch(/is whole/);
  expect(known.out).not.toMatch(/encrypted/);
  expect((await homeauth('backup drill', [], { identity: '/root/key.txt' })).code).toBe(0);
  expect((await homeauth('backup drill')).failure?.code).toBe('copy-locked');
  expect((await homeauth('backup verify')).out).toMatch(/is whole.*\n.*is encrypted.*--identity FILE/);
  const other = await generateX25519Identity();
  fake.files.put('/root/other.txt', `${other}\n`, 0o600);
  expect((await homeauth('backup verify', [], { identity: '/root/other.txt' })).failure?.code).toBe('copy-locked');
  fake.files.put('/root/other.txt', 'no key\n', 0o600);
  expect((await homeauth('backup verify', [], { identity: '/root/other.txt' })).failure?.code).toBe('identity-unfit');
  expect((await homeauth('backup verify', [], { passphraseFile: '/root/words' })).failure?.code).toBe('copy-locked');
  expect((await homeauth('backup verify', [], { identity: '/root/none' })).failure?.code).toBe('file-missing');
});

test('a restore with the key brings all of it back, and without it touches nothing', async () => {
  const { copy } = await made({ recipient });
  const then = await objectsIn(fake);
  await homeauth('remove-app', ['whoami']);
  const before = await objectsIn(fake);
  const refused = await homeauth('restore', [copy.name], { confirm: 'home.example.com' });
  expect(refused.failure?.code).toBe('copy-locked');
  expect(await objectsIn(fake)).toEqual(before);
  const flags = { confirm: 'home.example.com', identity: '/root/key.txt' };
  const restored = await homeauth('restore', [copy.name], flags);
  expect(restored.failure).toBeUndefined();
  expect(await objectsIn(fake)).toEqual(then);
  // The copy of what was there before is for the same key, without a word in homeauth.yaml.
  const kept = ((await fake.files.list('/srv/docker/backups')) ?? []).filter((name) => name !== copy.name);
  expect(kept).toHaveLength(1);
  expect(await fake.files.list(`/srv/docker/backups/${kept[0]}`)).toContain('files.tar.age');
  expect((await homeauth('backup verify', kept, { identity: '/root/key.txt' })).code).toBe(0);
});

test('a passphrase takes a while to try, and opens what it closed', async () => {
  const passphrase = new Secret('correct horse');
  const seal = await sealFor({ passphrase });
  const sealed = collected();
  await seal.pour(sealed, async (plain) => void plain.write('the database'));
  expect(sealed.text()).toMatch(/^age-encryption\.org\/v1\n-> scrypt \S+ 18\n/);
  const content = await opened(Readable.from([sealed.bytes()]), { passphrase }, seal.encryption);
  expect(await textOf(content)).toBe('the database');
});

test('a sealed copy that was cut off is damaged, and what is no public key is refused', async () => {
  const { copy } = await made({ recipient });
  const path = `${copy.path}/database.dump.age`;
  const whole = await bytesOf(path);
  await fake.files.remove(path);
  await fake.files.pour(path, 0o600, async (into) => void into.write(whole.subarray(0, -20)));
  expect((await homeauth('backup verify', [], { identity: '/root/key.txt' })).out).toContain('is changed');
  const secretGiven = await homeauth('backup', [], { recipient: secret });
  expect(secretGiven.failure?.code).toBe('flag-invalid');
  expect(JSON.stringify(secretGiven.failure)).not.toContain(secret);
  const mistyped = recipient.slice(0, -1) + (recipient.endsWith('q') ? 'p' : 'q');
  expect((await homeauth('backup', [], { recipient: mistyped })).failure?.code).toBe('recipient-unfit');
  expect((await homeauth('backup', [], { recipient, plain: true })).failure?.code).toBe('flag-invalid');
});
