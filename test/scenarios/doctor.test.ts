import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Failure } from '../../src/model/failure.ts';
import { noAnswer } from '../../src/world/http-failures.ts';
import type { HttpRequest } from '../../src/world/world.ts';
import { homeauthIn } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { databaseOf } from '../fakes/objects.ts';
import { fakeTerminal } from '../fakes/terminal.ts';
import { copyOf, type FakeWorld } from '../fakes/world.ts';

let first: FakeWorld;
let fake: FakeWorld;
/** Whether authentik takes requests and never answers. */
let isHung = false;
/** How long it takes to start, in ms: each test says what it has to see of that. */
const timings = { migrate: 20, bootstrap: 5, blueprints: 20, outpostRefresh: 10 };

beforeAll(async () => {
  first = await installed(['whoami']);
  await first.files.remove(at('.homeauth/admin-password'));
});
afterAll(() => first.close());
beforeEach(async () => {
  isHung = false;
  timings.migrate = 20;
  fake = await copyOf(first, {
    standin: { timings, fault: () => (isHung ? { kind: 'delay', ms: 60_000 } : undefined) },
  });
  const health = async () => (await fake.docker.container('authentik'))?.found.health;
  await vi.waitUntil(async () => (await health()) === 'healthy', { timeout: 20_000, interval: 20 });
});
afterEach(() => fake.close());

interface Told {
  readonly id: string;
  readonly subject?: string;
  readonly status: string;
  readonly cause?: string;
  readonly fix?: string;
}

async function doctor(over: Parameters<typeof homeauthIn>[1] = {}) {
  const terminal = fakeTerminal(undefined, { json: true });
  const { code } = await homeauthIn(fake, over)('doctor', [], {}, terminal);
  expect(terminal.out).toHaveLength(1);
  const { schema, ok, checks } = JSON.parse(terminal.out[0] ?? '') as { schema: string; ok: boolean; checks: Told[] };
  expect([schema, ok]).toEqual(['homeauth.doctor/1', code === 0]);
  const those = (status: string) => checks.filter((check) => check.status === status);
  return { code, checks, fails: [...those('fail'), ...those('warn')], skips: those('skip') };
}

const put = (path: string, change: (text: string) => string) => {
  const files = fake.files;
  const [head = '', content = ''] = /^file \d+ \d+:\d+ ([\s\S]*)$/.exec(files.snapshot()[path] ?? '') ?? [];
  expect(head).not.toBe('');
  files.put(path, change(content));
};

async function stop(name: string): Promise<void> {
  const box = fake.docker.boxes.get(name);
  await box?.running?.stop();
  if (box) box.running = undefined;
}

describe('all is well', () => {
  test('is one line, and exit code 0', async () => {
    const { code, out } = await homeauthIn(fake)('doctor');
    expect(out).toMatch(/^✓ All \d+ checks passed\.$/);
    expect(code).toBe(0);
  });

  test('shows everything with -v', async () => {
    const { out } = await homeauthIn(fake)('doctor', [], { verbose: true });
    expect(out).toMatch(/✓ container authentik-worker is healthy +container-health/);
    expect(out).toMatch(/✓ provider whoami is as homeauth\.yaml says +provider-differs/);
    expect(out).toMatch(/✓ whoami: a stranger is asked for a login +stranger/);
  });

  test('writes nothing, and sends nothing but questions', async () => {
    const { docker, files } = fake.world;
    const writers = {
      files: ['write', 'create', 'overwrite', 'makeDirectory', 'setAccess', 'remove', 'removeTree'],
      docker: ['pull', 'createNetwork', 'removeNetwork', 'run', 'start', 'connect', 'remove'],
      zfs: ['create', 'destroy'],
    } as const;
    const refusing = (names: readonly string[]) =>
      Object.fromEntries(
        names.map((name) => [
          name,
          () => {
            throw new Error(`${name} writes`);
          },
        ]),
      );
    // The database can be asked in no other way.
    const exec: typeof docker.exec = (name, argv) => {
      if (name === 'authentik-postgresql' && argv.at(-1)?.startsWith('select ')) return docker.exec(name, argv);
      throw new Error('exec may write');
    };
    const world = {
      ...fake.world,
      files: { ...files, ...refusing(writers.files) },
      docker: { ...docker, ...refusing(writers.docker), exec },
      zfs: { ...fake.world.zfs, ...refusing(writers.zfs) },
    };
    const before = fake.files.snapshot();
    await stop('authentik-worker');
    put(at('docker-compose.yml'), (text) => `${text}# mine\n`);
    const asked = fake.servers.flatMap(({ requests }) => requests).length;
    const { fails } = await doctor({ world });
    expect(fails.map(({ id }) => id)).toEqual(expect.arrayContaining(['container-differs', 'file-differs']));
    const requests = fake.servers.flatMap((server) => server.requests).slice(asked);
    expect(requests.length).toBeGreaterThan(10);
    expect(requests.filter(({ method }) => !['GET', 'HEAD'].includes(method))).toEqual([]);
    put(at('docker-compose.yml'), (text) => text.replace('# mine\n', ''));
    expect(fake.files.snapshot()).toEqual(before);
  });
});

