import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { composeServiceKind as kind } from '../../src/kinds/compose-service.ts';
import type { ComposeRead, ComposeService, ComposeServiceSpec } from '../../src/model/compose-service.ts';
import { composeLabel, revisionVariable } from '../../src/model/label.ts';
import { Secret } from '../../src/model/secret.ts';
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

let boxes: Box[];
let read: ComposeRead;
let disk: Map<string, string>;
let ups: ComposeService[];
beforeEach(() => {
  boxes = [box()];
  read = { is: 'read', unset: [], environment: made, targets: ['/etc/pem'] };
  disk = new Map();
  ups = [];
});

const world = {
  files: {
    read: async (path: string) => disk.get(path),
    stat: async (path: string) => (disk.has(path) ? {} : undefined),
    write: async (path: string, text: string) => void disk.set(path, text),
    remove: async (path: string) => disk.delete(path),
  },
  docker: {
    containers: async () => boxes.map((one) => ({ ...one, running: one.state === 'running' })),
    container: async (name: string) => {
      const found = boxes.find((one) => one.name === name);
      const state = { state: found?.state, health: 'none', exitCode: 1, restarts: 3, upFor: 60_000 };
      const mounts = found?.environment[revisionVariable] ? want.mounts : [];
      return found && { ...found, mounts, found: state };
    },
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
  ['unset', { is: 'read', unset: ['HOME'], environment: made, targets: ['/etc/pem'] }, /no value now: HOME\./],
  [
    'passed on',
    { is: 'read', unset: [], environment: { ...made, OWN: null }, targets: ['/etc/pem'] },
    /value now: OWN\./,
  ],
  [
    'overruled',
    { is: 'read', unset: [], environment: { ...made, SECRET: 'x' }, targets: ['/etc/pem'] },
    /get: SECRET\./,
  ],
  ['not mounted', { is: 'read', unset: [], environment: made, targets: [] }, /get: \/etc\/pem\./],
])('nothing is run: %s', async (_, found, problem) => {
  boxes = [box({ environment: { OWN: 'theirs' } })];
  read = found;
  const refused = apply();
  await expect(refused).rejects.toMatchObject({ code: 'compose-up-refused', problem: expect.stringMatching(problem) });
  await expect(refused).rejects.not.toThrow(/hush/);
  expect(ups).toEqual([]);
  expect(disk.has('/begun')).toBe(false);
});

test('what is missing in its own files is told before anything is changed', async () => {
  await expect(kind.rehearse?.(want, world, new Set())).resolves.toBeUndefined();
  boxes = [box({ environment: { OWN: 'theirs' } })];
  read = { is: 'read', unset: ['A'], environment: { OWN: null }, targets: [] };
  const problem = expect.stringContaining('no value now: A, OWN.');
  await expect(kind.rehearse?.(want, world, new Set())).rejects.toMatchObject({ code: 'compose-up-refused', problem });
});

test('a variable that it takes from a shell, and never had, is none that is lost', async () => {
  read = { is: 'read', unset: [], environment: { ...made, OWN: null }, targets: ['/etc/pem'] };
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
