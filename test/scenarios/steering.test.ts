import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CommonFlags } from '../../src/cli/define-command.ts';
import { type CommandName, declarations } from '../../src/cli.ts';
import type { Runtime } from '../../src/installation/command-runtime.ts';
import { Failure } from '../../src/model/failure.ts';
import { failure } from '../../src/report/failure.ts';
import { styleOf } from '../../src/report/style.ts';
import { packagedTemplates } from '../../src/world/templates.ts';
import { catalogue } from '../fakes/catalogue.ts';
import type { Flags } from '../fakes/homeauth.ts';
import { at } from '../fakes/installed.ts';
import { inDatabase } from '../fakes/people.ts';
import { populated } from '../fakes/populated.ts';
import { copyOf, type FakeWorld } from '../fakes/world.ts';
import { desk } from '../world/tty.ts';

/** What stands behind a line's end in a name: a line as homeauth's own, were it shown as one. */
const forged = '✓ all proven';
const lineEnds = ['\n', '\r\n', '\r', '\n\r', '\v', '\f', '\u0085', '\u2028', '\u2029'];
const sequences = ['\x1b[2J', '\x1bc', '\x1b[8m', '\x1b[1A', '\x1b]0;title\x07', '\x1b]52;c;ZXZpbA==\x07', '\x9b2J'];
const link = '\x1b]8;;https://evil.example\x1b\\here\x1b]8;;\x1b\\';
const signs = '\b\b\b\x7f\0\u0090\u009d\u202e\u2066\u200f\u061c';
const long = 'x'.repeat(3000);
const hostile = `Eve${lineEnds.map((end) => end + forged).join('')}${sequences.join('')}${link}${signs}`;
/** The same for what may not have more than one line by its nature: a log has many. */
const logged = `${sequences.join('')}${link}${signs}\r${forged}\u0085${forged}`;

/** What the prompts write to draw themselves, and the colours of homeauth. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape is what is looked for
const own = /\r\x1b\[2K|\x1b\[(?:\?25[hl]|\d*[ABCDGK]|(?:0|1|2|22|3[0-69]|4[0-79]|107)m)/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: whatever steers is what is looked for
const steers = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]|\p{Bidi_Control}/u;

/** A machine where whatever somebody else may name is named so. */
async function named(): Promise<FakeWorld> {
  const fake = await populated();
  const pk = 'f0000000-0000-4000-8000-000000000000';
  await inDatabase(fake, (state) => {
    const anna = state.users.find(({ username }) => username === 'anna');
    const [provider] = state.providers.slice(-1);
    const [application] = state.applications.slice(-1);
    const [group] = state.groups.slice(-1);
    if (!anna || !provider || !application || !group) throw new Error('not furnished');
    for (const user of state.users) user.name = `${user.name}${hostile}`;
    state.users.push(
      {
        ...structuredClone(anna),
        pk: 900,
        uuid: 'e',
        uid: 'e',
        username: hostile,
        name: long,
        email: `eve@${hostile}`,
      },
      {
        ...structuredClone(anna),
        pk: 901,
        uuid: 'f',
        uid: 'f',
        username: `ANNA${hostile}`,
        name: hostile,
        email: hostile,
      },
    );
    for (const one of state.providers) one.skip_path_regex = `^/${logged}$\n^/open$`;
    for (const one of state.applications)
      Object.assign(one, { name: hostile, meta_description: hostile, meta_publisher: hostile });
    for (const host of ['https://wiki.home.example.com', `https://${hostile}`]) {
      state.serial.provider += 1;
      const serial = state.serial.provider;
      const theirs = { ...structuredClone(provider), pk: serial, name: `${hostile}${serial}`, external_host: host };
      state.providers.push(theirs);
      state.applications.push({
        ...structuredClone(application),
        pk: `${pk}${serial}`,
        slug: `eve-${serial}`,
        name: hostile,
        provider: serial,
      });
      state.outposts[0]?.providers.push(serial);
    }
    state.groups.push(
      { ...structuredClone(group), pk, num_pk: 900, name: hostile, users: [anna.pk, 900] },
      {
        ...structuredClone(group),
        pk: pk.replace('f', 'e'),
        num_pk: 901,
        name: `${hostile}${long}`,
        is_superuser: true,
        users: [900],
      },
    );
    for (const binding of [...state.bindings])
      state.bindings.push({ ...binding, pk: `${binding.pk}2`, group: pk, order: binding.order + 1 });
    const open = { expires: null, fixed_data: { email: hostile, name: hostile, groups: [hostile] }, created_by: 1 };
    state.invitations.push({ ...open, pk: 'i', name: hostile, single_use: true, flow: null });
    const device = {
      confirmed: true,
      created: 0,
      last_updated: 0,
      last_used: null,
      failures: 0,
      failedAt: 0,
      secret: '',
    };
    for (const user of [anna.pk, 900])
      state.devices.push({
        ...device,
        pk: 900 + state.devices.length,
        kind: 'webauthn',
        user,
        name: hostile,
        lastStep: 0,
        codes: [],
      });
    for (const [key, user] of [
      ['x', anna.pk],
      ['y', 900],
    ] as const)
      state.sessions[key] = { uuid: key, user, csrf: '', ip: hostile, userAgent: hostile, lastUsed: Date.now() };
    for (const brand of state.brands) Object.assign(brand, { branding_title: hostile });
    for (const flow of state.flows) Object.assign(flow, { title: hostile, name: hostile });
    for (const policy of [...state.policies, ...state.reputationPolicies]) policy.execution_logging = true;
    for (const one of state.blueprints) one.status = hostile;
  });
  for (const { log } of fake.docker.boxes.values()) log.push(logged);
  const files = fake.files;
  for (const directory of [`${at('')}/`, at('certs/'), at('media/'), '/srv/docker/caddy/'])
    files.put(`${directory}${hostile.replaceAll('/', '')}`, '');
  return fake;
}