describe('three things broken on purpose', () => {
  test('are three findings, each with its fix, and apply mends them', async () => {
    put(at('docker-compose.yml'), (text) => text.replaceAll(':2026.8.6', ':2026.8.5'));
    await stop('authentik-worker');
    const state = await databaseOf(fake);
    const [database] = [...fake.docker.databases.values()];
    const provider = state.providers.find(({ name }) => name === 'whoami');
    await database?.store.change((found) => {
      if (!found) throw new Error('no database');
      const providers = found.providers.filter(({ name }) => name !== 'whoami');
      const applications = found.applications.map((one) =>
        one.provider === provider?.pk ? { ...one, provider: null } : one,
      );
      const outposts = found.outposts.map((one) => ({
        ...one,
        providers: one.providers.filter((pk) => pk !== provider?.pk),
      }));
      return { state: { ...found, providers, applications, outposts }, result: undefined };
    });

    const { code, fails } = await doctor();
    expect(code).toBe(4);
    expect(fails).toEqual(
      expect.arrayContaining([
        {
          id: 'file-differs',
          status: 'warn',
          cause: expect.stringMatching(
            /docker-compose\.yml is not as homeauth\.yaml says\. image: .*2026\.8\.5@.* → .*2026\.8\.6/,
          ),
          fix: expect.stringMatching(/^homeauth apply puts it back/),
          docs: 'docs/problems.md#file-differs',
        },
        {
          id: 'container-differs',
          status: 'fail',
          cause: 'container authentik-worker is stopped.',
          fix: 'homeauth apply',
          docs: 'docs/problems.md#container-differs',
        },
        expect.objectContaining({ id: 'provider-differs', status: 'fail', cause: 'provider whoami is missing.' }),
      ]),
    );

    const { out } = await homeauthIn(fake)('doctor');
    expect(out).toMatch(/^! file .*docker-compose\.yml is not as homeauth\.yaml says/m);
    expect(out).toMatch(/✗ container authentik-worker is stopped +container-differs\n {4}Fix: homeauth apply/);
    expect(out).toMatch(/ checks need attention\. Everything: homeauth doctor -v$/);

    expect((await homeauthIn(fake)('apply')).failure).toBeUndefined();
    expect((await doctor()).fails).toEqual([]);
  });
});

