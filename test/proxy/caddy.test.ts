import { describe, expect, test } from 'vitest';
import { exitCodes, Failure, Uncertain } from '../../src/model/failure.ts';
import type { CaddySpec, Id } from '../../src/model/resource.ts';
import { caddyKind } from '../../src/proxy/caddy/kind.ts';
import { withOurs } from '../../src/proxy/caddy/placement.ts';
import type { ExecResult } from '../../src/world/docker/docker.ts';
import { systemRandom } from '../../src/world/random.ts';
import type { FileStat, HttpAnswer, HttpRequest, World } from '../../src/world/world.ts';
import { wordsOf } from '../words.ts';

const path = '/srv/caddy/Caddyfile';
const beside = '/srv/caddy/homeauth.caddy';
const own = 'a.example.com {\n}\n';
const want: CaddySpec = {
  container: 'caddy',
  caddyfile: { inside: '/etc/caddy/Caddyfile', outside: path },
  how: 'import',
  text: 'auth.example.com {\n\tvars homeauth_revision r1\n}\n',
  sites: [{ host: 'auth.example.com', openPaths: [] }],
  replaces: [],
  modules: [],
  revision: 'r1',
};
const block: CaddySpec = { ...want, how: 'block' };

const nothing: HttpAnswer = { status: 200, headers: {}, cookies: [], body: '' };
const fine: ExecResult = { code: 0, stdout: '', stderr: '' };
const answer = (change: Partial<ExecResult>): ExecResult => ({ ...fine, ...change });
type Answers = Readonly<
  Record<string, ExecResult | ((argv: readonly string[], stdin?: string) => ExecResult | undefined)>
>;

const tells = (answers: Answers, argv: readonly string[], stdin?: string): ExecResult | undefined => {
  const found = answers[argv.slice(0, 2).join(' ')] ?? answers[argv[0] ?? ''];
  return typeof found === 'function' ? found(argv, stdin) : found;
};

/**
 * A Caddy that answers as it is told to, beside files in memory. What it loads is what the files say then; at first it
 * has loaded them as they are, or `loads`.
 */
function server(
  files: Record<string, string>,
  answers: Answers = {},
  { environment = {}, loads }: { environment?: Record<string, string>; loads?: string } = {},
) {
  const running = { is: true };
  const commands: string[] = [];
  const stat: FileStat = { type: 'file', mode: 0o640, owner: { uid: 1, gid: 2 }, size: 1 };
  const access: unknown[] = [];
  const summary = {
    name: 'caddy',
    command: 'caddy run --config /etc/caddy/Caddyfile',
    workingDirectory: '/srv',
    mounts: [{ source: '/srv/caddy', target: '/etc/caddy', readOnly: true }],
  };
  const whole = () => `${files[path]}${files[path]?.includes('import ') ? files[beside] : ''}`;
  /** Its sites by their first lines, and our mark. */
  const json = (text: string) => {
    const routes = [...text.matchAll(/^(\S+) \{$/gm)].map(([, host]) => ({ match: [{ host: [host] }], handle: [] }));
    const [, revision] = /homeauth_revision (\w+)/.exec(text) ?? [];
    const mark = revision === undefined ? {} : { homeauth_revision: revision };
    return JSON.stringify({ apps: { http: { servers: { srv0: { listen: [':443'], routes } } }, tls: mark } });
  };
  let loaded = json(loads ?? whole());
  const load = () => {
    loaded = json(whole());
    return fine;
  };
  const page = (host: string): HttpAnswer => ({ ...nothing, body: loaded.includes(`"${host}"`) ? 'a page' : '' });
  const usual: Answers = {
    cat: () => answer({ stdout: files[path] ?? '' }),
    'caddy version': answer({ stdout: 'v2.11.7 h1:abc=\n' }),
    'caddy adapt': (argv, stdin) => answer({ stdout: json(argv.includes('-') ? (stdin ?? '') : whole()) }),
    'caddy reload': load,
    wget: () => answer({ stdout: loaded }),
  };
  const world = {
    docker: {
      containers: async () => [{ ...summary, running: running.is }],
      container: async () => ({
        ...summary,
        running: running.is,
        networks: [],
        environment: { XDG_CONFIG_HOME: '/config', ...environment },
        found: { state: running.is ? 'running' : 'exited' },
      }),
      readFile: async (_: string, file: string) => (file === '/config/caddy/autosave.json' ? loaded : undefined),
      dialAddress: async (_: string, port: number) => ({ host: '172.18.0.2', port }),
      exec: async (_: string, argv: readonly string[], { stdin }: { stdin?: string } = {}) => {
        commands.push(argv.slice(0, 2).join(' '));
        return tells(answers, argv, stdin) ?? tells(usual, argv, stdin) ?? fine;
      },
    },
    files: {
      read: async (file: string) => files[file],
      stat: async (file: string) => (file in files ? stat : undefined),
      write: async (file: string, text: string) => {
        files[file] = text;
      },
      overwrite: async (file: string, text: string) => {
        files[file] = text;
      },
      setAccess: async (...all: unknown[]) => {
        access.push(all);
      },
      remove: async (file: string) => delete files[file],
    },
    http: { dial: async ({ url }: HttpRequest) => page(new URL(url).hostname) },
    clock: { sleep: async () => {} },
    random: systemRandom,
  } as unknown as World;
  return {
    files,
    commands,
    running,
    access,
    world,
    put: (spec: CaddySpec | undefined) => caddyKind.apply?.(path, spec, world, undefined) ?? Promise.resolve(),
    differs: async (spec: CaddySpec) => {
      const seen = await caddyKind.observe(path, world, spec);
      return seen.is === 'present' ? wordsOf(caddyKind)(spec, seen.spec) : seen;
    },
  };
}

async function refusal(work: Promise<unknown>): Promise<Failure> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Failure);
  return error as Failure;
}