/** One where authentik has died, and its last words are as bad. */
async function dead(): Promise<FakeWorld> {
  const fake = await named();
  for (const [name, box] of fake.docker.boxes) {
    if (!name.startsWith('authentik')) continue;
    await box.running?.stop();
    Object.assign(box, { running: undefined, exitCode: 1 });
  }
  return fake;
}

/** Containers of others beside ours: what they are called, made from and labelled with is theirs. */
function among({ docker, ...rest }: FakeWorld['world']): FakeWorld['world'] {
  const theirs = {
    name: 'theirs',
    image: 'example.org/theirs:1',
    command: hostile,
    running: true,
    labels: { [hostile]: hostile, 'com.docker.compose.project': hostile },
    networks: ['caddy_caddynet'],
    mounts: [{ source: `/${hostile}`, target: `/${hostile}`, readOnly: false }],
    ports: [{ address: '0.0.0.0', port: 443, inside: 443 }],
  };
  return {
    ...rest,
    docker: { ...docker, containers: async () => [...(await docker.containers()), theirs] },
    host: {
      ...rest.host,
      hostname: () => hostile,
      addresses: async () => [{ name: hostile, address: '192.168.0.4' }],
      listener: async () => hostile as never,
      busy: async () => ({ load: 8.4, cores: 2, programs: [{ program: hostile, cores: 1.7 }] }),
      distribution: async () => ({ id: 'debian', like: [], name: hostile }),
    },
  };
}

/** Every program in a container answers so: Caddy, ak, psql. */
const babbling = (world: FakeWorld['world']): FakeWorld['world'] => ({
  ...world,
  docker: { ...world.docker, exec: async () => ({ code: 1, stdout: logged, stderr: `Error: ${logged}` }) },
});

type Line = readonly [args: readonly unknown[], flags?: Flags];
const password = { passwordFile: '/root/pw' };