describe('one broken thing hides nothing else', () => {
  test('without Docker: one problem, one reason for the rest, and files are still looked at', async () => {
    const down = async () => {
      throw new Failure({
        code: 'docker-unreachable',
        problem: 'Docker does not answer.',
        fix: 'systemctl start docker',
      });
    };
    const docker = Object.fromEntries(
      Object.keys(fake.docker).map((name) => [name, down]),
    ) as unknown as FakeWorld['docker'];
    put(at('container-vars.env'), (text) => text);
    const { code, fails, skips, checks } = await doctor({ world: { ...fake.world, docker } });
    expect(code).toBe(4);
    expect(fails.map(({ id }) => id)).toEqual(['docker-unreachable', 'secret-readable']);
    expect(skips.length).toBeGreaterThan(8);
    expect([...new Set(skips.map(({ cause }) => cause))]).toEqual(['Docker does not answer']);
    expect(checks.filter(({ status }) => status === 'ok').map(({ id }) => id)).toContain('disk-full');
    const { out } = await homeauthIn(fake, { world: { ...fake.world, docker } })('doctor');
    expect(out).toMatch(/^· \d+ more could not be checked: Docker does not answer$/m);
  });

  test('without authentik: its container, and one reason for the rest', async () => {
    await stop('authentik');
    const { code, fails, skips } = await doctor();
    expect(code).toBe(4);
    expect(fails.map(({ id, cause }) => [id, cause])).toEqual([
      ['container-differs', 'container authentik is stopped.'],
    ]);
    expect(skips.length).toBeGreaterThan(10);
    expect([...new Set(skips.map(({ cause }) => cause))]).toEqual(["authentik's container does not run"]);
    expect(skips.map(({ id }) => id)).toEqual(expect.arrayContaining(['provider-differs', 'auth-host', 'stranger']));
  });

  test('without authentik, and with a Caddy that still waits for it', async () => {
    await stop('authentik');
    const dial = async (request: HttpRequest) => {
      throw noAnswer(request, true, undefined);
    };
    const { fails, skips } = await doctor({ world: { ...fake.world, http: { dial } } });
    expect(fails.map(({ id }) => id)).toEqual(['container-differs']);
    expect([...new Set(skips.map(({ cause }) => cause))]).toEqual(["authentik's container does not run"]);
  });

  test('while authentik starts: that alone, and one reason for the rest', async () => {
    await stop('authentik');
    timings.migrate = 600_000;
    await fake.docker.start('authentik');
    const { fails, skips } = await doctor();
    expect(fails.map(({ id, status, cause }) => [id, status, cause])).toEqual([
      ['container-health', 'warn', 'container authentik is still starting.'],
    ]);
    expect([...new Set(skips.map(({ cause }) => cause))]).toEqual(['authentik is starting']);
  });

  test('without Caddy: its container, and one reason for what goes through it', async () => {
    await stop('caddy');
    const { fails, skips, checks } = await doctor();
    expect(fails.map(({ cause }) => cause)).toEqual(['container caddy is stopped.']);
    expect(skips.map(({ id }) => id)).toEqual(expect.arrayContaining(['auth-host', 'stranger']));
    expect(checks.find(({ id }) => id === 'provider-differs')?.status).toBe('ok');
  });

  test("with a token that authentik does not know: that is told once, and strangers' ways are still looked at", async () => {
    fake.files.put(at('.homeauth/token.env'), 'HOMEAUTH_TOKEN=wrong\n', 0o600);
    const { fails, checks } = await doctor();
    expect(fails.map(({ id }) => id)).toEqual(['token-refused']);
    expect(checks.find(({ id }) => id === 'stranger')?.status).toBe('ok');
    expect(checks.find(({ id }) => id === 'container-differs')?.status).toBe('ok');
  });

  test('with a token that no request could carry', async () => {
    fake.files.put(at('.homeauth/token.env'), "HOMEAUTH_TOKEN='a\u0007bé'\n", 0o600);
    const { fails, checks } = await doctor();
    expect(new Set(fails.map(({ id }) => id))).toContain('token-unreadable');
    expect(checks.find(({ id }) => id === 'stranger')?.status).toBe('ok');
    expect((await homeauthIn(fake)('apply')).failure?.code).toBe('token-unreadable');
  });

  test.each([
    ['cut off', '{'],
    ['with a line that is none', '{ "version": 1, "made": [null] }'],
    ['about a kind that there is not', '{ "version": 1, "made": [{ "id": "fil:/etc/passwd" }] }'],
    ['about a kind by the name of what every object has', '{ "version": 1, "made": [{ "id": "toString:x" }] }'],
  ])('with a ledger %s', async (_, text) => {
    fake.files.put(at('.homeauth/ledger.json'), text, 0o600);
    expect((await homeauthIn(fake)('apply')).failure?.code).toBe('ledger-unreadable');
    const { fails, checks } = await doctor();
    expect(fails.map(({ id }) => id)).toEqual(['ledger-unreadable']);
    expect(checks.find(({ id }) => id === 'container-health')?.status).toBe('ok');
  });

  test('with an authentik that takes requests and never answers, it ends within seconds and looks at the rest', async () => {
    put(at('docker-compose.yml'), (text) => `${text}# mine\n`);
    isHung = true;
    const began = performance.now();
    const { fails, skips } = await doctor();
    // The silence that is borne is 3 s, and then it is asked once more, for as long, whether it lives.
    // Each of its questions would be borne for as long, where one silence is not enough to know.
    expect(performance.now() - began).toBeLessThan(40_000);
    expect(fails.map(({ id }) => id)).toEqual(expect.arrayContaining(['authentik-down', 'file-differs']));
    expect(skips.find(({ id }) => id === 'provider-differs')?.cause).toMatch(/no answer within \d(\.\d)? s/);
    // One cause for all that needs it, whoever looked first.
    const causes = skips.flatMap(({ cause = '' }) => (cause.includes('no answer within') ? [cause] : []));
    expect(causes.length).toBeGreaterThan(10);
    expect(new Set(causes).size).toBe(1);
  });

  test('with a Docker that takes a moment for every look, the moments do not add up', async () => {
    let calls = 0;
    const slow = Object.fromEntries(
      Object.entries(fake.docker).map(([name, work]) => [
        name,
        typeof work !== 'function'
          ? work
          : async (...args: never[]) => {
              calls++;
              await new Promise((done) => setTimeout(done, 150));
              return (work as (...given: never[]) => unknown)(...args);
            },
      ]),
    ) as unknown as FakeWorld['docker'];
    const times = [performance.now()];
    await doctor();
    times.push(performance.now());
    const { fails, skips } = await doctor({ world: { ...fake.world, docker: slow } });
    const [start = 0, between = 0] = times;
    expect(performance.now() - between - (between - start)).toBeLessThan((calls * 150) / 2);
    expect([fails, skips]).toEqual([[], []]);
  });
});

