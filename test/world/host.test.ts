import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, copyFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/world/clock.ts';
import { linuxHost as host } from '../../src/world/host.ts';
import { systemRandom } from '../../src/world/random.ts';
import { temporary } from '../temporary.ts';

test('this machine', async () => {
  expect(host.uid).toBe(process.getuid!());
  expect(host.hostname()).toBe(hostname());
  const { total, available } = host.memory();
  expect(available).toBeGreaterThan(64 * 1024 * 1024);
  expect(total).toBeGreaterThan(available);
  expect((await host.distribution()).id).toMatch(/^[a-z0-9._-]+$/);
  expect((await host.distribution()).name).not.toMatch(/"/);
});

test('addresses are IPv4 and from outside of Docker', async () => {
  for (const { name, address } of await host.addresses()) {
    expect(name).not.toMatch(/^(lo|docker\d|veth)/);
    expect(address).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
  }
});

test('IPv6 is there exactly where the kernel gives an interface an address', async () => {
  let addresses = '';
  try {
    addresses = readFileSync('/proc/net/if_inet6', 'utf8');
  } catch {}
  expect(await host.hasIpv6()).toBe(addresses !== '');
});

test.each(['127.0.0.1', '::'])('who listens on a port of %s', async (address) => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, address, done));
  const { port } = server.address() as AddressInfo;
  const me = readFileSync(`/proc/${process.pid}/comm`, 'utf8').trim();
  expect(await host.listener(port)).toEqual({ process: me, pid: process.pid, addresses: [address] });
  await new Promise((done) => server.close(done));
  expect(await host.listener(port)).toBeUndefined();
});

test('names', async () => {
  expect(await host.resolve('localhost')).toContain('127.0.0.1');
  expect(await host.resolve('nothing.invalid')).toEqual([]);
});

test('random values: letters and digits, the first a letter, all of them in use', () => {
  const values = Array.from({ length: 500 }, () => systemRandom.alphanumeric(64).reveal());
  for (const value of values) expect(value).toMatch(/^[A-Za-z][A-Za-z0-9]{63}$/);
  expect(new Set(values.join('')).size).toBe(62);
  expect(new Set(values).size).toBe(500);
  expect(String(systemRandom.alphanumeric(8))).toBe('••••••••');
});

test('the clock goes on', async () => {
  const before = systemClock.now();
  await systemClock.sleep(20);
  expect(systemClock.now() - before).toBeGreaterThan(15);
  expect(Math.abs(before - Date.now())).toBeLessThan(60_000);
});

test('a program of this server: what it was started with, and once more as its own account', async () => {
  const folder = await temporary();
  const path = join(folder, 'bystander');
  await copyFile('/bin/sleep', path);
  await chmod(path, 0o755);
  await chmod(folder, 0o755);
  const isRoot = process.getuid?.() === 0;
  const environment = { HOME: folder, TOKEN: 'a=b' };
  const running = spawn(path, ['60'], { cwd: folder, env: environment, ...(isRoot && { uid: 65534, gid: 65534 }) });
  try {
    const [found] = await host.programs('bystander');
    expect(found).toMatchObject({ pid: running.pid, path, argv: [path, '60'], workingDirectory: folder, environment });
    expect(found?.uid).toBe(isRoot ? 65534 : process.getuid?.());
    if (isRoot) {
      const whoami = await host.run({ ...found!, path: '/usr/bin/id' }, ['-u'], { cwd: folder });
      expect(whoami).toEqual({ code: 0, stdout: '65534\n', stderr: '' });
    }
    const failed = await host.run({ ...found!, uid: 0 }, ['never'], { cwd: folder });
    expect(failed.code).not.toBe(0);
    await expect(host.run({ ...found!, uid: 0, path: '/nowhere' }, [], { cwd: folder })).rejects.toMatchObject({
      code: 'program-not-run',
    });
  } finally {
    running.kill();
  }
  expect(await host.programs('bystander-of-nobody')).toEqual([]);
});