describe('what it sees', () => {
  test('nothing, then what was put there, then nothing again', async () => {
    const caddy = server({ [path]: own });
    expect(await caddy.differs(want)).toEqual({ is: 'absent' });
    await caddy.put(want);
    expect(await caddy.differs(want)).toEqual([]);
    expect(caddy.access).toEqual([[path, 0o640, { uid: 1, gid: 2 }]]);
    await caddy.put(undefined);
    expect(caddy.files).toEqual({ [path]: own });
    expect(await caddy.differs(want)).toEqual({ is: 'absent' });
  });

  test('a line that the user took out', async () => {
    const caddy = server({ [path]: own });
    await caddy.put(want);
    caddy.files[path] = own;
    expect(await caddy.differs(want)).toEqual([`${path} does not have homeauth's part in it`]);
  });

  test('a text that was edited, and a form that is another one now', async () => {
    const caddy = server({ [path]: own });
    await caddy.put(want);
    caddy.files[beside] += '# mine\n';
    expect(await caddy.differs(want)).toEqual(["homeauth's part is not as it should be"]);
    expect(await caddy.differs(block)).toEqual(["homeauth's part moves into the Caddyfile"]);
    await caddy.put(block);
    expect(await caddy.differs(block)).toEqual([]);
    expect(beside in caddy.files).toBe(false);
  });

  test('that it cannot be known while Caddy does not run', async () => {
    const caddy = server({ [path]: own });
    await caddy.put(want);
    caddy.running.is = false;
    expect(await caddy.differs(want)).toMatchObject({
      is: 'unknown',
      because: { code: 'stopped', of: 'caddy', says: "Caddy's container caddy does not run" },
    });
  });

  test('without Caddy our part still goes', async () => {
    const caddy = server({ [path]: own });
    await caddy.put(want);
    caddy.running.is = false;
    caddy.commands.length = 0;
    await caddy.put(undefined);
    expect(caddy.files).toEqual({ [path]: own });
    expect(caddy.commands).toEqual([]);
  });
});

