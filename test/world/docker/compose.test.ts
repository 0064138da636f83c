import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectDocker } from '../../../src/world/docker/connect.ts';
import { temporary } from '../../temporary.ts';

test('containers of one project that are made side by side ask Compose once, later ones again', async () => {
  const directory = await temporary();
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

/** A Compose of which each call is noted with its environment; `script`: what it says. */
async function fakeCompose(script: string) {
  const directory = await temporary();
  const log = join(directory, 'log');
  const program = `#!/bin/sh
echo "$* [\${HOME}\${COMPOSE_FILE}\${MEDIA}] \${DOCKER_HOST}" >>'${log}'
case "$*" in *version*) echo 2.40.3; exit ;; esac
${script}
`;
  await writeFile(join(directory, 'docker'), program);
  await chmod(join(directory, 'docker'), 0o755);
  const docker = connectDocker({
    PATH: `${directory}:/usr/bin:/bin`,
    ...{ HOME: '/root', COMPOSE_FILE: '/x', MEDIA: '/y', DOCKER_HOST: 'unix:///d' },
  });
  const calls = async () => (await readFile(log, 'utf8')).trimEnd().split('\n');
  const files = ['/a.yaml', '/b.yaml'];
  const service = { name: 'web', project: 'p', directory, files, environmentFiles: ['/c.env'] };
  return { docker, calls, service };
}

test("somebody's service: what is not set is told apart from files that cannot be read, and no variable of ours is lent", async () => {
  const { docker, calls, service } = await fakeCompose(`
echo 'time="x" level=warning msg="The \\\\"FOO\\\\" variable is not set. Defaulting to a blank string."' >&2
echo "cannot expand '~', because the environment lacks HOME" >&2
echo '{"services":{"web":{"environment":{"A":"b","C":null},"volumes":[{"type":"volume","target":"/data"}]}}}'`);
  expect(await docker.composeConfig(service)).toEqual({
    is: 'read',
    unset: ['FOO', 'HOME'],
    service: { scale: 1, environment: { A: 'b', C: null }, mounts: [{ target: '/data' }] },
  });
  expect((await calls()).at(-1)).toBe(
    `compose --ansi never --project-name p --project-directory ${service.directory} --profile * --file /a.yaml --file /b.yaml --env-file /c.env config --format json [] unix:///d`,
  );
  const failing = await fakeCompose('echo "required variable BAR is missing a value: say it" >&2; exit 1');
  expect(await failing.docker.composeConfig(failing.service)).toMatchObject({ is: 'read', unset: ['BAR'] });
  const broken = await fakeCompose('echo "a secret" >&2; exit 1');
  expect(await broken.docker.composeConfig(broken.service)).toEqual({ is: 'unreadable' });
  const none = connectDocker({ PATH: '/nowhere' });
  expect(await none.composeConfig(service)).toEqual({ is: 'no-compose' });
});

test("somebody's service: its image, its number, and what is mounted, by the names that Docker knows", async () => {
  const web = {
    image: 'feeds:1',
    deploy: { replicas: 2 },
    volumes: [
      { type: 'volume', source: 'data', target: '/data' },
      { type: 'bind', source: '/srv/media', target: '/media' },
      { type: 'volume', target: '/anonymous' },
    ],
    secrets: [{ source: 'key' }, { source: 'word', target: '/run/secrets/word' }],
    configs: [{ source: 'rules', target: '/etc/rules' }],
    volumes_from: ['other'],
  };
  const all = {
    services: { web },
    volumes: { data: { name: 'reader_data' } },
    secrets: { key: { file: '/srv/key' }, word: { environment: 'WORD' } },
    configs: { rules: { content: 'x' } },
  };
  const says = (variables: string) =>
    fakeCompose(`case "$*" in *--environment*) echo '${variables}' ;; *) echo '${JSON.stringify(all)}' ;; esac`);
  const { docker, service } = await says('WORD=hush');
  expect(await docker.composeConfig(service)).toEqual({
    is: 'read',
    unset: [],
    service: {
      ...{ image: 'feeds:1', scale: 2, environment: {} },
      mounts: [
        { source: 'reader_data', target: '/data' },
        { source: '/srv/media', target: '/media' },
        { target: '/anonymous' },
        { source: '/srv/key', target: '/run/secrets/key' },
        { target: '/run/secrets/word' },
        { target: '/etc/rules' },
      ],
      mountsOfOthers: true,
    },
  });
  // Compose would say so when the former container is gone.
  const without = await says('WORDS=other');
  expect(await without.docker.composeConfig(without.service)).toMatchObject({ unset: ['WORD'] });
});

test("somebody's service is made anew alone, and what Compose says last comes back where it fails", async () => {
  const { docker, calls, service } = await fakeCompose('echo fine >&2');
  expect(await docker.composeUp(service)).toBeUndefined();
  expect((await calls()).at(-1)).toContain(
    ' up --detach --no-deps --remove-orphans=false --pull missing --quiet-pull web [] ',
  );
  const failing = await fakeCompose('seq 8 >&2; exit 1');
  expect(await failing.docker.composeUp(failing.service)).toEqual(['4', '5', '6', '7', '8']);
});
