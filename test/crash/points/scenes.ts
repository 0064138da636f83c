import type { MemoryFiles } from '../../fakes/files.ts';
import { homeauthIn, initFlags, type Ran } from '../../fakes/homeauth.ts';
import { at, installed } from '../../fakes/installed.ts';
import { copyOf, type FakeWorld, fakeWorld } from '../../fakes/world.ts';

type Homeauth = ReturnType<typeof homeauthIn>;

export interface Scene {
  readonly name: string;
  readonly from: () => Promise<FakeWorld>;
  readonly run: (homeauth: Homeauth) => Promise<Ran>;
  /** What a person types when the power is back, if not the same again. */
  readonly again?: (homeauth: Homeauth) => Promise<Ran>;
  /** It is all gone at the end. */
  readonly ends?: 'nothing';
}

export interface Stage {
  readonly scenes: readonly Scene[];
  close(): Promise<void>;
}

/** Every command that changes something, on a machine that is ready for it. */
export async function setStage(): Promise<Stage> {
  const bare = await installed();
  const withApp = await copyOf(bare);
  await homeauthIn(withApp)('add-app', ['whoami']);
  const drifted = await copyOf(withApp);
  await drift(drifted);
  const config = at('homeauth.yaml');
  const whole = { config, confirm: 'home.example.com' };
  const scenes: readonly Scene[] = [
    { name: 'init', from: async () => fakeWorld(), run: (homeauth) => homeauth('init', [], initFlags) },
    { name: 'add-app', from: () => copyOf(bare), run: (homeauth) => homeauth('add-app', ['whoami']) },
    {
      name: 'remove-app',
      from: () => copyOf(withApp),
      run: (homeauth) => homeauth('remove-app', ['whoami']),
      again: async (homeauth) => {
        const ran = await homeauth('remove-app', ['whoami']);
        return ran.failure?.code === 'app-unknown' ? homeauth('apply') : ran;
      },
    },
    { name: 'apply after drift', from: () => copyOf(drifted), run: (homeauth) => homeauth('apply') },
    {
      name: 'uninstall',
      from: () => copyOf(withApp),
      run: (homeauth) => homeauth('uninstall', [], { config }),
      ends: 'nothing',
    },
    {
      name: 'uninstall with all data',
      from: () => copyOf(withApp),
      run: (homeauth) => homeauth('uninstall', [], whole),
      async again(homeauth) {
        const ran = await homeauth('uninstall', [], whole);
        // With homeauth.yaml itself nothing but empty folders is left, and whoever sets up there again gets them back.
        if (ran.failure?.code !== 'config-missing') return ran;
        await homeauth('init', [], initFlags);
        return homeauth('uninstall', [], whole);
      },
      ends: 'nothing',
    },
  ];
  return {
    scenes,
    close: async () => void (await Promise.all([bare, withApp, drifted].map((fake) => fake.close()))),
  };
}

/** As much as one may break by hand: files, modes, Caddy's text, containers, and objects in authentik. */
async function drift(fake: FakeWorld): Promise<void> {
  const files = fake.files as MemoryFiles;
  await files.remove(at('docker-compose.yml'));
  await files.setAccess(at('data'), 0o777, { uid: 0, gid: 0 });
  files.put('/srv/docker/caddy/etc/Caddyfile', '# mine\n');
  await fake.docker.remove('whoami');
  await fake.docker.remove('authentik-worker');
  const database = [...fake.docker.databases.values()][0]?.store;
  await database?.change((state) => {
    if (!state) throw new Error('no state');
    state.applications = [];
    for (const outpost of state.outposts) outpost.providers = [];
    return { state, result: undefined };
  });
}
