import pMap from 'p-map';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MemoryFiles } from '../fakes/files.ts';
import { homeauthIn, initFlags, type Ran } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { databaseOf } from '../fakes/objects.ts';
import { cutAt, PowerCut } from '../fakes/power.ts';
import { secretsOn, stateOf } from '../fakes/state.ts';
import { copyOf, type FakeWorld, fakeWorld } from '../fakes/world.ts';

type Homeauth = ReturnType<typeof homeauthIn>;

/** HOMEAUTH_TEST_EVERY_CUT=1 cuts before and after every single effect; otherwise a share of these, spread evenly. */
const all = process.env['HOMEAUTH_TEST_EVERY_CUT'] === '1';

let bare: FakeWorld;
let withApp: FakeWorld;
let drifted: FakeWorld;
beforeAll(async () => {
  bare = await installed();
  withApp = await copyOf(bare);
  await homeauthIn(withApp)('add-app', ['whoami']);
  drifted = await copyOf(withApp);
  const files = drifted.files as MemoryFiles;
  await files.remove(at('docker-compose.yml'));
  await files.setAccess(at('data'), 0o777, { uid: 0, gid: 0 });
  files.put('/srv/docker/caddy/etc/Caddyfile', '# mine\n');
  await drifted.docker.remove('whoami');
  await drifted.docker.remove('authentik-worker');
  const database = [...drifted.docker.databases.values()][0]?.store;
  await database?.change((state) => {
    if (!state) throw new Error('no state');
    state.applications = [];
    for (const outpost of state.outposts) outpost.providers = [];
    return { state, result: undefined };
  });
});
afterAll(() => Promise.all([bare, withApp, drifted].map((fake) => fake?.close())));

interface Scene {
  readonly from: () => Promise<FakeWorld>;
  readonly run: (homeauth: Homeauth) => Promise<Ran>;
  /** What a person types when the power is back, if not the same again. */
  readonly again?: (homeauth: Homeauth) => Promise<Ran>;
  /** It is all gone at the end. */
  readonly ends?: 'nothing';
}

const scenes: Readonly<Record<string, Scene>> = {
  init: { from: async () => fakeWorld(), run: (homeauth) => homeauth('init', [], initFlags) },
  'add-app': { from: () => copyOf(bare), run: (homeauth) => homeauth('add-app', ['whoami']) },
  'remove-app': {
    from: () => copyOf(withApp),
    run: (homeauth) => homeauth('remove-app', ['whoami']),
    again: async (homeauth) => {
      const ran = await homeauth('remove-app', ['whoami']);
      return ran.failure?.code === 'app-unknown' ? homeauth('apply') : ran;
    },
  },
  'apply after drift': { from: () => copyOf(drifted), run: (homeauth) => homeauth('apply') },
  uninstall: {
    from: () => copyOf(withApp),
    run: (homeauth) => homeauth('uninstall', [], { config: at('homeauth.yaml') }),
    ends: 'nothing',
  },
  'uninstall with all data': {
    from: () => copyOf(withApp),
    run: (homeauth) => homeauth('uninstall', [], { config: at('homeauth.yaml'), confirm: 'home.example.com' }),
    async again(homeauth) {
      const whole = { config: at('homeauth.yaml'), confirm: 'home.example.com' };
      const ran = await homeauth('uninstall', [], whole);
      // With homeauth.yaml itself nothing but empty folders is left, and whoever sets up there again gets them back.
      if (ran.failure?.code !== 'config-missing') return ran;
      await homeauth('init', [], initFlags);
      return homeauth('uninstall', [], whole);
    },
    ends: 'nothing',
  },
};

/** Runs it once undisturbed: how many effects there are, and what it comes to. */
async function undisturbed({ from, run }: Scene) {
  const fake = await from();
  const power = cutAt(fake);
  const ran = await run(homeauthIn(fake, power.over));
  expect(ran.failure).toBeUndefined();
  const state = await stateOf(fake);
  await fake.close();
  return { effects: power.effects, state };
}

async function cutAndGoOn({ from, run, again = run, ends }: Scene, n: number, when: 'before' | 'after') {
  const fake = await from();
  try {
    const power = cutAt(fake, n, when);
    const cut = await run(homeauthIn(fake, power.over)).catch((error: unknown) => {
      if (error instanceof PowerCut) return undefined;
      throw error;
    });
    const secrets = await secretsOn(fake);
    const ran = await again(homeauthIn(fake));
    const lost = Object.entries(secrets).filter(([name]) => !name.includes('bootstrap.env'));
    const now = await secretsOn(fake);
    const plan = ends ? undefined : await homeauthIn(fake)('plan');
    return {
      place: `${when} ${n} ${power.effects[n - 1]}`,
      isCut: cut === undefined || cut.failure !== undefined || n === power.effects.length,
      failure: ran.failure?.message,
      code: ran.code,
      changedSecrets: ends ? [] : lost.filter(([name, value]) => now[name] !== value).map(([name]) => name),
      plan: plan?.failure?.message ?? plan?.out.split(':')[0],
      state: await stateOf(fake),
    };
  } finally {
    await fake.close();
  }
}

describe.each(Object.entries(scenes))('%s', (_, scene) => {
  test('goes on after a power cut at any of its effects, to the same end', {
    timeout: all ? 900_000 : 180_000,
  }, async () => {
    const { effects, state } = await undisturbed(scene);
    const points = effects.flatMap((_, i) => [
      { n: i + 1, when: 'before' as const },
      { n: i + 1, when: 'after' as const },
    ]);
    // Odd, so that it comes by both sides of an effect.
    const stride = Math.max(3, Math.floor(points.length / 7) | 1);
    const chosen = all ? points : points.filter((_, i) => i % stride === 0);
    const results = await pMap(chosen, ({ n, when }) => cutAndGoOn(scene, n, when), { concurrency: 4 });
    const wanted = {
      isCut: true,
      failure: undefined,
      code: 0,
      changedSecrets: [],
      plan: scene.ends ? undefined : 'Nothing to change',
      state,
    };
    for (const { place, ...result } of results) expect.soft(result, place).toEqual(wanted);
  });
});

test('nothing is there twice', async () => {
  const { providers, applications } = await databaseOf(withApp);
  expect(providers.map(({ name }) => name)).toEqual(['Home forward auth', 'whoami']);
  expect(applications.map(({ slug }) => slug)).toEqual(['home', 'whoami']);
});