describe('secrets', () => {
  test.each(['container-vars.env', '.homeauth/token.env'])(
    '%s that others can read is one finding with the command',
    async (name) => {
      const content = (await fake.files.read(at(name))) ?? '';
      fake.files.put(at(name), content, 0o644);
      const { fails } = await doctor();
      expect(fails).toMatchObject([{ id: 'secret-readable', fix: `chmod 600 ${at(name)}` }]);
    },
  );

  test('a password in a file, and once it is removed it is not asked for', async () => {
    fake.files.put(at('.homeauth/admin-password'), 'geheim-geheim\n', 0o600);
    const { fails, checks } = await doctor();
    expect(fails.map(({ id }) => id)).toEqual(['password-file']);
    expect(JSON.stringify(checks)).not.toContain('geheim');
  });
});

describe('releases', () => {
  test('one with known holes is a finding, and the rest is looked at', async () => {
    put(at('homeauth.yaml'), (text) => text.replace('2026.8.6', '2026.8.1'));
    const { fails, checks } = await doctor();
    expect(fails[0]).toMatchObject({ id: 'release-unsafe', status: 'fail', fix: expect.stringMatching(/2026\.8\.6/) });
    expect(checks.length).toBeGreaterThan(60);
  });

  test('a newer one is told, and is no problem', async () => {
    put(at('homeauth.yaml'), (text) => text.replace('2026.8.6', '2026.8.5'));
    const { out } = await homeauthIn(fake)('doctor', [], { verbose: true });
    expect(out).toMatch(/✓ authentik 2026\.8\.5 has no known hole; 2026\.8\.6 is newer +release-unsafe/);
  });
});

describe('homeauth.yaml', () => {
  test.each<[string, () => void, string, RegExp]>([
    ['that is wrong', () => put(at('homeauth.yaml'), (text) => `${text}\ndomian: x\n`), 'config-invalid', /domian/],
    [
      'that is wrong twice',
      () => put(at('homeauth.yaml'), (text) => `${text}\ndomian: x\nappss: y\n`),
      'config-invalid',
      /domian[\s\S]*appss/,
    ],
    [
      'that is not there',
      () => void fake.files.remove(at('homeauth.yaml')),
      'config-missing',
      /homeauth\.yaml is not there/,
    ],
  ])('%s is the only finding, in words and as data', async (_, spoil, id, cause) => {
    spoil();
    const { code, checks } = await doctor();
    expect(code).toBe(4);
    expect(checks).toMatchObject([
      { id, status: 'fail', cause: expect.stringMatching(cause), fix: expect.stringMatching(/./) },
    ]);
    const { out } = await homeauthIn(fake)('doctor');
    expect(out).toMatch(new RegExp(`${id}\\n`));
    expect(out).toMatch(/1 of 1 checks needs attention/);
  });
});