describe('refused before anything is written', () => {
  const byDns = { ...want, modules: [{ name: 'dns.providers.cloudflare', variable: 'CLOUDFLARE_API_TOKEN' }] };
  const modules = { 'caddy list-modules': answer({ stdout: 'admin.api.load\ndns.providers.cloudflare\n' }) };
  test.each<[string, CaddySpec, Answers, string]>([
    ['a Caddy that is too old', want, { 'caddy version': answer({ stdout: '2.6.2\n' }) }, 'caddy-too-old'],
    ['a module that is missing', byDns, {}, 'caddy-module-missing'],
    ['a variable that is missing', byDns, modules, 'caddy-variable-missing'],
    ['a file that the container does not see', want, { cat: answer({ stdout: 'former' }) }, 'caddyfile-stale'],
    [
      'a folder that the container does not see',
      want,
      { cat: answer({ code: 1 }), test: answer({ code: 1 }), 'caddy adapt': answer({ code: 1, stderr: 'getwd' }) },
      'caddyfile-stale',
    ],
    [
      'a broken Caddyfile',
      want,
      { 'caddy adapt': answer({ code: 1, stderr: 'Error: -:3: oops' }) },
      'caddyfile-broken',
    ],
  ])('%s', async (_, spec, answers, code) => {
    const caddy = server({ [path]: own }, answers);
    expect((await refusal(caddy.put(spec))).code).toBe(code);
    expect(caddy.files).toEqual({ [path]: own });
    expect(caddy.commands).not.toContain('caddy reload');
  });

  /** Until 2.10 it reads files alone. */
  const filesOnly: Answers = {
    'caddy adapt': (argv) =>
      argv.includes('-') ? answer({ code: 1, stderr: 'Error: open -: no such file or directory' }) : undefined,
  };

  test('a name of ours that an older Caddy cannot tell us about', async () => {
    const taken = 'http://auth.example.com:80, b.example.com {\n}\n';
    expect((await refusal(server({ [path]: taken }, filesOnly).put(want))).code).toBe('host-taken');
    const free = 'b.example.com {\n\t# auth.example.com\n\trespond x.auth.example.com\n}\n';
    await expect(server({ [path]: free }, filesOnly).put(want)).resolves.toBeUndefined();
  });

  test('says where in the file', async () => {
    const oops = answer({ code: 1, stderr: '{"level":"info"}\nError: adapting config using caddyfile: -:3: oops\n' });
    const failure = await refusal(server({ [path]: own }, { 'caddy adapt': oops }).put(want));
    expect(failure.details).toBe('line 3: oops');
  });

  test('not where the variable is there', async () => {
    const caddy = server({ [path]: own }, modules, { environment: { CLOUDFLARE_API_TOKEN: 'secret' } });
    await expect(caddy.put(byDns)).resolves.toBeUndefined();
  });

  test('not by a Caddy that cannot adapt a text from nowhere, or has no cat and no wget', async () => {
    const answers = {
      ...filesOnly,
      cat: answer({ code: 127 }),
      wget: answer({ code: 127 }),
      'caddy version': answer({ stdout: '(devel)' }),
    };
    const caddy = server({ [path]: own }, answers);
    await caddy.put(want);
    expect(await caddy.differs(want)).toEqual([]);
  });
});

describe('a homeauth.caddy that somebody else wrote', () => {
  const theirs = 'mine.example.com {\n}\n';

  test('stops it, and stays', async () => {
    const caddy = server({ [path]: own, [beside]: theirs });
    for (const changing of [new Set<Id>(), new Set<Id>(['container:caddy'])])
      expect((await refusal(caddyKind.rehearse?.(want, caddy.world, changing) ?? Promise.resolve())).code).toBe(
        'caddy-file-taken',
      );
    const failure = await refusal(caddy.put(want));
    expect(failure.fix).toContain(`mv ${beside} /srv/caddy/mine.caddy`);
    expect(caddy.files).toEqual({ [path]: own, [beside]: theirs });
  });

  test('stays where our part is a block, and when that goes', async () => {
    const caddy = server({ [path]: own, [beside]: theirs });
    await caddy.put(block);
    expect(await caddy.differs(block)).toEqual([]);
    await caddy.put(undefined);
    expect(caddy.files).toEqual({ [path]: own, [beside]: theirs });
  });
});

