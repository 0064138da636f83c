import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { composeServiceKind as kind } from '../../src/kinds/compose-service.ts';
import type {
  ComposeDefinition,
  ComposeRead,
  ComposeService,
  ComposeServiceSpec,
} from '../../src/model/compose-service.ts';
import { composeLabel, revisionVariable } from '../../src/model/label.ts';
import { Secret } from '../../src/model/secret.ts';
import type { ContainerDetails } from '../../src/world/docker/docker.ts';
import type { World } from '../../src/world/world.ts';

const key = '/opt/feeds:web';
const want: ComposeServiceSpec = {
  service: 'web',
  override: '/opt/feeds/compose.override.yaml',
  envFile: '/srv/feeds.env',
  environment: { MODE: 'sso', SECRET: new Secret('hush'), [revisionVariable]: new Secret('r1') },
  mounts: [{ source: '/srv/authorities.pem', target: '/etc/pem' }],
  begun: '/begun',
};
const made = { MODE: 'sso', SECRET: 'hush', [revisionVariable]: 'r1' };

interface Box {
  readonly name: string;
  readonly state: 'running' | 'exited' | 'restarting';
  readonly environment: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly image?: string;
  readonly imageId?: string;
  readonly mounts?: ContainerDetails['mounts'];
}
const box = (more: Partial<Box> = {}): Box => ({
  name: 'feeds-web-1',
  state: 'running',
  environment: {},
  labels: {
    [composeLabel.project]: 'reader',
    [composeLabel.directory]: '/opt/feeds',
    [composeLabel.file]: '/opt/feeds/compose.yaml',
    [composeLabel.service]: 'web',
  },
  ...more,
});

const reads = (
  environment: ComposeDefinition['environment'],
  { unset = [], ...more }: Partial<ComposeDefinition> & { unset?: readonly string[] } = {},
): ComposeRead => {
  const service = {
    image: 'feeds:1',
    scale: 1,
    environment,
    mounts: [{ source: '/srv/authorities.pem', target: '/etc/pem' }],
  };
  return { is: 'read', unset, service: { ...service, ...more } };
};

let boxes: Box[];
let read: ComposeRead;
let disk: Map<string, string>;
let ups: ComposeService[];
beforeEach(() => {
  boxes = [box()];
  read = reads(made);
  disk = new Map();
  ups = [];
});

const world = {
  files: {
    read: async (path: string) => disk.get(path),
    stat: async (path: string) => (disk.has(path) ? {} : undefined),
    write: async (path: string, text: string) => void disk.set(path, text),
    remove: async (path: string) => disk.delete(path),
    way: async (path: string) => [{ path: path.replace(/^\/link(?=\/|$)/, '/opt') }],
  },
  docker: {
    containers: async () => boxes.map((one) => ({ ...one, running: one.state === 'running' })),
    container: async (name: string) => {
      const found = boxes.find((one) => one.name === name);
      const state = { state: found?.state, health: 'none', exitCode: 1, restarts: 3, upFor: 60_000 };
      const mounts = [...(found?.environment[revisionVariable] ? want.mounts : []), ...(found?.mounts ?? [])];
      return found && { image: 'feeds:1', imageId: 'sha256:1', ...found, mounts, found: state };
    },
    image: async () => ({ id: 'sha256:1', digests: [] }),
    logs: async () => ['address nope'],
    composeConfig: async () => read,
    composeUp: async (service: ComposeService) => void ups.push(service),
  },
} as unknown as World;

const seen = async () => {
  const found = await kind.observe(key, world, want);
  if (found.is !== 'present') throw new Error(found.is);
  return found.spec;
};
const falls = async () => kind.differs(want, await seen()).map(({ says }) => says);
const apply = async () => kind.apply?.(key, want, world, await seen());
const letGo = async () => {
  const found = await seen();
  return kind.apply?.(key, kind.release?.(want, found, found), world, found);
};

test('what is not in the container is told by name, and no value is kept', async () => {
  expect(await falls()).toEqual(['MODE, SECRET: not in the container yet', '/etc/pem: not mounted yet']);
  expect(JSON.stringify(await seen())).not.toContain('hush');
  boxes = [box({ environment: made })];
  expect(await falls()).toEqual([]);
  // A variable that is gone, and another authority behind the same path.
  boxes = [box({ environment: { ...made, [revisionVariable]: 'r0' } })];
  expect(await falls()).toEqual(['made before its variables or the authority changed']);
  // With the mark of all of it, another value is one that its owner has set.
  boxes = [box({ environment: { ...made, MODE: 'theirs' } })];
  expect(await falls()).toEqual([]);
});

test('the one that runs is meant, and none that another command of Compose has left', async () => {
  const other = box({ name: 'feeds-web-run-1', environment: made });
  const oneOff = { ...other, labels: { ...other.labels, [composeLabel.oneoff]: 'True' } };
  boxes = [oneOff, box({ name: 'old', state: 'exited', environment: made }), box()];
  expect(await falls()).toHaveLength(2);
  boxes = [box({ state: 'restarting' })];
  expect(await falls()).toHaveLength(2);
  boxes = [box({ state: 'exited' })];
  expect(await falls()).toEqual([]);
  boxes = [];
  expect(await falls()).toEqual([]);
  expect(await kind.observe(key, world)).toEqual({ is: 'absent' });
});

