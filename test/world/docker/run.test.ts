import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { Secret } from '../../../src/model/secret.ts';
import { connectDocker } from '../../../src/world/docker/connect.ts';
import type { NewContainer } from '../../../src/world/docker/docker.ts';
import { fakeEngine, json } from './fake-engine.ts';

const container: NewContainer = {
  name: 'app',
  revision: 'abc',
  configHash: 'compose-hash',
  environment: { KEY: new Secret('hush'), PLAIN: 'open' },
  definition: {
    project: { name: 'p', directory: '/d', file: '/d/docker-compose.yml' },
    service: 'app',
    image: 'i:1',
    command: ['server'],
    mounts: [{ source: '/d/data', target: '/data' }],
    publish: [{ port: 443, protocol: 'udp' }],
    healthcheck: { test: ['CMD', 'ok'], startPeriod: 20, interval: 5, timeout: 0.5, retries: 12 },
    shmSize: 1024,
    capabilities: ['CHOWN'],
    logging: { driver: 'json-file', options: { 'max-size': '10m' } },
    dependsOn: ['db', 'cache'],
    networks: [
      { name: 'p_back', key: 'back', aliases: ['app.internal'] },
      { name: 'front', key: 'front', aliases: ['app.front'] },
    ],
  },
};

type Body = Record<string, unknown> & { Labels: Record<string, string> };

/** What another container of the name looks like. */
const holder = {
  Name: '/app',
  Path: 'nginx',
  Args: [],
  RestartCount: 0,
  State: { Status: 'running', ExitCode: 0, StartedAt: '2026-01-01T00:00:00Z' },
  Config: { Image: 'nginx:1', Env: null, Labels: { 'com.docker.compose.project': 'other' } },
  Mounts: [],
  NetworkSettings: { Ports: {}, Networks: {} },
};

async function running(refuse: (path: string) => { status: number; message: string } | undefined = () => undefined) {
  const bodies: Body[] = [];
  const engine = await fakeEngine(async (request, response) => {
    const body = await text(request);
    if (body) bodies.push(JSON.parse(body));
    const path = (request.url ?? '').replace(/^\/v1.47|\?.*$/g, '');
    const no = refuse(path);
    if (!no && path === '/containers/app/json') return json(response, holder);
    if (no) json(response, { message: no.message }, no.status);
    else json(response, path.startsWith('/images') ? { Id: 'sha256:image' } : {}, 200);
  });
  const docker = connectDocker({ DOCKER_HOST: engine.host });
  return { engine, bodies, run: () => docker.run(container) };
}

test('makes it on its first network, joins the others, then starts it', async () => {
  const { engine, bodies, run } = await running();
  await run();
  expect(engine.requests).toEqual([
    'GET /v1.47/images/i:1/json?',
    'POST /v1.47/containers/create?name=app',
    'POST /v1.47/networks/front/connect?',
    'POST /v1.47/containers/app/start?',
  ]);
  const [create, connect] = bodies;
  expect(create).toMatchObject({
    Hostname: 'app',
    Image: 'i:1',
    Cmd: ['server'],
    Env: ['KEY=hush', 'PLAIN=open'],
    ExposedPorts: { '443/udp': {} },
    Healthcheck: { Test: ['CMD', 'ok'], StartPeriod: 20e9, Interval: 5e9, Timeout: 5e8, Retries: 12 },
    HostConfig: {
      RestartPolicy: { Name: 'unless-stopped' },
      Mounts: [{ Type: 'bind', Source: '/d/data', Target: '/data', ReadOnly: false }],
      PortBindings: { '443/udp': [{ HostPort: '443' }] },
      ShmSize: 1024,
      CapDrop: ['ALL'],
      CapAdd: ['CHOWN'],
      SecurityOpt: ['no-new-privileges'],
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m' } },
      NetworkMode: 'p_back',
    },
    NetworkingConfig: { EndpointsConfig: { p_back: { Aliases: ['app', 'app.internal'] } } },
  });
  expect(create?.Labels).toEqual({
    'com.docker.compose.project': 'p',
    'com.docker.compose.project.working_dir': '/d',
    'com.docker.compose.project.config_files': '/d/docker-compose.yml',
    'com.docker.compose.service': 'app',
    'com.docker.compose.container-number': '1',
    'com.docker.compose.oneoff': 'False',
    'com.docker.compose.config-hash': 'compose-hash',
    'com.docker.compose.image': 'sha256:image',
    'com.docker.compose.depends_on': 'db:service_healthy:false,cache:service_healthy:false',
    'com.docker.compose.version': '2',
    'homeauth.revision': 'abc',
  });
  expect(connect).toEqual({ Container: 'app', EndpointConfig: { Aliases: ['app', 'app.front'] } });
});

test('no secret stands in an address, which engines log', async () => {
  const { engine, run } = await running();
  await run();
  expect(engine.requests.join()).not.toContain('hush');
});

test.each([
  ['/start', 500, 'port-taken', 'port 443', 'Bind for 0.0.0.0:443 failed: port is already allocated'],
  ['/start', 500, 'port-taken', 'port 80', 'failed to bind host port 0.0.0.0:80/tcp: address already in use'],
  ['/start', 500, 'port-taken', 'port 80', 'listen tcp4 0.0.0.0:80: bind: address already in use'],
  ['/create', 400, 'mount-missing', '/d/data', 'invalid mount config: bind source path does not exist: /d/data'],
  ['/start', 500, 'container-start', 'app', 'open sysctl net.ipv4.ip_unprivileged_port_start file: permission denied'],
  ['/start', 500, 'container-start', 'app', 'something new'],
])('%s answers %i: %s', async (path, status, code, problem, message) => {
  const { run } = await running((at) => (at.endsWith(path) ? { status, message } : undefined));
  await expect(run()).rejects.toMatchObject({ code, problem: expect.stringContaining(problem), exit: 5 });
});

test('the LXC trouble is told with its cure', async () => {
  const message = 'open sysctl net.ipv4.ip_unprivileged_port_start file: reopen fd 8: permission denied';
  const { run } = await running((at) => (at.endsWith('/start') ? { status: 500, message } : undefined));
  await expect(run()).rejects.toMatchObject({
    why: expect.stringContaining('LXC'),
    fix: expect.stringContaining('1.7.29'),
  });
});

test('a name that is taken, and an image that has gone', async () => {
  const taken = await running((at) => (at.endsWith('/create') ? { status: 409, message: 'Conflict.' } : undefined));
  await expect(taken.run()).rejects.toMatchObject({
    code: 'name-taken',
    why: 'It runs nginx:1, and belongs to the Compose project other.',
  });
  const gone = await running((at) =>
    at.startsWith('/images') ? { status: 404, message: 'No such image' } : undefined,
  );
  await expect(gone.run()).rejects.toMatchObject({ code: 'image-missing' });
  expect(gone.engine.requests).toHaveLength(1);
});
