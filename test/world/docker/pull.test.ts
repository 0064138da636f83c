import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Uncertain } from '../../../src/model/failure.ts';
import { connectDocker } from '../../../src/world/docker/connect.ts';
import type { PullProgress } from '../../../src/world/docker/docker.ts';
import { temporary } from '../../temporary.ts';
import { fakeEngine, json } from './fake-engine.ts';

/** An engine that answers a pull with these lines, and has the image afterwards or not. */
const pulling = (lines: readonly object[], arrives = true) =>
  fakeEngine((request, response) => {
    if (request.method === 'POST') response.end(lines.map((line) => `${JSON.stringify(line)}\r\n`).join(''));
    else json(response, { Id: 'sha256:1' }, arrives ? 200 : 404);
  });

const nowhere = { HOME: '/nowhere' };

test('adds up the bytes of all layers', async () => {
  const seen: PullProgress[] = [];
  const engine = await pulling([
    { status: 'Pulling from library/x', id: '1' },
    { status: 'Already exists', id: 'a' },
    { status: 'Downloading', id: 'b', progressDetail: { current: 10, total: 100 } },
    { status: 'Downloading', id: 'c', progressDetail: { current: 5, total: 50 } },
    { status: 'Download complete', id: 'b' },
    { status: 'Extracting', id: 'b', progressDetail: { current: 1, total: 9 } },
    { status: 'Status: Downloaded newer image' },
  ]);
  const docker = connectDocker({ ...nowhere, DOCKER_HOST: engine.host }, { onPull: (p) => seen.push(p) });
  await docker.pull('x');
  expect(seen.map(({ done, total }) => `${done}/${total}`)).toEqual(['10/100', '15/150', '105/150']);
  expect(engine.requests[0]).toBe('POST /v1.47/images/create?fromImage=x:latest');
  expect(engine.headers[0]).not.toHaveProperty('x-registry-auth');
});

test('sends the login of the registry, in a header', async () => {
  const DOCKER_CONFIG = await temporary();
  const auth = Buffer.from('helen:hush').toString('base64');
  await writeFile(join(DOCKER_CONFIG, 'config.json'), JSON.stringify({ auths: { 'ghcr.io': { auth } } }));
  const engine = await pulling([]);
  await connectDocker({ DOCKER_CONFIG, DOCKER_HOST: engine.host }).pull('ghcr.io/a/b@sha256:1');
  const sent = Buffer.from(String(engine.headers[0]?.['x-registry-auth']), 'base64url').toString();
  expect(JSON.parse(sent)).toEqual({ username: 'helen', password: 'hush', serveraddress: 'ghcr.io' });
  expect(engine.requests[0]).toBe('POST /v1.47/images/create?fromImage=ghcr.io/a/b@sha256:1');
});

test.each([
  ['image-not-found', 'manifest unknown'],
  ['image-not-found', 'manifest for postgres:99 not found: manifest unknown: manifest unknown'],
  ['image-not-found', 'no matching manifest for linux/arm/v7 in the manifest list entries'],
  ['registry-denied', "pull access denied for x, repository does not exist or may require 'docker login'"],
  ['registry-denied', 'toomanyrequests: You have reached your pull rate limit.'],
  ['registry-unreachable', 'Get "https://ghcr.io/v2/": dial tcp: lookup ghcr.io: no such host'],
  ['registry-unreachable', 'Get "https://ghcr.io/v2/": net/http: TLS handshake timeout'],
  ['disk-full', 'write /var/lib/docker/tmp/GetImageBlob1: no space left on device'],
  ['pull-failed', 'something new'],
])('%s inside an answer that began with 200: %s', async (code, message) => {
  const engine = await pulling([{ status: 'Pulling' }, { errorDetail: { message }, error: message }]);
  const pull = connectDocker({ ...nowhere, DOCKER_HOST: engine.host }).pull('ghcr.io/a/b:1');
  await expect(pull).rejects.toMatchObject({
    code,
    details: message,
    problem: expect.stringContaining('ghcr.io/a/b:1'),
  });
});

test('the same when it is refused at once', async () => {
  const message = 'Get "https://ghcr.io/v2/": dial tcp: connection refused';
  const engine = await fakeEngine((_, response) => json(response, { message }, 500));
  const pull = connectDocker({ ...nowhere, DOCKER_HOST: engine.host }).pull('ghcr.io/a/b:1');
  await expect(pull).rejects.toMatchObject({ code: 'registry-unreachable', details: message });
});

test('an answer that ends too early is no success', async () => {
  const engine = await pulling([{ status: 'Downloading', id: 'b' }], false);
  const pull = connectDocker({ ...nowhere, DOCKER_HOST: engine.host }).pull('x:1');
  await expect(pull).rejects.toBeInstanceOf(Uncertain);
});

test('what the registry has by a name now is asked with the login, and nothing is fetched', async () => {
  const DOCKER_CONFIG = await temporary();
  const auth = Buffer.from('helen:hush').toString('base64');
  await writeFile(join(DOCKER_CONFIG, 'config.json'), JSON.stringify({ auths: { 'ghcr.io': { auth } } }));
  const engine = await fakeEngine((_, response) => json(response, { Descriptor: { digest: 'sha256:new' } }));
  const docker = connectDocker({ DOCKER_CONFIG, DOCKER_HOST: engine.host });
  expect(await docker.inRegistry('ghcr.io/a/b:1')).toBe('sha256:new');
  expect(engine.requests).toEqual([expect.stringMatching(/^GET .v1.47.distribution.ghcr.io.a.b:1.json\??$/)]);
  const sent = Buffer.from(String(engine.headers.at(-1)?.['x-registry-auth']), 'base64url').toString();
  expect(JSON.parse(sent)).toMatchObject({ username: 'helen', password: 'hush' });
});

test.each([
  ['registry-unreachable', 500, 'Get "https://ghcr.io/v2/": dial tcp: lookup ghcr.io: no such host'],
  ['registry-denied', 401, 'errors: denied: requested access to the resource is denied'],
  ['image-not-found', 404, 'manifest unknown'],
])('a look into the registry that fails is %s, before anything was begun', async (code, status, message) => {
  const engine = await fakeEngine((_, response) => json(response, { message }, status));
  await expect(
    connectDocker({ ...nowhere, DOCKER_HOST: engine.host }).inRegistry('ghcr.io/a/b:1'),
  ).rejects.toMatchObject({
    code,
    exit: 2,
    problem: 'The image ghcr.io/a/b:1 could not be looked up in its registry.',
  });
});