test('Compose is told what its labels say, and the override file last', async () => {
  boxes = [box({ labels: { ...box().labels, [composeLabel.environmentFile]: '/opt/feeds/a.env' } })];
  await apply();
  expect(ups).toEqual([
    {
      name: 'web',
      project: 'reader',
      directory: '/opt/feeds',
      files: ['/opt/feeds/compose.yaml', want.override],
      environmentFiles: ['/opt/feeds/a.env'],
    },
  ]);
  expect(disk.has('/begun')).toBe(false);
});

test('what was begun is finished, also where no container is left', async () => {
  disk.set('/begun', JSON.stringify({ name: 'web', project: 'reader', directory: '/opt/feeds', files: ['/a'] }));
  boxes = [];
  expect(await falls()).toEqual(['homeauth began to make it anew, and did not get to the end']);
  await apply();
  expect(ups).toMatchObject([{ project: 'reader', files: ['/a', want.override] }]);
  boxes = [box({ environment: made })];
  expect(await falls()).toEqual([]);
});

test.each<[string, ComposeRead, RegExp]>([
  ['without Compose', { is: 'no-compose' }, /no Compose v2/],
  ['unreadable', { is: 'unreadable' }, /cannot read/],
  ['unset', reads(made, { unset: ['HOME'] }), /no value now: HOME\./],
  ['passed on', reads({ ...made, OWN: null }), /value now: OWN\./],
  ['overruled', reads({ ...made, SECRET: 'x' }), /get: SECRET\./],
  ['not mounted', reads(made, { mounts: [] }), /get: \/etc\/pem\./],
])('nothing is run: %s', async (_, found, problem) => {
  boxes = [box({ environment: { OWN: 'theirs' } })];
  read = found;
  const refused = apply();
  await expect(refused).rejects.toMatchObject({ code: 'compose-up-refused', problem: expect.stringMatching(problem) });
  await expect(refused).rejects.not.toThrow(/hush/);
  expect(ups).toEqual([]);
  expect(disk.has('/begun')).toBe(false);
});

const hex = 'a'.repeat(64);
const data = { source: '/var/lib/docker/volumes/x/_data', volume: 'reader_data', target: '/data', readOnly: false };
const ours = { source: '/srv/authorities.pem', target: '/etc/pem' };
test.each<[string, Partial<Box>, ComposeDefinition['mounts'], RegExp | undefined]>([
  ['the same volume', { mounts: [data] }, [{ source: 'reader_data', target: '/data' }], undefined],
  [
    'the same folder',
    { mounts: [{ source: '/srv/x', target: '/data', readOnly: false }] },
    [{ source: '/srv//x/', target: '/data' }],
    undefined,
  ],
  ['one without a name', { mounts: [{ ...data, volume: hex }] }, [{ target: '/data' }], undefined],
  ['one of its image', { mounts: [{ ...data, volume: hex }] }, [], undefined],
  [
    'one without a name that gets one',
    { mounts: [{ ...data, volume: hex }] },
    [{ source: 'x', target: '/data' }],
    /x at \/data in place of a volume without a name/,
  ],
  ['another volume', { mounts: [data] }, [{ source: 'y', target: '/data' }], /y at \/data in place of reader_data/],
  ['no volume', { mounts: [data] }, [], /nothing at \/data in place of reader_data/],
  ['in memory', { mounts: [{ source: '', target: '/tmp', readOnly: false }] }, [], undefined],
  ['another image', { image: 'feeds:0' }, [], /image feeds:1 in place of feeds:0/],
  ['a newer build', { imageId: 'sha256:0' }, [], /a newer build of the image feeds:1/],
])('its data and its program stay: %s', async (_, now, mounts, problem) => {
  boxes = [box(now)];
  read = reads(made, { mounts: [ours, ...mounts] });
  const refused = apply();
  await (problem
    ? expect(refused).rejects.toMatchObject({ code: 'compose-up-refused', problem: expect.stringMatching(problem) })
    : expect(refused).resolves.toBeUndefined());
  expect(ups).toHaveLength(problem ? 0 : 1);
});

test('what other containers have mounted is theirs to say', async () => {
  boxes = [box({ mounts: [data] })];
  read = reads(made, { mountsOfOthers: true });
  await apply();
  expect(ups).toHaveLength(1);
});

test('another container of the service, or of another project, is not removed, and none made anew in its place', async () => {
  boxes = [box({ name: 'feeds-web-2' }), box()];
  await expect(apply()).rejects.toMatchObject({
    problem: expect.stringMatching(/^2 containers of web run.* say 1\.$/),
  });
  read = reads(made, { scale: 2 });
  await apply();
  boxes = [box({ labels: { ...box().labels, [composeLabel.project]: 'try' } }), box()];
  await expect(apply()).rejects.toMatchObject({ problem: expect.stringContaining('project: try, reader.') });
  boxes = [box({ name: 'old', state: 'exited', labels: { ...box().labels, [composeLabel.project]: 'try' } }), box()];
  await apply();
  expect(ups).toHaveLength(2);
});

