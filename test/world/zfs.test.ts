import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { zfsCommand } from '../../src/world/zfs.ts';
import { temporary } from '../temporary.ts';

/** A stand-in for the command that prints what a real one printed. The real one: test/zfs/run. */
let folder: string;
beforeEach(async () => {
  folder = await temporary();
});

async function printing(answers: Record<string, { out?: string; err?: string; exit?: number }>) {
  const cases = Object.entries(answers).map(
    ([verb, { out = '', err = '', exit = 0 }]) =>
      `${verb}) printf %s ${quoted(out)}; printf %s ${quoted(err)} >&2; exit ${exit};;`,
  );
  const command = join(folder, 'zfs');
  await writeFile(command, `#!/bin/sh\necho "$LC_ALL $*" >>${folder}/log\ncase $1 in\n${cases.join('\n')}\nesac\n`);
  await chmod(command, 0o755);
  return zfsCommand(command, folder);
}
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

describe('datasets', () => {
  test('are read from columns', async () => {
    const zfs = await printing({
      list: {
        out: [
          'rpool\t/rpool\tyes\toff\t-\t-\ton',
          'rpool/encrypted\t/rpool/encrypted\tno\taes-256-gcm\tunavailable\trpool/encrypted\ton',
          'rpool/a b\tnone\tno\toff\t-\t-\tnoauto\n',
        ].join('\n'),
      },
    });
    expect(await zfs.datasets()).toEqual([
      {
        name: 'rpool',
        mountpoint: '/rpool',
        mounted: true,
        encryption: 'off',
        keystatus: '-',
        encryptionRoot: '-',
        canmount: 'on',
      },
      {
        name: 'rpool/encrypted',
        mountpoint: '/rpool/encrypted',
        mounted: false,
        encryption: 'aes-256-gcm',
        keystatus: 'unavailable',
        encryptionRoot: 'rpool/encrypted',
        canmount: 'on',
      },
      {
        name: 'rpool/a b',
        mountpoint: 'none',
        mounted: false,
        encryption: 'off',
        keystatus: '-',
        encryptionRoot: '-',
        canmount: 'noauto',
      },
    ]);
    expect(await readFile(join(folder, 'log'), 'utf8')).toBe(
      'C list -Hp -t filesystem -o name,mountpoint,mounted,encryption,keystatus,encryptionroot,canmount\n',
    );
  });

  test('no pool is an empty list, no ZFS is undefined, and neither takes long', async () => {
    expect(await (await printing({ list: {} })).datasets()).toEqual([]);
    const began = performance.now();
    expect(await zfsCommand(join(folder, 'nothing'), folder).datasets()).toBeUndefined();
    expect(await zfsCommand('zfs', join(folder, 'no-device')).datasets()).toBeUndefined();
    const err = '/dev/zfs and /proc/self/mounts are required. The ZFS modules are not loaded.';
    expect(await (await printing({ list: { err, exit: 1 } })).datasets()).toBeUndefined();
    // Its limit for a command that hangs is longer.
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test('a list that fails for another reason is an error', async () => {
    const zfs = await printing({ list: { err: 'internal error: I/O error', exit: 1 } });
    await expect(zfs.datasets()).rejects.toMatchObject({ code: 'zfs-failed', details: 'internal error: I/O error' });
  });
});

const name = 'rpool/encrypted/docker/authentik';

/** What ZFS 2.1.11 and 2.3.2 print. */
const printed: readonly [stderr: string, code: string, fix: string][] = [
  [
    `cannot create '${name}': encryption root's key is not loaded or provided`,
    'dataset-locked',
    'Unlock it:  zfs load-key "$(zfs get -Ho value encryptionroot rpool/encrypted/docker)" && zfs mount -a',
  ],
  [`cannot create '${name}': dataset already exists`, 'dataset-exists', `zfs list ${name}`],
  [`cannot create '${name}': parent does not exist`, 'no-parent-dataset', 'zfs create -p rpool/encrypted/docker'],
  [`cannot create '${name}': no such pool 'rpool'`, 'no-pool', 'zpool import rpool'],
  [`cannot create '${name}': invalid character '*' in name`, 'dataset-name', 'zfs-dataset: false'],
  [`cannot create '${name}': permission denied`, 'permission', 'sudo'],
  [
    `cannot mount '/rpool/x': Not a directory\nfilesystem successfully created, but not mounted`,
    'dataset-not-mounted',
    `zfs mount ${name}`,
  ],
  ['cannot create: something new', 'zfs-failed', 'zpool status -v; zfs list -r rpool/encrypted/docker'],
];

describe('create', () => {
  test.each(printed)('%s', async (err, code, fix) => {
    const zfs = await printing({ create: { err, exit: 1 } });
    await expect(zfs.create(name)).rejects.toMatchObject({ code, fix: expect.stringContaining(fix) });
  });

  test('is done only when it is mounted: exit status 0 alone lies', async () => {
    const mounted = await printing({ create: {}, list: { out: 'yes\n' } });
    await mounted.create(name);
    expect(await readFile(join(folder, 'log'), 'utf8')).toContain(`C create ${name}\n`);
    const unmounted = await printing({ create: {}, list: { out: 'no\n' } });
    await expect(unmounted.create(name)).rejects.toMatchObject({ code: 'dataset-not-mounted' });
  });
});

test('snapshots of ours are told from those of others by a property, and go with nothing else', async () => {
  const out = [
    `${name}@homeauth-2026-11-29T160500Z\t4096\thomeauth-2026-11-29T160500Z`,
    `${name}@homeauth-by-hand\t0\t-`,
    `${name}@autosnap_2026\t0\t-\n`,
  ];
  const zfs = await printing({ list: { out: out.join('\n') }, snapshot: {}, destroy: {} });
  expect(await zfs.snapshots(name)).toEqual([{ name: 'homeauth-2026-11-29T160500Z', used: 4096 }]);
  await zfs.snapshot(name, 'homeauth-x');
  await zfs.forget(name, 'homeauth-x');
  expect(await readFile(join(folder, 'log'), 'utf8')).toBe(
    [
      `C list -Hp -t snapshot -d 1 -S creation -o name,used,homeauth:copy ${name}`,
      `C snapshot -r -o homeauth:copy=homeauth-x ${name}@homeauth-x`,
      `C destroy -r ${name}@homeauth-x\n`,
    ].join('\n'),
  );
  const err = `cannot create snapshot '${name}@s': permission denied`;
  await expect((await printing({ snapshot: { err, exit: 1 } })).snapshot(name, 's')).rejects.toMatchObject({
    code: 'permission',
    problem: expect.stringContaining(`The snapshot ${name}@s could not be made`),
  });
});

test('destroy never takes snapshots or datasets below with it', async () => {
  const err = `cannot destroy '${name}': filesystem has children\nuse '-r' to destroy the following datasets:\n${name}@s`;
  const zfs = await printing({ destroy: { err, exit: 1 } });
  await expect(zfs.destroy(name)).rejects.toMatchObject({
    code: 'dataset-has-children',
    problem: `The dataset ${name} could not be removed: there are snapshots or datasets below it.`,
    fix: expect.stringContaining(`zfs destroy -r ${name}`),
  });
  expect(await readFile(join(folder, 'log'), 'utf8')).toBe(`C destroy ${name}\n`);
});
