import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { socketPath } from '../../../src/world/docker/socket-address.ts';
import { temporary } from '../../temporary.ts';

let HOME: string;
beforeEach(async () => {
  HOME = await temporary();
  await mkdir(join(HOME, '.docker'));
});

async function addContext(name: string, host: string): Promise<void> {
  const folder = join(HOME, '.docker/contexts/meta', createHash('sha256').update(name).digest('hex'));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'meta.json'), JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }));
}
const use = (currentContext: string) =>
  writeFile(join(HOME, '.docker/config.json'), JSON.stringify({ currentContext }));

test('DOCKER_HOST, then DOCKER_CONTEXT, then the context in use, then the default', async () => {
  await addContext('a', 'unix:///a.sock');
  await addContext('b', 'unix:///b.sock');
  await use('b');
  expect(await socketPath({ HOME, DOCKER_CONTEXT: 'a', DOCKER_HOST: 'unix:///h.sock' })).toBe('/h.sock');
  expect(await socketPath({ HOME, DOCKER_CONTEXT: 'a' })).toBe('/a.sock');
  expect(await socketPath({ HOME })).toBe('/b.sock');
  expect(await socketPath({ HOME, DOCKER_CONTEXT: 'default' })).toMatch(/docker\.sock$/);
  expect(await socketPath({ HOME: '/nowhere', DOCKER_CONFIG: join(HOME, '.docker') })).toBe('/b.sock');
});

test.each(['tcp://10.0.0.1:2376', 'ssh://nas', 'npipe:////./pipe/docker_engine'])('refuses %s', async (host) => {
  const failure = { code: 'docker-remote', problem: expect.stringContaining('not supported yet') };
  await expect(socketPath({ HOME, DOCKER_HOST: host })).rejects.toMatchObject(failure);
  await addContext('far', host);
  await use('far');
  await expect(socketPath({ HOME })).rejects.toMatchObject({ ...failure, problem: expect.stringContaining('"far"') });
});

test('says that a context is not there', async () => {
  await expect(socketPath({ HOME, DOCKER_CONTEXT: 'gone' })).rejects.toMatchObject({
    code: 'docker-context',
    problem: 'There is no Docker context "gone".',
  });
});