test('a file that has no such service is another one', async () => {
  read = { is: 'read', unset: [] };
  await expect(apply()).rejects.toMatchObject({
    problem: '/opt/feeds/compose.yaml, /opt/feeds/compose.override.yaml has no service web.',
  });
});

test('a folder is the same by another name', async () => {
  const files = '/link/feeds/compose.yaml,/link/feeds/compose.override.yaml';
  const labels = { ...box().labels, [composeLabel.directory]: '/link/feeds', [composeLabel.file]: files };
  boxes = [box({ labels })];
  expect(await falls()).toHaveLength(2);
  await apply();
  expect(ups).toMatchObject([{ directory: '/link/feeds', files: ['/link/feeds/compose.yaml', want.override] }]);
});

test('a person is told a command that reaches the same project', async () => {
  const typed = async (labels: Box['labels']) => {
    boxes = [box({ labels: { ...box().labels, ...labels } })];
    read = { is: 'unreadable' };
    return apply().then(
      () => '',
      ({ fix }) => fix[0],
    );
  };
  const { project, directory, file, environmentFile } = composeLabel;
  expect(await typed({ [project]: 'feeds' })).toBe('See what it says:  cd /opt/feeds && docker compose config --quiet');
  // By itself, Compose may read another file there now, and find nothing wrong.
  await expect(apply()).rejects.toMatchObject({ fix: [expect.anything(), expect.stringContaining('another name')] });
  expect(await typed({ [directory]: "/opt/it's", [environmentFile]: '/a b.env' })).toBe(
    String.raw`See what it says:  cd '/opt/it'\''s' && docker compose -p reader -f /opt/feeds/compose.yaml -f /opt/feeds/compose.override.yaml --env-file '/a b.env' config --quiet`,
  );
  expect(await typed({ [project]: 'feeds', [file]: '/opt/feeds/web.yaml' })).toContain(
    'docker compose -f /opt/feeds/web.yaml -f',
  );
});

test('what is missing in its own files is told before anything is changed', async () => {
  await expect(kind.rehearse?.(want, world, new Set())).resolves.toBeUndefined();
  boxes = [box({ environment: { OWN: 'theirs' } })];
  read = reads({ OWN: null }, { unset: ['A'], mounts: [] });
  const problem = expect.stringContaining('no value now: A, OWN.');
  await expect(kind.rehearse?.(want, world, new Set())).rejects.toMatchObject({ code: 'compose-up-refused', problem });
});

test('a variable that it takes from a shell, and never had, is none that is lost', async () => {
  read = reads({ ...made, OWN: null });
  await apply();
  expect(ups).toHaveLength(1);
});

test('let go of, it is made anew without the file; not where that is still there, and not where it has nothing of ours', async () => {
  const keeps = async () => kind.keeps?.(want, await seen(), world);
  expect(await keeps()).toBeUndefined();
  await letGo();
  expect(ups).toEqual([]);

  const files = `/opt/feeds/compose.yaml,${want.override}`;
  boxes = [box({ environment: made, labels: { ...box().labels, [composeLabel.file]: files } })];
  expect(await keeps()).toBeUndefined();
  await letGo();
  expect(ups).toMatchObject([{ files: ['/opt/feeds/compose.yaml'] }]);

  boxes = [box({ environment: made, state: 'exited' })];
  expect(await keeps()).toMatchObject({ code: 'left', of: want.override });
  await letGo();

  boxes = [box({ environment: made })];
  disk.set(want.override, 'theirs');
  expect(await keeps()).toMatchObject({ code: 'left', of: want.override });
  await letGo();
  disk.delete(want.override);
  read = { is: 'unreadable' };
  expect(await keeps()).toMatchObject({ code: 'left', of: want.override });
  await letGo();
  expect(ups).toHaveLength(1);
});

test('one that ends at once is told with its last words, and is begun anew the next time', async () => {
  let state: Box['state'] = 'exited';
  const { composeUp } = world.docker;
  onTestFinished(() => {
    world.docker.composeUp = composeUp;
  });
  world.docker.composeUp = async () => {
    boxes = [box({ environment: made, state })];
    return undefined;
  };
  const failed = apply();
  await expect(failed).rejects.toMatchObject({ code: 'compose-up-failed', details: expect.stringContaining('nope') });
  expect(await falls()).toEqual(['homeauth began to make it anew, and did not get to the end']);
  state = 'running';
  await apply();
  expect(await falls()).toEqual([]);
});

test('it is waited for until it runs and is well, or never will', async () => {
  boxes = [box({ environment: made })];
  expect(kind.ready?.(await seen())).toBeUndefined();
  boxes = [box({ environment: made, state: 'restarting' })];
  expect(kind.ready?.(await seen())).toMatchObject({ because: { code: 'dead' }, isLost: true });
});
