import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Runtime } from '../../src/installation/command-runtime.ts';
import { linesOf } from '../../src/model/shown.ts';
import { homeauthIn, initFlags } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { fakeTerminal } from '../fakes/terminal.ts';
import { type FakeWorld, fakeWorld } from '../fakes/world.ts';

let fake: FakeWorld;
let text: string;
beforeAll(async () => {
  fake = await installed();
  text = (await fake.files.read(at('homeauth.yaml'))) ?? '';
});
afterAll(() => fake.close());
beforeEach(() => fake.files.put(at('homeauth.yaml'), text));

const writing = [
  ['init', [], {}],
  ['apply', [], {}],
  ['plan', [], {}],
  ['add-app', ['whoami'], {}],
  ['remove-app', ['whoami'], {}],
  ['uninstall', [], { confirm: 'home.example.com' }],
] as const;

test.each(writing)('%s follows no copy of homeauth.yaml', async (command, args, flags) => {
  fake.files.put('/root/homeauth.yaml', text);
  const before = fake.files.snapshot();
  const ways: readonly (readonly [object, Partial<Runtime>])[] = [
    [{ config: '/root/homeauth.yaml' }, {}],
    [{ config: 'homeauth.yaml' }, { cwd: '/root' }],
    [{}, { env: { HOMEAUTH_CONFIG: '/root/homeauth.yaml' } }],
  ];
  for (const [more, over] of ways) {
    const { failure } = await homeauthIn(fake, over)(command, args, { ...flags, ...more });
    expect(failure).toMatchObject({
      code: 'config-elsewhere',
      problem: expect.stringContaining('/root/homeauth.yaml'),
      fix: `Use that one, with what you changed here:  --config ${at('homeauth.yaml')}`,
    });
  }
  expect(fake.files.snapshot()).toEqual(before);
});

test.each(writing)('%s does not follow a base-dir that was changed by hand', async (command, args, flags) => {
  fake.files.put(at('homeauth.yaml'), text.replace('base-dir: /srv/docker', 'base-dir: /srv/other'));
  const before = fake.files.snapshot();
  const { failure } = await homeauthIn(fake)(command, args, flags);
  expect(failure).toMatchObject({ code: 'base-dir-changed', fix: 'Write into the file:  base-dir: /srv/docker' });
  expect(fake.files.snapshot()).toEqual(before);
});

test('doctor tells it', async () => {
  fake.files.put(at('homeauth.yaml'), text.replace('base-dir: /srv/docker', 'base-dir: /srv/other'));
  const { out, code } = await homeauthIn(fake)('doctor');
  expect([code, out]).toEqual([4, expect.stringContaining('base-dir-changed')]);
});

test('init does not follow one that it finds where it was told to look', async () => {
  const bare = fakeWorld();
  const disk = bare.files;
  disk.put(at('homeauth.yaml'), text.replace('base-dir: /srv/docker', 'base-dir: /srv/other'));
  const before = disk.snapshot();
  expect((await homeauthIn(bare)('init', [], initFlags)).failure?.code).toBe('base-dir-changed');
  expect(disk.snapshot()).toEqual(before);
  disk.put('/root/homeauth.yaml', text.replace('base-dir: /srv/docker', 'base-dir: /srv/new'));
  const { failure } = await homeauthIn(bare)('init', [], { config: '/root/homeauth.yaml' });
  expect(linesOf(failure?.fix ?? '')).toEqual([
    'Move it there:  mkdir -p /srv/new/authentik && mv /root/homeauth.yaml /srv/new/authentik/homeauth.yaml',
    'Then:  homeauth init --config /srv/new/authentik/homeauth.yaml',
  ]);
  await bare.close();
});

test('a link that leads to the file is as good as its path', async () => {
  fake.files.put('/data/authentik/homeauth.yaml', text);
  const world: FakeWorld['world'] = {
    ...fake.world,
    files: {
      ...fake.files,
      filesystem: async (path) => {
        const disk = await fake.files.filesystem(path);
        return { ...disk, realPath: path.replace(/^\/srv\/docker\//, '/data/') };
      },
    },
  };
  const { failure, out } = await homeauthIn({ ...fake, world })(
    'plan',
    [],
    { config: '/data/authentik/homeauth.yaml' },
    fakeTerminal(),
  );
  expect(failure).toBeUndefined();
  expect(out).toMatch(/^Nothing to change/);
});
