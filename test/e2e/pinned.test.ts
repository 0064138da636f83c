import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { imageKind } from '../../src/kinds/image.ts';
import type { ContainerDefinition } from '../../src/model/container.ts';
import { pinnedName } from '../../src/model/image-name.ts';
import { connectDocker } from '../../src/world/docker/connect.ts';
import type { Docker } from '../../src/world/docker/docker.ts';
import type { World } from '../../src/world/world.ts';
import { type Engine, freshEngine } from '../machine/engine.ts';

const sha256 = (bytes: string | Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** A registry on the loopback, which Docker asks without TLS. `tags` says what each tag stands for now. */
interface Registry {
  readonly server: Server;
  readonly tags: Map<string, string>;
  /** @returns its digest */
  publish(image: { readonly layer: Buffer; readonly config: object }): string;
}

function registry(): Registry {
  const blobs = new Map<string, string | Buffer>();
  const tags = new Map<string, string>();
  const put = (bytes: string | Buffer) => {
    blobs.set(sha256(bytes), bytes);
    return { digest: sha256(bytes), size: bytes.length };
  };
  const type = 'application/vnd.docker.distribution.manifest.v2+json';
  const server = createServer(({ url = '', method }, response) => {
    const [, isManifest, name = ''] = /\/(manifests|blobs)\/(.+)$/.exec(url) ?? [];
    const digest = tags.get(name) ?? name;
    const bytes = blobs.get(digest);
    if (url !== '/v2/' && bytes === undefined) return response.writeHead(404).end('{}');
    const contentType = isManifest === 'manifests' ? type : 'application/octet-stream';
    response.writeHead(200, {
      'content-type': contentType,
      'docker-content-digest': digest,
      'content-length': bytes?.length ?? 0,
    });
    return response.end(method === 'HEAD' ? undefined : bytes);
  });
  return {
    server,
    tags,
    publish({ layer, config }) {
      const blob = { mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', ...put(gzipSync(layer)) };
      const about = { mediaType: 'application/vnd.docker.container.image.v1+json', ...put(JSON.stringify(config)) };
      return put(JSON.stringify({ schemaVersion: 2, mediaType: type, config: about, layers: [blob] })).digest;
    },
  };
}

let engine: Engine;
let docker: Docker;
let directory: string;
const store = registry();

beforeAll(async () => {
  engine = await freshEngine();
  docker = connectDocker({ ...process.env, DOCKER_HOST: engine.host });
  directory = await mkdtemp(join(tmpdir(), 'pin-'));
  await new Promise<void>((done) => store.server.listen(0, '127.0.0.1', done));
});
afterAll(async () => {
  await engine.remove({ prefix: 'pin' });
  await rm(directory, { recursive: true, force: true });
  store.server.close();
});

async function release(version: string): Promise<string> {
  await writeFile(join(directory, 'version'), version);
  const { stdout } = await execa('tar', ['-C', directory, '-cf', '-', 'version'], { encoding: 'buffer' });
  const layer = Buffer.from(stdout);
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const rootfs = { type: 'layers', diff_ids: [sha256(layer)] };
  return store.publish({ layer, config: { architecture, os: 'linux', config: { Cmd: ['/version'] }, rootfs } });
}

test('an image is the one that was noted: for a look, a fetch, a container and Compose, wherever its tag goes', async () => {
  const world = { docker } as World;
  const reference = `127.0.0.1:${(store.server.address() as AddressInfo).port}/pin/app:1`;
  const [digest, other] = [await release('one'), await release('two')];
  store.tags.set('1', digest);
  await docker.pull(reference);
  const want = { reference, digest };
  expect(await imageKind.observe(reference, world)).toEqual({ is: 'present', spec: want });
  const noted = await docker.image(reference);

  store.tags.set('1', other);
  expect(await docker.inRegistry(reference)).toBe(other);
  expect((await docker.image(reference))?.id).toBe(noted?.id);
  await docker.pull(reference);
  expect((await docker.image(reference))?.id).not.toBe(noted?.id);
  expect(await imageKind.observe(reference, world, want)).toEqual({ is: 'present', spec: want });

  const definition: ContainerDefinition = {
    project: { name: 'pin', directory, file: join(directory, 'docker-compose.yml') },
    service: 'pin-app',
    image: reference,
    digest,
    mounts: [],
    networks: [{ name: 'bridge', key: 'bridge' }],
  };
  // There is no program in it: it is made, and does not start.
  await docker.run({ name: 'pin-app', definition, environment: {}, revision: 'one' }).catch(() => undefined);
  expect(await docker.container('pin-app')).toMatchObject({ image: pinnedName(definition), imageId: noted?.id });
  await docker.remove('pin-app');

  await engine.docker(['image', 'rm', '--force', noted?.id ?? '']);
  expect(await imageKind.observe(reference, world, want)).toEqual({ is: 'absent' });
  await imageKind.apply?.(reference, want, world, undefined);
  expect(await imageKind.observe(reference, world, want)).toEqual({ is: 'present', spec: want });

  await writeFile(
    join(directory, 'docker-compose.yml'),
    `services:\n  pin-app:\n    container_name: pin-app\n    image: ${pinnedName(definition)}\n`,
  );
  await engine.compose(['create', '--pull', 'never'], { cwd: directory });
  expect(await docker.container('pin-app')).toMatchObject({ image: pinnedName(definition), imageId: noted?.id });
});
