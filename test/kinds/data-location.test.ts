import { describe, expect, test } from 'vitest';
import { assertUnlocked, whereIsMyData } from '../../src/kinds/data-location.ts';
import type { Files, Filesystem } from '../../src/world/world.ts';
import type { Dataset, Zfs } from '../../src/world/zfs.ts';

const fs = (realPath: string, target: string, source: string, type = 'zfs'): Filesystem => ({
  realPath,
  type,
  source,
  target,
  free: 1e9,
  readOnly: false,
});
const plain = (name: string, more: Partial<Dataset> = {}): Dataset => ({
  name,
  mountpoint: `/${name}`,
  mounted: true,
  encryption: 'off',
  keystatus: '-',
  encryptionRoot: '-',
  canmount: 'on',
  ...more,
});
const secret = (name: string, more: Partial<Dataset> = {}): Dataset =>
  plain(name, { encryption: 'aes-256-gcm', keystatus: 'available', encryptionRoot: 'rpool/encrypted', ...more });
const shut = (name: string, more: Partial<Dataset> = {}): Dataset =>
  secret(name, { keystatus: 'unavailable', mounted: false, ...more });

const base = '/rpool/encrypted/docker';
const open = [plain('rpool'), secret('rpool/encrypted'), secret('rpool/encrypted/docker')];

/** The failure that must come, or a reason why none came. */
function failure(filesystem: Filesystem, datasets: readonly Dataset[]) {
  const location = whereIsMyData(filesystem, datasets);
  return location.is === 'wrong' ? location.failure : { code: `none: ${JSON.stringify(location)}` };
}

describe('all is well', () => {
  test.each<[string, Filesystem, readonly Dataset[] | undefined, object]>([
    ['ext4, no ZFS', fs(base, '/', '/dev/sda1', 'ext4'), undefined, { is: 'plain' }],
    ['ext4 beside pools', fs('/srv/docker', '/', '/dev/sda1', 'ext4'), open, { is: 'plain' }],
    [
      'its own dataset',
      fs(`${base}/authentik`, base, 'rpool/encrypted/docker'),
      open,
      { is: 'zfs', dataset: 'rpool/encrypted/docker', mountpoint: base, encrypted: true },
    ],
    ['not encrypted', fs('/rpool/x', '/rpool', 'rpool'), open, { is: 'zfs', dataset: 'rpool', encrypted: false }],
    [
      'ZFS that cannot be asked, as inside of LXC',
      fs(base, '/', 'rpool/data/subvol-100-disk-0'),
      undefined,
      { is: 'zfs', dataset: 'rpool/data/subvol-100-disk-0', encrypted: undefined },
    ],
    [
      'another disk mounted further down',
      fs(`${base}/big/x`, `${base}/big`, '/dev/sdb1', 'ext4'),
      open,
      { is: 'plain' },
    ],
    [
      'a bind mount',
      fs('/srv/docker', '/srv/docker', 'rpool/encrypted/docker'),
      [...open, plain('rpool/ROOT', { mountpoint: '/' })],
      { is: 'zfs', dataset: 'rpool/encrypted/docker', encrypted: true },
    ],
    [
      'legacy, mounted by fstab',
      fs('/srv', '/srv', 'rpool/srv'),
      [plain('rpool', { mountpoint: '/' }), plain('rpool/srv', { mountpoint: 'legacy' })],
      { is: 'zfs', dataset: 'rpool/srv' },
    ],
    [
      'two boot environments with the mountpoint /',
      fs('/srv', '/', 'rpool/ROOT/new'),
      [
        plain('rpool/ROOT/old', { mountpoint: '/', mounted: false, canmount: 'noauto' }),
        plain('rpool/ROOT/new', { mountpoint: '/', canmount: 'noauto' }),
      ],
      { is: 'zfs', dataset: 'rpool/ROOT/new' },
    ],
    [
      'a container dataset that is never mounted, in a pool that is not encrypted',
      fs('/var/x', '/', 'rpool/ROOT'),
      [
        plain('rpool/ROOT', { mountpoint: '/' }),
        plain('rpool/var', { mountpoint: '/var', canmount: 'off', mounted: false }),
      ],
      { is: 'zfs', dataset: 'rpool/ROOT' },
    ],
    [
      'a file system that stands where an unmounted dataset would',
      fs('/home/x', '/home', '/dev/sdb1', 'ext4'),
      [plain('tank/home', { mountpoint: '/home', mounted: false, canmount: 'noauto' })],
      { is: 'plain' },
    ],
    [
      'a name that only begins alike',
      fs('/rpool/encrypted2', '/rpool', 'rpool'),
      [plain('rpool'), shut('rpool/encrypted')],
      { is: 'zfs' },
    ],
  ])('%s', (_, filesystem, datasets, location) => {
    expect(whereIsMyData(filesystem, datasets)).toMatchObject(location);
  });
});

