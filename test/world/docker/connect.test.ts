import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Uncertain } from '../../../src/model/failure.ts';
import { connectDocker } from '../../../src/world/docker/connect.ts';
import { temporary } from '../../temporary.ts';
import { fakeEngine, json } from './fake-engine.ts';

const network = {
  Name: 'n',
  Driver: 'bridge',
  Labels: {},
  IPAM: { Config: [{ Subnet: '172.18.0.0/16', Gateway: '172.18.0.1/16' }, {}] },
};
const found = { project: '', network: '', driver: 'bridge', subnets: ['172.18.0.0/16'], gateways: ['172.18.0.1'] };

test('speaks the newest API that both know', async () => {
  for (const [ApiVersion, path] of [
    ['1.41', 'v1.41'],
    ['1.51', 'v1.47'],
  ] as const) {
    const engine = await fakeEngine((_, response) => json(response, network), { Version: 'x', ApiVersion });
    await connectDocker({ DOCKER_HOST: engine.host }).network('n');
    expect(engine.requests).toEqual([`GET /${path}/networks/n?`]);
  }
});

test('refuses an engine that is too old', async () => {
  const engine = await fakeEngine((_, response) => json(response, {}), { Version: '19.03.1', ApiVersion: '1.40' });
  await expect(connectDocker({ DOCKER_HOST: engine.host }).containers()).rejects.toMatchObject({
    code: 'docker-too-old',
    problem: expect.stringContaining('19.03.1'),
  });
});

test('DOCKER_HOST of the process does not redirect it', async () => {
  const engine = await fakeEngine((_, response) => json(response, network));
  vi.stubEnv('DOCKER_HOST', 'tcp://127.0.0.1:1');
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(await connectDocker({ DOCKER_HOST: engine.host }).network('n')).toEqual(found);
});

test.each([
  ['docker', { Version: '28', ApiVersion: '1.51' }, []],
  ['rootless', { Version: '28', ApiVersion: '1.51' }, ['name=seccomp', 'name=rootless']],
  ['podman', { Version: '5', ApiVersion: '1.41', Components: [{ Name: 'Podman Engine' }] }, ['name=rootless']],
])('recognises %s', async (flavour, version, SecurityOptions) => {
  const engine = await fakeEngine((_, response) => json(response, { SecurityOptions }), version);
  expect(await connectDocker({ DOCKER_HOST: engine.host }).engine()).toMatchObject({
    flavour,
    version: version.Version,
  });
});

test('a look survives an engine that breaks off, in the headers and in the middle of an answer', async () => {
  let n = 0;
  const engine = await fakeEngine((request, response) => {
    n += 1;
    if (n === 1) return void request.socket.destroy();
    if (n === 2) {
      response.writeHead(200, { 'content-length': 1000 }).write('{"Name":');
      return void setTimeout(() => request.socket.destroy(), 20);
    }
    json(response, network);
  });
  expect(await connectDocker({ DOCKER_HOST: engine.host }).network('n')).toEqual(found);
  expect(engine.requests).toHaveLength(3);
});

test('a change whose answer is lost is uncertain, and is not sent again', async () => {
  const engine = await fakeEngine((request) => void request.socket.destroy());
  await expect(connectDocker({ DOCKER_HOST: engine.host }).start('x')).rejects.toBeInstanceOf(Uncertain);
  expect(engine.requests).toEqual(['POST /v1.47/containers/x/start?']);
});

test('tells what Docker said when it refuses', async () => {
  const engine = await fakeEngine((_, response) => json(response, { message: 'no way' }, 500));
  await expect(connectDocker({ DOCKER_HOST: engine.host }).containers()).rejects.toMatchObject({
    code: 'docker-refused',
    details: 'no way',
  });
});

test('says at once that nobody is there, and tries anew on the next call', async () => {
  const directory = await temporary();
  const socket = join(directory, 'docker.sock');
  const docker = connectDocker({ DOCKER_HOST: `unix://${socket}` });
  const began = performance.now();
  await expect(docker.network('n')).rejects.toMatchObject({
    code: 'docker-unreachable',
    problem: `Docker does not answer: there is no ${socket}.`,
    fix: expect.stringContaining('systemctl enable --now docker'),
  });
  expect(performance.now() - began).toBeLessThan(2000);

  const engine = await fakeEngine((_, response) => json(response, network));
  await symlink(engine.socket, socket);
  expect(await docker.network('n')).toEqual(found);
});