describe('when it goes wrong half-way', () => {
  const broken = answer({ code: 1, stderr: 'Error: sending configuration: listen tcp :443: bind: in use' });

  test('what was there comes back', async () => {
    const caddy = server({ [path]: own }, { 'caddy reload': broken });
    const failure = await refusal(caddy.put(block));
    expect([failure.code, failure.details]).toEqual([
      'caddy-refused',
      'sending configuration: listen tcp :443: bind: in use',
    ]);
    expect(caddy.files).toEqual({ [path]: own });
  });

  test('it says what to do when that cannot be written either', async () => {
    const caddy = server({ [path]: own }, { 'caddy reload': broken });
    let writes = 0;
    (caddy.world.files as { overwrite: unknown }).overwrite = async (file: string, text: string) => {
      if (++writes > 1) throw new Error('No space left on device');
      caddy.files[file] = text;
    };
    const failure = await refusal(caddy.put(block));
    expect([failure.code, failure.why]).toEqual([
      'caddy-half-changed',
      expect.stringContaining('No space left on device'),
    ]);
    expect(failure.fix).toContain('docker restart caddy');
    expect(caddy.files[`${path}.homeauth-copy`]).toBe(own);
  });

  test('a disk that takes nothing is all that is wrong: Caddy has refused nothing', async () => {
    const caddy = server({ [path]: own });
    const full = new Failure({ code: 'disk-full', problem: 'The disk is full.', fix: 'Make room.' });
    (caddy.world.files as { write: unknown }).write = () => Promise.reject(full);
    expect(await refusal(caddy.put(want))).toBe(full);
    expect(await refusal(caddy.put(block))).toBe(full);
    expect(caddy.files).toEqual({ [path]: own });
  });

  test('an outcome that is not known is left for the next look', async () => {
    const lost = () => {
      throw new Uncertain({ code: 'lost', problem: 'Lost.', fix: 'Again.' });
    };
    const caddy = server({ [path]: own }, { 'caddy reload': lost });
    expect(await refusal(caddy.put(block))).toBeInstanceOf(Uncertain);
    expect(Object.keys(caddy.files)).toEqual([path]);
    expect(await refusal(caddy.put(want))).toBeInstanceOf(Uncertain);
    expect(await caddy.differs(want)).toEqual(["Caddy does not run homeauth's part"]);
  });

  test.each([
    ['before our part', (whole: string) => whole.slice(0, 7), own],
    ['before our part, and was loaded', (whole: string) => whole.slice(0, 7), undefined],
    ['within our part', (whole: string) => whole.slice(0, -30), own],
    ['at its first byte', () => '', undefined],
  ])('a file that a power cut left half written, %s, is put back', async (_, cut, loads) => {
    const files = { [path]: cut(withOurs(own, block)), [`${path}.homeauth-copy`]: own };
    // Caddy has begun anew with what the power cut left, or has not.
    const caddy = server(files, {}, loads === undefined ? {} : { loads });
    await caddy.put(block);
    expect(caddy.files).toEqual({ [path]: withOurs(own, block) });
  });

  test('a begin mark without its end is not guessed about', async () => {
    const caddy = server({ [path]: `${own}# homeauth: begin\nb.example.com {\n}\n` });
    expect((await refusal(caddy.put(block))).code).toBe('caddyfile-torn');
    expect((await refusal(caddy.put(undefined))).code).toBe('caddyfile-torn');
  });
});