/** Every command, in the ways that show names: a new one does not compile before it has a line here. */
const lines: Readonly<Record<CommandName, readonly Line[]>> = {
  init: [[[]], [[], { domain: hostile }], [[], { baseDir: `/srv/${hostile}` }]],
  plan: [[[]]],
  apply: [[[], { dryRun: true }], [[]]],
  uninstall: [[[], { dryRun: true }], [[]], [[], { confirm: hostile }]],
  backup: [
    [[], { dryRun: true }],
    [[]],
    [[], { to: `/mnt/${hostile}` }],
    [[], { keep: hostile }],
    [[], { recipient: hostile }],
    [[], { passphraseFile: hostile }],
  ],
  'backup list': [[[]]],
  restore: [[[hostile]], [[hostile], { confirm: hostile }], [[`/mnt/${hostile}`], { domain: hostile }]],
  'backup show': [[[]], [[hostile]], [[`/mnt/${hostile}`]]],
  'backup verify': [[[]], [[hostile]], [[], { identity: hostile }]],
  'backup drill': [[[]], [[hostile]], [[], { passphraseFile: hostile }]],
  schedule: [[[]], [[], { identity: hostile }], [[], { off: true }]],
  'rotate app': [[['whoami']], [[hostile]]],
  rotate: [[['token']], [['mail'], { mailPasswordFile: hostile }]],
  upgrade: [
    [[]],
    [[], { check: true }],
    [[], { dryRun: true }],
    [[], { dryRun: true, to: hostile }],
    [[], { back: true, confirm: hostile }],
  ],
  'backup prune': [
    [[], { keep: '1d' }],
    [[], { keep: hostile }],
  ],
  apps: [[[[]]], [[['immich']]], [[[hostile]]]],
  'add-app': [
    [[undefined]],
    [['sonarr']],
    [['wiki'], { upstream: 'wiki:80', group: 'family' }],
    [[hostile]],
    [['wiki'], { upstream: 'wiki:80', title: `Wiki${logged}` }],
    [['wiki'], { upstream: 'wiki:80', group: `family${logged}` }],
    [['wiki'], { upstream: `wiki${logged}:80` }],
  ],
  protect: [[['mine.home.example.com']], [[hostile]], [['wiki.home.example.com'], { name: hostile }]],
  app: [[['whoami']], [[hostile]], [['whoami'], { showSecret: true }]],
  'ldap test': [
    [[hostile], password],
    [['anna'], { ...password, app: hostile }],
  ],
  'remove-app': [[['whoami'], { dryRun: true }], [['whoami']], [[hostile]]],
  verify: [
    [[], { verbose: true }],
    [[], { asOutsider: true }],
  ],
  explain: [
    [['anna', 'whoami']],
    [['helen', 'whoami'], { endSessions: true }],
    [[hostile, 'whoami']],
    [['anna', hostile]],
  ],
  'user add': [
    [['eve'], { ...password, email: 'eve@example.com', name: hostile }],
    [['anna'], password],
    [[hostile], password],
    [['eve'], { link: true, name: 'Eve', email: 'e@example.com', group: [hostile] }],
  ],
  'user list': [[[]], [[], { verbose: true }]],
  'user show': [[['anna']], [[hostile]], [[`${hostile}2`]]],
  'user groups': [
    [['anna']],
    [['anna'], { add: ['authentik Admins'], remove: [hostile] }],
    [[hostile], { remove: [hostile] }],
    [['anna'], { add: [`${hostile}2`] }],
  ],
  'user password': [
    [['anna'], password],
    [[hostile], password],
    [['anna'], { passwordFile: hostile }],
  ],
  'user reset': [[['anna'], { print: true }], [[hostile], { print: true }], [['anna']]],
  'user invite': [[[], { group: [hostile] }], [['new@example.com'], { group: ['family'] }], [[hostile]]],
  'user invites': [[[]], [[], { revoke: hostile }], [[], { revoke: `${hostile}2` }]],
  'user disable': [[['anna']], [[hostile]]],
  'user enable': [[['anna']], [[hostile]]],
  'user unlock': [[[]], [[hostile]]],
  'user remove': [[['anna']], [[hostile]]],
  'user enroll-2fa': [
    [['anna'], { dryRun: true }],
    [['anna'], password],
    [[hostile], password],
  ],
  'user reset-2fa': [[['anna'], { dryRun: true }], [[hostile]]],
  status: [[[]]],
  doctor: [[[]], [[], { verbose: true }]],
  'proxy text': [[[]], [['nginx']]],
  'mail test': [[['anna@example.com']], [[hostile]]],
  'notify test': [[[]]],
  report: [[[]], [[], { html: '/srv/report.html' }]],
  rescue: [[[]], [['anna'], password], [[hostile], { secondFactor: true }]],
  completion: [[['bash']], [['zsh']], [['fish']]],
};

