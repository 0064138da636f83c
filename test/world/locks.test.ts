import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { fileLocks } from '../../src/world/locks.ts';
import { compiled } from '../program.ts';
import { temporary } from '../temporary.ts';

const name = '/srv/docker/authentik';
const holder = { pid: process.pid, command: 'user add', since: '2026-11-24T20:00:00.000Z' };
let base: string;
let place: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'homeauth-locks-'));
  place = join(base, 'locks');
});
afterEach(() => rmSync(base, { recursive: true }));

const program = async (script: string): Promise<string> =>
  compiled(`import { fileLocks } from './src/world/locks.ts';\n${script}`, await temporary());
const started = async (script: string, options: { uid?: number } = {}): Promise<ChildProcess> =>
  spawn(process.execPath, [await program(script), place, base], { stdio: ['ignore', 'pipe', 'inherit'], ...options });
const keep = `const lock = await fileLocks(process.argv[2]).take(${JSON.stringify(name)}, { pid: process.pid, command: 'init', since: '2026-11-24T20:00:00Z' });
  setInterval(() => {}, 1000);
  process.stdout.write('release' in lock ? 'held' : 'refused');`;
const said = async (child: ChildProcess): Promise<string> => String((await once(child.stdout!, 'data'))[0]);

test('who holds it is told, and a holder that was killed holds nothing', async () => {
  const locks = fileLocks(place);
  const child = await started(keep);
  expect(await said(child)).toBe('held');
  expect(await locks.take(name, holder)).toEqual({
    heldBy: { pid: child.pid, command: 'init', since: '2026-11-24T20:00:00Z' },
  });
  child.kill('SIGKILL');
  await once(child, 'exit');
  const taken = await locks.take(name, holder);
  expect(taken).toHaveProperty('release');
  expect(await locks.take(name, holder)).toEqual({ heldBy: holder });
  if ('release' in taken) await taken.release();
  const again = await locks.take(name, holder);
  expect(again).toHaveProperty('release');
  if ('release' in again) await again.release();
});

test('a program that was started meanwhile does not hold on to it', async () => {
  const locks = fileLocks(place);
  const taken = await locks.take(name, holder);
  const sleeper = spawn('sleep', ['60']);
  if ('release' in taken) await taken.release();
  const again = await locks.take(name, holder);
  sleeper.kill();
  expect(again).toHaveProperty('release');
  if ('release' in again) await again.release();
});

test('of many who want it at once one has it', async () => {
  const locks = fileLocks(place);
  const all = await Promise.all(Array.from({ length: 20 }, () => locks.take(name, holder)));
  const taken = all.flatMap((one) => ('release' in one ? [one] : []));
  expect(taken).toHaveLength(1);
  await taken[0]?.release();
});

test('eight processes are never in at once, also while some of them are killed', async () => {
  const log = join(base, 'log');
  writeFileSync(log, '');
  const script = `import { appendFileSync } from 'node:fs';
    const [, , place, base] = process.argv;
    for (let n = 0; n < 5; ) {
      const lock = await fileLocks(place).take('x', { pid: process.pid, command: 'apply', since: new Date().toISOString() });
      if (!('release' in lock)) { await new Promise((done) => setTimeout(done, 5)); continue; }
      appendFileSync(base + '/log', 'in ' + process.pid + '\\n');
      await new Promise((done) => setTimeout(done, 2));
      if (n === 2 && process.env.DIES) process.kill(process.pid, 'SIGKILL');
      appendFileSync(base + '/log', 'out ' + process.pid + '\\n');
      await lock.release();
      n += 1;
    }`;
  const path = await program(script);
  const children = Array.from({ length: 8 }, (_, n) =>
    spawn(process.execPath, [path, place, base], {
      stdio: 'inherit',
      env: { ...process.env, ...(n % 3 === 0 && { DIES: '1' }) },
    }),
  );
  const dead = new Set(children.filter((_, n) => n % 3 === 0).map(({ pid }) => String(pid)));
  await Promise.all(children.map((child) => once(child, 'exit')));
  const lines = (await readFile(log, 'utf8')).trim().split('\n');
  expect(lines.filter((line) => line.startsWith('in '))).toHaveLength(5 * 5 + 3 * 3);
  lines.forEach((line, n) => {
    const [what, pid = ''] = line.split(' ');
    const before = lines[n - 1]?.split(' ') ?? ['out', ''];
    if (what === 'out') expect(before).toEqual(['in', pid]);
    else expect(before[0] === 'out' || dead.has(before[1] ?? '')).toBe(true);
  });
});

test('nobody takes it by a name in the kernel that everybody may use', async () => {
  const squatter = createServer((socket) => socket.write('x'));
  await new Promise<void>((done) => squatter.listen(`\0homeauth/${name}`, done));
  const taken = await fileLocks(place).take(name, holder);
  squatter.close();
  expect(taken).toHaveProperty('release');
  if ('release' in taken) await taken.release();
});

describe('what stands in the file of a lock that is held', () => {
  const good = { pid: process.pid, command: 'apply', since: '2026-11-24T20:00:00Z' };
  test.each([
    ['nothing', ''],
    ['no JSON', 'x'],
    ['null', 'null'],
    ['a flood', JSON.stringify({ ...good, more: 'x'.repeat(1 << 20) })],
    ['a long command', JSON.stringify({ ...good, command: 'a'.repeat(200) })],
    ['escapes', JSON.stringify({ ...good, command: '\x1b[2Japply' })],
    ['escapes in the time', JSON.stringify({ ...good, since: '\x1b[2J' })],
    ['a process that is no number', JSON.stringify({ ...good, pid: '1' })],
    ['a process that is gone', JSON.stringify({ ...good, pid: 2 ** 22 + 1 })],
    ['a whole group of processes', JSON.stringify({ ...good, pid: -1 })],
  ])('%s: somebody has it', async (_, text) => {
    const locks = fileLocks(place);
    const taken = await locks.take(name, holder);
    const [file = ''] = readdirSync(place);
    writeFileSync(join(place, file), text);
    const other = await locks.take(name, holder);
    if ('release' in taken) await taken.release();
    expect(other).toEqual({ heldBy: undefined });
  });
});

describe.runIf(process.getuid!() === 0)('somebody else', () => {
  test('cannot even open it', async () => {
    const taken = await fileLocks(place).take(name, holder);
    chmodSync(base, 0o755);
    const [file = ''] = readdirSync(place);
    const other = spawn('flock', ['-n', join(place, file), 'true'], { uid: 65534 });
    const [code] = await once(other, 'exit');
    if ('release' in taken) await taken.release();
    expect(code).not.toBe(0);
  });

  test('who owns the place, or may write in it, is not believed', async () => {
    mkdirSync(place);
    chownSync(place, 65534, 65534);
    await expect(fileLocks(place).take(name, holder)).rejects.toMatchObject({
      code: 'untrusted-path',
      fix: [`chown root ${place}`, 'Then run the command again.'],
    });
    chownSync(place, 0, 0);
    chmodSync(place, 0o777);
    await expect(fileLocks(place).take(name, holder)).rejects.toMatchObject({ code: 'untrusted-path' });
  });

  test('has locks of their own', async () => {
    chownSync(base, 65534, 65534);
    const child = await started(keep, { uid: 65534 });
    expect(await said(child)).toBe('held');
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
});

test('without the program flock it says so', async () => {
  vi.stubEnv('PATH', base);
  onTestFinished(() => void vi.unstubAllEnvs());
  const failed = fileLocks(place).take(name, holder);
  await expect(failed).rejects.toMatchObject({ code: 'lock-unavailable' });
});