describe('no site of the owner is lost', () => {
  const file = 'a.example.com {\n}\nb.example.com {\n}\n';

  test.each([
    ['was changed and never loaded', own, file, 'b.example.com: the file has it, and Caddy does not serve it'],
    ['is another one than Caddy reads', file, own, 'b.example.com: Caddy serves it, and the file does not have it'],
  ])('a Caddyfile that %s is not loaded', async (_, loads, text, told) => {
    const caddy = server({ [path]: text }, {}, { loads });
    for (const work of [() => caddy.put(want), () => caddyKind.rehearse?.(want, caddy.world, new Set())]) {
      const failure = await refusal(Promise.resolve(work()));
      expect([failure.code, failure.details]).toEqual(['caddy-runs-other', told]);
      expect(failure.fix).toContain(
        '  docker exec -w /etc/caddy caddy caddy reload --config /etc/caddy/Caddyfile --adapter caddyfile',
      );
    }
    expect(caddy.files).toEqual({ [path]: text });
    expect(caddy.commands).not.toContain('caddy reload');
  });

  test('an earlier text of ours that Caddy still runs is no difference: a power cut comes between the two', async () => {
    const caddy = server({ [path]: own });
    await caddy.put({ ...want, text: want.text.replace('{\n', '{\n\treverse_proxy x\n'), revision: 'r1' });
    caddy.files[path] = own;
    await caddy.put(want);
    expect(await caddy.differs(want)).toEqual([]);
  });

  test('a file that leaves one out with our part in it is never loaded', async () => {
    const caddy = server(
      { [path]: file },
      {
        'caddy adapt': (argv) =>
          argv.includes('-') || caddy.files[path] === file ? undefined : answer({ stdout: '{}' }),
      },
    );
    const failure = await refusal(caddy.put(want));
    expect([failure.code, failure.details]).toEqual([
      'caddy-refused',
      expect.stringContaining('leaves out a.example.com, b.example.com, auth.example.com'),
    ]);
    expect(caddy.files).toEqual({ [path]: file });
  });

  test('one that answers otherwise after the reload puts everything back, and is named', async () => {
    const caddy = server({ [path]: file });
    let asked = 0;
    (caddy.world.http as { dial: unknown }).dial = async ({ url }: HttpRequest) => {
      const isOurs = caddy.files[path] !== file && caddy.commands.includes('caddy reload');
      const isEmpty = isOurs && url.includes('b.example.com') && asked++ % 2 === 1;
      return { ...nothing, body: isEmpty ? '' : 'a page' };
    };
    const failure = await refusal(caddy.put(want));
    expect([failure.code, failure.problem, failure.details]).toEqual([
      'site-lost',
      `With homeauth's part in ${path}, b.example.com no longer answers as it did.`,
      'b.example.com: 200 before, 200 without a page after',
    ]);
    expect(failure.why).toContain('byte for byte, and Caddy serves it');
    expect(caddy.files).toEqual({ [path]: file });
    expect(caddy.commands.filter((command) => command === 'caddy reload')).toHaveLength(2);
  });

  test.each([
    ['at once', 0, 'site-lost'],
    ['after a moment', 1, 'site-lost'],
    ['not at all', 2, 'site-not-back'],
  ])('one that was lost, and is back %s', async (_, away, code) => {
    const caddy = server({ [path]: file });
    let rounds = 0;
    const { clock } = caddy.world;
    (clock as { sleep: unknown }).sleep = async (ms: number) => {
      if (ms > 1_000) rounds++;
    };
    (caddy.world.http as { dial: unknown }).dial = async ({ url }: HttpRequest) => {
      const reloads = caddy.commands.filter((command) => command === 'caddy reload').length;
      const isAway = reloads === 1 || (reloads === 2 && rounds < away);
      return { ...nothing, status: isAway && url.includes('b.example.com') ? 502 : 200, body: 'a page' };
    };
    const failure = await refusal(caddy.put(want));
    expect(failure.code).toBe(code);
    expect(failure.problem).toContain('b.example.com');
    expect(failure.details).toContain('b.example.com: 200 before, 502 after');
    expect(caddy.files).toEqual({ [path]: file });
    if (code !== 'site-not-back') return;
    expect(failure.problem).not.toContain('a.example.com');
    expect(failure.details).toContain('b.example.com: 200 before, 502 now');
    expect(failure.exit).toBe(exitCodes.halfway);
  });

  test('one bad moment of an app is nothing', async () => {
    const caddy = server({ [path]: file });
    let asked = 0;
    (caddy.world.http as { dial: unknown }).dial = async () => ({ ...nothing, status: asked++ === 20 ? 502 : 200 });
    await caddy.put(want);
    expect(await caddy.differs(want)).toEqual([]);
  });

  test.each<[string, (asked: number) => Partial<HttpAnswer>]>([
    ['leads somewhere else each time', (asked) => ({ status: 302, headers: { location: `/session/${asked}` } })],
    ['counts how often it is asked', (asked) => ({ status: asked > 8 ? 429 : 200 })],
    ['has been away', (asked) => ({ status: asked > 6 ? 200 : 502, body: 'a page' })],
    ['bans who asks often', (asked) => ({ status: asked > 4 ? 403 : 200, body: 'a page' })],
    ['lets in again whom it had banned', (asked) => ({ status: asked > 4 ? 200 : 429, body: 'a page' })],
  ])('a site that %s is not lost', async (_, answered) => {
    const caddy = server({ [path]: own });
    let asked = 0;
    (caddy.world.http as { dial: unknown }).dial = async () => ({ ...nothing, ...answered(asked++) });
    await caddy.put(want);
    expect(await caddy.differs(want)).toEqual([]);
  });
});
