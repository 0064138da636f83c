import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { nodeFiles } from '../../src/world/files.ts';
import { compiled } from '../program.ts';
import { temporary } from '../temporary.ts';

/** What needs a process of its own: one that is killed, has another user, or no file handle left. */
const files = nodeFiles();
let base: string;
let path: string;
beforeEach(async () => {
  base = await temporary();
  path = join(base, 'file');
});

const node = async (script: string) => {
  const program = await compiled(`import { nodeFiles } from './src/world/files.ts';\n${script}`, await temporary());
  return [process.execPath, program, path];
};

async function outputOf(command: readonly string[]): Promise<string> {
  const child = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (part) => {
    out += part;
  });
  await once(child, 'close');
  return out;
}

test('a killed writer leaves the old or the new file whole, and its leftovers are recognised', async () => {
  const [command, ...args] = await node(`process.stdout.write('go');
    for (let n = 0; ; n++) await nodeFiles().write(process.argv[2], String(n % 10).repeat(200_000), 0o600);`);
  for (let n = 0; n < 4; n++) {
    const child = spawn(command!, args);
    await once(child.stdout, 'data');
    await sleep(30 + 17 * n);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const text = await files.read(path);
    if (text !== undefined) expect(text === text.charAt(0).repeat(200_000) && text !== '').toBe(true);
    for (const name of await readdir(base)) expect(name).toMatch(/^file$|^\.homeauth-[0-9a-f]{16}$/);
  }
});

test.runIf(process.getuid!() === 0)('another user is told that root is needed', async () => {
  await chmod(base, 0o700);
  const script = `process.setuid(65534);
    await nodeFiles().write(process.argv[2], 'x', 0o600).catch((e) => console.log(JSON.stringify([e.code, e.why, e.fix])));`;
  expect(JSON.parse(await outputOf(await node(script)))).toEqual([
    'permission',
    'homeauth runs as user 65534, not as root.',
    'Run the same command as root, with sudo in front of it.',
  ]);
});

test('too many open files, and so no connection either', async () => {
  const script = `import { openSync } from 'node:fs';
    import { openConnection } from './src/world/authentik/connection.ts';
    import { openApi } from './src/world/docker/api.ts';
      import { ownHttp } from './src/world/http.ts';
      import { fileLocks } from './src/world/locks.ts';
    const line = openConnection(async () => ({ host: '127.0.0.1', port: 9 }), 'auth.home.example.com', 1000);
    const docker = openApi('/nowhere/docker.sock', '1.47', { away: 0, look: 1000 });
    const url = 'http://127.0.0.1:9/';
    const fill = () => { try { for (;;) openSync('/dev/null'); } catch {} };
    fill();
    // A handle that Node closes meanwhile, after it has loaded a module, is taken at once: all five are to find none.
    const filling = setInterval(fill, 1);
    const asked = [
      nodeFiles().write(process.argv[2], 'x', 0o600),
      fileLocks(${JSON.stringify(base)}).take('handles', {}),
      line.send({ method: 'GET', path: '/' }),
      docker.look('/info'),
      ownHttp.dial({ url }),
    ];
    for (const { reason } of await Promise.allSettled(asked)) process.stdout.write(reason.code + ' ' + reason.problem + '\\n');
    clearInterval(filling);`;
  const said = await outputOf(['bash', '-c', 'ulimit -n 500; exec "$0" "$@"', ...(await node(script))]);
  expect(
    said
      .trim()
      .replace(/[0-9a-f]{32}/, 'HASH')
      .split('\n'),
  ).toEqual(
    [
      `${path} cannot be written`,
      `${base}/HASH.lock cannot be locked`,
      'authentik cannot be asked',
      'Docker cannot be asked on /nowhere/docker.sock',
      'http://127.0.0.1:9/ cannot be asked',
    ].map((what) => `too-many-files ${what}: too many files are open at once.`),
  );
});
