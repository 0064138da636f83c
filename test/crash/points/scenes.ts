import { homeauthIn, initFlags, type Ran } from '../../fakes/homeauth.ts';
import { at, installed } from '../../fakes/installed.ts';
import { databaseOf } from '../../fakes/objects.ts';
import { oldHome } from '../../fakes/old-home.ts';
import { madeBy } from '../../fakes/old-postgres.ts';
import { Exit, type Program } from '../../fakes/program.ts';
import { copyOf, type FakeWorld, fakeWorld } from '../../fakes/world.ts';

type Homeauth = ReturnType<typeof homeauthIn>;

export interface Scene {
  readonly name: string;
  readonly from: () => Promise<FakeWorld>;
  readonly run: (homeauth: Homeauth) => Promise<Ran>;
  /** What a person types when the power is back, if not the same again. */
  readonly again?: (homeauth: Homeauth) => Promise<Ran>;
  /** What is secret is another one with each run. */
  readonly renews?: true;
  /** It is all gone at the end. */
  readonly ends?: 'nothing';
  /** Files that have the time in them or in their name, and are compared with nothing: `tidy` looks at them. */
  readonly dated?: RegExp;
  /** What must not be there at the end, a line each. */
  readonly tidy?: (fake: FakeWorld) => Promise<readonly string[]>;
}

export interface Stage {
  readonly scenes: readonly Scene[];
  close(): Promise<void>;
}