interface Way {
  readonly tty: boolean;
  readonly json: boolean;
}
const ways: Readonly<Record<string, Way>> = {
  'at a terminal': { tty: true, json: false },
  'into a pipe': { tty: false, json: false },
  'as JSON': { tty: false, json: true },
};

/** Runs a command as `main` does, with somebody who says yes to whatever is asked. */
async function run(
  fake: FakeWorld,
  world: Runtime['world'],
  command: CommandName,
  [args, flags = {}]: Line,
  { tty, json }: Way,
) {
  const at = desk({
    tty,
    columns: 100_000,
    env: { LANG: 'C.UTF-8', TERM: 'xterm' },
    flags: { json, color: tty ? 'always' : 'never' },
  });
  let [typed, seen] = [0, 0];
  const typing = setInterval(() => {
    const fresh = at.stderr.text.slice(seen);
    if (!fresh.includes('?')) return;
    seen = at.stderr.text.length;
    typed += 1;
    if (typed > 8) at.interrupt.abort();
    else at.stdin.write(fresh.includes('Enter keeps it') ? '\r' : 'y\r');
  }, 20);
  const { terminal } = at;
  const runtime: Runtime = {
    ...{
      world,
      terminal,
      connect: fake.connect,
      templates: packagedTemplates,
      catalogue,
      pointer: '/etc/homeauth/location',
      version: '0.1.0',
      problemsPage: '/docs/problems.md',
    },
    ...{ cwd: '/', env: {}, signal: at.interrupt.signal },
  };
  try {
    await declarations[command].run(args, flags as CommonFlags, runtime);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    terminal.live(undefined);
    terminal.say(failure(error, styleOf(terminal.stderr)));
  } finally {
    clearInterval(typing);
  }
  return { out: at.stdout.text, err: at.stderr.text };
}

function assertHarmless(text: string, where: string): void {
  const plain = text.replace(own, '');
  const raw = steers.exec(plain);
  expect(raw && JSON.stringify(plain.slice(Math.max(0, raw.index - 60), raw.index + 20)), where).toBeNull();
  const lies = plain.split('\n').filter((line) => line.trimStart().startsWith(forged));
  expect(lies, where).toEqual([]);
}

interface Scene {
  readonly make: () => Promise<FakeWorld>;
  readonly alter: (world: FakeWorld['world']) => FakeWorld['world'];
  readonly commands: readonly CommandName[];
}

/** What it shows of a machine that is well, and of one that is not, where more than one command looks at that. */
const looks: readonly CommandName[] = [
  'plan',
  'apply',
  'verify',
  'status',
  'doctor',
  'mail test',
  'rescue',
  'init',
  'uninstall',
];
const scenes: Readonly<Record<string, Scene>> = {
  'names of others': { make: named, alter: among, commands: Object.keys(lines) as CommandName[] },
  'programs that babble': { make: named, alter: babbling, commands: looks },
  'last words': { make: dead, alter: (world) => world, commands: looks },
};

test('every command has its lines', () => {
  expect(Object.keys(lines).toSorted()).toEqual(Object.keys(declarations).toSorted());
});

describe.each(Object.entries(scenes))('%s', (_, { make, alter, commands }) => {
  let base: FakeWorld;
  beforeAll(async () => {
    base = await make();
  });
  afterAll(() => base.close());

  test.each(commands)(
    'steer nothing by %s',
    async (command) => {
      const looksOnly = !declarations[command].changes;
      for (const line of lines[command]) {
        let fake = await copyOf(base);
        for (const [name, way] of Object.entries(ways)) {
          const { out, err } = await run(fake, alter(fake.world), command, line, way);
          const where = `${name}: ${command} ${JSON.stringify(line).slice(0, 200)}`;
          assertHarmless(out, where);
          assertHarmless(err, where);
          if (way.json && command !== 'completion')
            for (const one of out.trimEnd().split('\n').filter(Boolean)) JSON.parse(one);
          if (looksOnly) continue;
          await fake.close();
          fake = await copyOf(base);
        }
        await fake.close();
      }
    },
    120_000,
  );
});
