import { spawn } from 'node:child_process';
import { chown, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { demoFiles } from './demo/files.ts';
import { typed } from './demo/shell.ts';
import { compiled } from './program.ts';

const checkout = join(import.meta.dirname, '..');
const isRoot = process.getuid?.() === 0;
/** A user that nobody else is: whatever belongs to it was made by the demonstration. */
const stranger = 60_000 + (process.pid % 5000);

let scratch: string;
beforeEach(async () => {
  scratch = await mkdtemp('/tmp/demo-test-');
});
afterEach(() => rm(scratch, { recursive: true, force: true }));

/** The demonstration compiled beforehand, for all but the one that is started as `npm run demo` starts it. */
let compiledDemo: string[];
beforeAll(async () => {
  const place = await mkdtemp('/tmp/demo-program-');
  compiledDemo = [await compiled(`import './test/demo/main.ts';`, place)];
  return () => rm(place, { recursive: true });
});

async function start(
  temporaryName: string,
  { user, program = compiledDemo }: { user?: number; program?: string[] } = {},
) {
  const [temporary, home] = [join(scratch, temporaryName), join(scratch, 'home')];
  for (const path of [temporary, home]) await mkdir(path, { mode: 0o755 });
  if (user !== undefined) for (const path of [scratch, temporary, home]) await chown(path, user, user);
  const child = spawn(process.execPath, program, {
    cwd: checkout,
    env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', TMPDIR: temporary, HOME: home, TSX_DISABLE_CACHE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(user !== undefined && { uid: user, gid: user }),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = new Promise<number | null>((done) => child.on('close', done));
  /** Waits for words in the output. */
  const saying = async (words: string) => {
    while (!output.includes(words)) {
      if (child.exitCode !== null) throw new Error(`ended without "${words}":\n${output}`);
      await new Promise((done) => setTimeout(done, 50));
    }
  };
  return { child, temporary, home, output: () => output, saying, ended };
}

/**
 * What belongs to a user in the places where every user may write: elsewhere it could not have made anything. A file
 * system that is mounted below one of them is left out: a /proc of somebody else's shows the demonstration's processes.
 */
async function ownedBy(user: number): Promise<string[]> {
  const places = ['/tmp', '/var/tmp', '/dev/shm', '/run/lock'];
  const { stdout } = await execa('find', [...places, '-xdev', '-maxdepth', '3', '-uid', String(user)], {
    reject: false,
  });
  return stdout.split('\n').filter((line) => line !== '');
}

describe('npm run demo', () => {
  test('tells the whole story and leaves nothing behind', async () => {
    const { temporary, home, output, saying, ended } = await start('tmp', {
      program: ['--import', 'tsx', 'test/demo/main.ts'],
    });
    await saying('$ homeauth add-app');
    const during = await readdir(temporary);
    expect(await ended, output()).toBe(0);

    expect(during).toEqual([expect.stringMatching(/^homeauth-demo-\w{6}$/)]);
    expect(await readdir(temporary)).toEqual([]);
    expect(await readdir(home)).toEqual([]);
    expect(output()).toMatch(/✓ a stranger is asked for a login +302 → auth\.home\.example\.com/);
    expect(output()).toMatch(/✓ helen gets in +the app sees "helen"/);
    expect(output()).toMatch(/^ *x-authentik-username: helen$/im);
    expect(output()).toMatch(/✓ All \d+ checks passed\./);
    expect(output()).toMatch(
      /0 files, 0 containers and 0 objects of authentik were touched\. authentik was\s+asked \d+/,
    );
    expect(output()).toMatch(/0600 {2}\S+ +container-vars\.env/);
    expect(output()).toContain('Next:  npm run demo -- --keep');
    expect(output()).not.toContain('open-sesame');
  });

  test.runIf(isRoot)('needs no root, notes whose files it cannot give away, and writes nowhere else', async () => {
    const { temporary, home, output, saying, ended } = await start('tmp', { user: stranger });
    await saying('$ homeauth add-app');
    expect((await ownedBy(stranger)).filter((path) => !path.startsWith(scratch))).toEqual([]);
    expect(await ended, output()).toBe(0);
    expect((await ownedBy(stranger)).toSorted()).toEqual([scratch, home, temporary].toSorted());
    expect(output()).toMatch(/0700 {2}70:70\* +db\//);
    expect(output()).toContain('* Noted, and not set');
  });

  test('Ctrl-C ends it, and leaves nothing behind', async () => {
    const { child, temporary, output, saying, ended } = await start('tmp');
    await saying('✓ database');
    child.kill('SIGINT');
    expect(await ended, output()).toBe(130);
    expect(output()).toContain('Stopped, as you asked');
    expect(output()).not.toContain('$ homeauth add-app');
    expect(await readdir(temporary)).toEqual([]);
  });

  test('a step that fails ends it with that step’s exit status and what was said until then', async () => {
    const { temporary, output, ended } = await start('with,comma');
    expect(await ended, output()).toBe(2);
    expect(output()).toContain('$ homeauth init');
    expect(output()).toMatch(/a colon or a\s+comma/);
    expect(output()).toContain('homeauth init ended with exit status 2');
    expect(await readdir(temporary)).toEqual([]);
  });
});

test('its files refuse every writer outside of their directory', async () => {
  const files = demoFiles(scratch);
  await files.write('inside', 'text', 0o600);
  expect(await files.read(join(scratch, 'inside'))).toBe('text');
  for (const path of ['/etc/homeauth/location', '../outside', `${scratch}-beside`]) {
    expect(() => files.write(path, 'text', 0o600)).toThrow('would write to');
    expect(() => files.removeTree(path)).toThrow('would write to');
  }
});

test('a long command line is broken where one would break it', () => {
  expect(typed(['homeauth', 'init', '--yes', '--name', 'Helen K', '--domain', 'home.example.com'], 40)).toEqual([
    "$ homeauth init --yes --name 'Helen K' \\",
    '    --domain home.example.com',
  ]);
});
