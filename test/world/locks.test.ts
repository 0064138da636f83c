import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { socketLocks } from '../../src/world/locks.ts';

const name = `/test/${process.pid}`;
const holder = { pid: process.pid, command: 'apply', since: '2026-11-24T20:00:00Z' };
const adapter = JSON.stringify(join(process.cwd(), 'src/world/locks.ts'));

test('who holds it is told, and a holder that was killed holds nothing', async () => {
  const script = `import { socketLocks } from ${adapter};
    await socketLocks.take(process.argv[1], { pid: process.pid, command: 'init', since: 'now' });
    setInterval(() => {}, 1000);
    process.stdout.write('held');`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script, name]);
  await once(child.stdout, 'data');
  expect(await socketLocks.take(name, holder)).toEqual({ heldBy: { pid: child.pid, command: 'init', since: 'now' } });
  child.kill('SIGKILL');
  await once(child, 'exit');
  const taken = await socketLocks.take(name, holder);
  expect(taken).toHaveProperty('release');
  expect(await socketLocks.take(name, holder)).toEqual({ heldBy: holder });
  if ('release' in taken) await taken.release();
}, 60_000);

test('of many who want it at once one has it', async () => {
  const all = await Promise.all(Array.from({ length: 20 }, () => socketLocks.take(`${name}/many`, holder)));
  const taken = all.flatMap((one) => ('release' in one ? [one] : []));
  expect(taken).toHaveLength(1);
  await taken[0]?.release();
});