/** Every command that changes something, on a machine that is made ready for it when it is first wanted. */
export function setStage(): Stage {
  const made: Promise<FakeWorld>[] = [];
  const once = (make: () => Promise<FakeWorld>) => {
    let machine: Promise<FakeWorld> | undefined;
    return () => {
      machine ??= make();
      if (!made.includes(machine)) made.push(machine);
      return machine;
    };
  };
  const config = at('homeauth.yaml');
  const bare = once(() => installed());
  const withApp = once(async () => {
    const fake = await copyOf(await bare());
    await homeauthIn(fake)('add-app', ['whoami']);
    return fake;
  });
  const drifted = once(async () => {
    const fake = await copyOf(await withApp());
    await drift(fake);
    return fake;
  });
  const speaking = once(async () => {
    const fake = await copyOf(await withApp());
    const text = (await fake.files.read(config)) ?? '';
    const lines = 'name: whoami\n    login: oidc\n    oidc: { redirect-uris: [{ url: "https://{host}/cb" }] }';
    await fake.files.write(config, text.replace('- whoami', `- ${lines}`), 0o644);
    return fake;
  });
  /** With the PostgreSQL of an earlier year. */
  const former = once(async () => {
    const fake = await copyOf(await withApp());
    await madeBy(15, fake);
    return fake;
  });
  const whole = { config, confirm: 'home.example.com' };
  let copy = '';
  /** It has a copy of itself, and an app that came since. */
  const copied = once(async () => {
    const fake = await copyOf(await bare());
    const made = await homeauthIn(fake)('backup', [], { plain: true }, { json: true });
    copy = JSON.parse(made.out).copy.name;
    await homeauthIn(fake)('add-app', ['whoami']);
    return fake;
  });
  const old = once(async () => (await oldHome('2025.10.4')).fake);
  const newer = once(async () => {
    const fake = await copyOf(await old());
    await upgrade(homeauthIn(fake));
    return fake;
  });
  const scenes: readonly Scene[] = [
    { name: 'init', from: async () => fakeWorld(), run: (homeauth) => homeauth('init', [], initFlags) },
    { name: 'add-app', from: async () => copyOf(await bare()), run: (homeauth) => homeauth('add-app', ['whoami']) },
    {
      name: 'remove-app',
      from: async () => copyOf(await withApp()),
      run: (homeauth) => homeauth('remove-app', ['whoami']),
      again: async (homeauth) => {
        const ran = await homeauth('remove-app', ['whoami']);
        return ran.failure?.code === 'app-unknown' ? homeauth('apply') : ran;
      },
    },
    {
      name: 'login: oidc',
      from: async () => copyOf(await speaking()),
      run: (homeauth) => homeauth('apply'),
    },
    { name: 'apply after drift', from: async () => copyOf(await drifted()), run: (homeauth) => homeauth('apply') },
    {
      name: 'uninstall',
      from: async () => copyOf(await withApp()),
      run: (homeauth) => homeauth('uninstall', [], { config }),
      ends: 'nothing',
    },
    {
      name: 'uninstall with all data',
      from: async () => copyOf(await withApp()),
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
    {
      name: 'backup',
      from: async () => copyOf(await withApp()),
      run: (homeauth) => homeauth('backup', [], { plain: true }),
      dated,
      tidy: copiesAreWhole,
    },
    {
      name: 'restore',
      from: async () => copyOf(await copied()),
      run: (homeauth) => homeauth('restore', [copy], { confirm: 'home.example.com' }),
      dated,
      tidy: async (fake) => [
        ...(await copiesAreWhole(fake)),
        ...((await fake.files.stat(at('restoring.json'))) ? ['it is still noted as under way'] : []),
      ],
    },
    {
      name: 'restore on a new server',
      async from() {
        const { files } = await copied();
        const fresh = fakeWorld();
        for (const name of (await files.list(`/srv/docker/backups/${copy}`)) ?? []) {
          const content = (await files.read(`/srv/docker/backups/${copy}/${name}`)) ?? '';
          fresh.files.put(`/mnt/${copy}/${name}`, content);
        }
        return fresh;
      },
      run: (homeauth) => homeauth('restore', [`/mnt/${copy}`], { confirm: 'home.example.com' }),
      dated,
      tidy: copiesAreWhole,
    },
    { name: 'upgrade', from: async () => copyOf(await old()), run: upgrade, dated, tidy: noStepIsOpen },
    {
      name: 'upgrade that fails',
      from: async () =>
        copyOf(await old(), { program: (image) => (image.endsWith(':2025.12.6') ? failing : undefined) }),
      run: goesBack,
      dated,
      tidy: noStepIsOpen,
    },
    {
      name: 'upgrade --back',
      from: async () => copyOf(await newer()),
      run: (homeauth) => homeauth('upgrade', [], { back: true, confirm: 'home.example.com' }),
      async again(homeauth) {
        const ran = await homeauth('upgrade', [], { back: true, confirm: 'home.example.com' });
        // It was back already.
        return ran.failure?.code === 'upgrade-no-way-back' ? homeauth('apply') : ran;
      },
      dated,
      tidy: noStepIsOpen,
    },
    {
      name: 'upgrade to another PostgreSQL',
      from: async () => copyOf(await former()),
      run: (homeauth) => homeauth('upgrade', [], {}, ['y']),
      dated,
      tidy: async ({ docker, files }) => [
        ...(docker.boxes.has('authentik-postgresql-next') ? ['the next PostgreSQL is left'] : []),
        ...((await files.stat(at('db.next'))) ? ['its directory is left'] : []),
        ...((await files.stat(at('upgrading.json'))) ? ['it is still noted as under way'] : []),
        ...((await files.read(at('db/PG_VERSION'))) === '17\n' ? [] : ['the former one runs']),
      ],
    },
    {
      name: 'backup drill',
      from: async () => copyOf(await copied()),
      run: (homeauth) => homeauth('backup drill'),
      dated,
      tidy: async ({ docker, files }) =>
        [...docker.boxes.keys(), ...docker.networks.keys(), ...((await files.list(at(''))) ?? [])]
          .filter((name) => name.includes('drill'))
          .map((name) => `${name} is left`),
    },
    {
      name: 'rotate',
      from: async () => copyOf(await withApp()),
      // It ends well only where it is proven that the new ones work, and that the former ones do not.
      run: (homeauth) => homeauth('rotate', ['all']),
      renews: true,
      tidy: async (fake) => {
        const notes = ((await fake.files.list(at('.homeauth'))) ?? []).filter((name) => name.startsWith('rotation-'));
        const spare = (await databaseOf(fake)).tokens.filter(({ identifier }) => identifier === 'homeauth-rotation');
        return [...notes, ...spare.map(({ identifier }) => identifier)].map((name) => `${name} is left`);
      },
    },
  ];
  return {
    scenes,
    close: async () => void (await Promise.all(made.map(async (machine) => (await machine).close()))),
  };
}

const dated =
  /^\/srv\/docker\/backups(\/|$)|\/before-(restore-|upgrade(\/|$))|\/(drill|upgraded)\.json$|\/db\.postgres-/;

const upgrade = (homeauth: Homeauth) => homeauth('upgrade', [], { to: '2025.12.6' }, ['y']);

/** The step fails each time, and everything is back at the end. */
async function goesBack(homeauth: Homeauth): Promise<Ran> {
  const { failure, ...ran } = await upgrade(homeauth);
  return failure?.code === 'upgrade-failed' ? { ...ran, code: 0 } : { ...ran, ...(failure && { failure }) };
}

/** A release that marks the database, and dies. */
const failing: Program = async ({ databases }) => {
  const [database] = databases.values();
  await database?.store.change((state) => {
    if (!state) throw new Error('no state');
    if (!state.history.includes('2025.12.6')) state.history.push('2025.12.6');
    return { state, result: undefined };
  });
  throw new Exit(1, 'InconsistentMigrationHistory: Migration authentik_core.0056 is applied before its dependency');
};

async function noStepIsOpen({ files }: FakeWorld): Promise<readonly string[]> {
  const left = ['upgrading.json', 'before-upgrade/taken-back'].map(at);
  const found = await Promise.all(left.map(async (path) => ((await files.stat(path)) ? [`${path} is left`] : [])));
  return found.flat();
}

/** Each is there as a whole, or not by its name. */
async function copiesAreWhole(fake: FakeWorld): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const name of (await fake.files.list('/srv/docker/backups')) ?? []) {
    const { code } = await homeauthIn(fake)('backup verify', [name]);
    if (code !== 0) wrong.push(`the copy ${name} is not whole`);
  }
  return wrong;
}

/** As much as one may break by hand: files, modes, Caddy's text, containers, and objects in authentik. */
export async function drift(fake: FakeWorld): Promise<void> {
  const files = fake.files;
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
