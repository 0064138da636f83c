import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { loginFor } from '../../../src/world/docker/credentials.ts';
import { temporary } from '../../temporary.ts';

let env: { DOCKER_CONFIG: string; PATH: string };
beforeEach(async () => {
  const directory = await temporary();
  await mkdir(join(directory, 'bin'));
  env = { DOCKER_CONFIG: directory, PATH: `${join(directory, 'bin')}:/usr/bin:/bin` };
});

const configure = (config: object) => writeFile(join(env.DOCKER_CONFIG, 'config.json'), JSON.stringify(config));

/** A helper that knows one registry's login, and fails for all others as the real ones do. */
async function helper(name: string, registry: string, answer: object): Promise<void> {
  const path = join(env.DOCKER_CONFIG, `bin/docker-credential-${name}`);
  const script = `#!/bin/sh\n[ "$1 $(cat)" = 'get ${registry}' ] || exit 1\necho '${JSON.stringify(answer)}'\n`;
  await writeFile(path, script);
  await chmod(path, 0o755);
}

const auth = Buffer.from('helen:a:b').toString('base64');
const login = { username: 'helen', password: 'a:b' };
const hub = 'https://index.docker.io/v1/';

test('without a login there is none', async () => {
  expect(await loginFor('postgres:16-alpine', env)).toBeUndefined();
  await configure({ auths: { 'ghcr.io': { auth } } });
  expect(await loginFor('postgres:16-alpine', env)).toBeUndefined();
});

test.each([
  ['postgres:16-alpine', hub],
  ['traefik/whoami', hub],
  ['docker.io/library/postgres', hub],
  ['ghcr.io/goauthentik/server:2026.8.6', 'ghcr.io'],
  ['localhost:5000/x', 'localhost:5000'],
])('the login of %s is kept under %s', async (reference, key) => {
  await configure({ auths: { other: { auth: 'eDp5' }, [key]: { auth } } });
  expect(await loginFor(reference, env)).toEqual({ ...login, serveraddress: key });
});

test('one kept under an address is found', async () => {
  await configure({ auths: { 'https://ghcr.io/v2/': { identitytoken: 't' } } });
  expect(await loginFor('ghcr.io/a/b', env)).toEqual({ identitytoken: 't', serveraddress: 'ghcr.io' });
});

test('a helper of the registry beats the general one, and both beat the file', async () => {
  await helper('one', 'ghcr.io', { ServerURL: 'ghcr.io', Username: 'one', Secret: '1' });
  await helper('all', hub, { Username: '<token>', Secret: 'token' });
  await configure({
    credsStore: 'all',
    credHelpers: { 'ghcr.io': 'one' },
    auths: { 'quay.io': { auth }, [hub]: { auth } },
  });
  expect(await loginFor('ghcr.io/a/b', env)).toEqual({ username: 'one', password: '1', serveraddress: 'ghcr.io' });
  expect(await loginFor('postgres', env)).toEqual({ identitytoken: 'token', serveraddress: hub });
  expect(await loginFor('quay.io/a/b', env)).toEqual({ ...login, serveraddress: 'quay.io' });
});

test('a helper that is not installed is no obstacle', async () => {
  await configure({ credsStore: 'desktop' });
  expect(await loginFor('postgres', env)).toBeUndefined();
});
