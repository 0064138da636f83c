import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { connectDocker } from '../../../src/world/docker/connect.ts';

test('containers of one project that are made side by side ask Compose once, later ones again', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'compose-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const log = join(directory, 'log');
  const program = `#!/bin/sh
echo "$*" >>'${log}'
case "$*" in *--hash*) echo 'server 1'; echo 'worker 2' ;; *) echo '{"name":"authentik"}' ;; esac
`;
  await writeFile(join(directory, 'docker'), program);
  await chmod(join(directory, 'docker'), 0o755);
  const docker = connectDocker({ PATH: `${directory}:/usr/bin:/bin` });
  const file = join(directory, 'docker-compose.yml');
  const hashes = { server: '1', worker: '2' };
  const calls = async () => (await readFile(log, 'utf8')).trimEnd().split('\n').length;

  expect(await Promise.all([docker.composeHashes(file), docker.composeHashes(file)])).toEqual([hashes, hashes]);
  expect(await calls()).toBe(2);
  expect(await docker.composeHashes(file)).toEqual(hashes);
  expect(await calls()).toBe(4);
});