test('locked: the key of its encryption root is asked for', () => {
  const datasets = [plain('rpool'), shut('rpool/encrypted'), shut('rpool/encrypted/docker')];
  expect(failure(fs(base, '/rpool', 'rpool'), datasets)).toEqual({
    code: 'dataset-locked',
    problem: 'The dataset rpool/encrypted is locked.',
    why: 'Its folder is there, but it belongs to rpool, which is not encrypted: your secrets would be written in plain text and hidden after the next unlock.',
    fix: 'Unlock it:  zfs load-key rpool/encrypted && zfs mount -a',
  });
});

test('locked: a dataset that is not mounted by "zfs mount -a", on a machine that boots from ext4', () => {
  const datasets = [shut('tank/safe', { mountpoint: '/safe', encryptionRoot: 'tank/safe', canmount: 'noauto' })];
  expect(failure(fs('/safe/docker', '/', '/dev/sda1', 'ext4'), datasets)).toMatchObject({
    code: 'dataset-locked',
    problem: 'The dataset tank/safe is locked.',
    fix: 'Unlock it:  zfs load-key tank/safe && zfs mount tank/safe',
  });
});

test('unlocked and not mounted', () => {
  const docker = secret('rpool/encrypted/docker', { mounted: false });
  expect(failure(fs(base, '/rpool/encrypted', 'rpool/encrypted'), [open[0]!, open[1]!, docker])).toMatchObject({
    code: 'dataset-not-mounted',
    problem: 'The dataset rpool/encrypted/docker is not mounted.',
    fix: 'Mount it:  zfs mount rpool/encrypted/docker',
  });
});

test('unlocked and not mounted, and so is the one above: both, or the outer one would hide the inner one', () => {
  const datasets = open.map((d) => ({ ...d, mounted: d.name === 'rpool' }));
  expect(failure(fs(base, '/rpool', 'rpool'), datasets)).toMatchObject({ fix: 'Mount it:  zfs mount -a' });
});

test.each([
  ['over the dataset', base],
  ['over one above it', '/rpool/encrypted'],
])('hidden by a file system mounted %s', (_, target) => {
  expect(failure(fs(base, target, 'tmpfs', 'tmpfs'), open)).toMatchObject({
    code: 'dataset-hidden',
    problem: `The dataset rpool/encrypted/docker is hidden: tmpfs (tmpfs) is mounted over it, at ${target}.`,
    fix: expect.stringContaining(`umount ${target}`),
  });
});

describe('an encrypted dataset that is never mounted, and the path falls through to one that is not encrypted', () => {
  test.each(['none', 'legacy'])('mountpoint=%s', (mountpoint) => {
    const datasets = [plain('rpool'), secret('rpool/encrypted', { mountpoint, mounted: false })];
    expect(failure(fs('/rpool/encrypted/docker', '/rpool', 'rpool'), datasets)).toMatchObject({
      code: 'dataset-not-mounted',
      problem: `The encrypted dataset rpool/encrypted is never mounted: its mountpoint is ${mountpoint}.`,
      fix: 'Mount it:  zfs set mountpoint=/rpool/encrypted rpool/encrypted && zfs mount -a',
    });
  });

  test('canmount=off', () => {
    const datasets = [plain('rpool'), secret('rpool/encrypted', { canmount: 'off', mounted: false })];
    expect(failure(fs('/rpool/encrypted/docker', '/rpool', 'rpool'), datasets)).toMatchObject({
      problem: 'The encrypted dataset rpool/encrypted is never mounted: its canmount is off.',
      fix: 'Mount it:  zfs set canmount=on rpool/encrypted && zfs mount -a',
    });
  });

  test('nothing is lost where the one that holds the path is encrypted too', () => {
    const datasets = [...open, secret('rpool/encrypted/docker/none', { mountpoint: 'none', mounted: false })];
    expect(whereIsMyData(fs(`${base}/none`, base, 'rpool/encrypted/docker'), datasets)).toMatchObject({ is: 'zfs' });
  });
});

test('assertUnlocked asks the world and throws', async () => {
  const world = (datasets: readonly Dataset[]) => ({
    files: { filesystem: async (path: string) => fs(path, '/rpool', 'rpool') } as unknown as Files,
    zfs: { datasets: async () => datasets } as unknown as Zfs,
  });
  await expect(assertUnlocked(base, world([plain('rpool'), shut('rpool/encrypted')]))).rejects.toMatchObject({
    name: 'Failure',
    code: 'dataset-locked',
  });
  expect(await assertUnlocked('/rpool/x', world(open))).toMatchObject({ is: 'zfs', dataset: 'rpool' });
});
