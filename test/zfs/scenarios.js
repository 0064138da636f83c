// Real ZFS, for real: each scenario puts the pool into a state that people meet, and where we name a fix, runs it.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { test } from 'node:test';
import { assertUnlocked } from '../../build/kinds/data-location.js';
import { datasetKind } from '../../build/kinds/dataset.js';
import { secretsKind } from '../../build/kinds/secrets.js';
import { nodeFiles } from '../../build/world/files.js';
import { systemRandom } from '../../build/world/random.js';
import { zfsCommand } from '../../build/world/zfs.js';

const world = { files: nodeFiles(), zfs: zfsCommand(), random: systemRandom };
const base = '/rpool/encrypted/docker';
const parent = 'rpool/encrypted/docker';
const name = `${parent}/authentik`;
const mountpoint = `${base}/authentik`;

const sh = (command, input = '') => execFileSync('sh', ['-ec', command], { input, encoding: 'utf8' }).trim();
/** The command that a failure names, as a person would run it: the passphrase typed at the prompt. */
const runFix = ({ fix }) => sh(fix.slice(fix.indexOf(':  ') + 3), 'correct-horse\n');
const lock = () => sh('zfs unmount rpool/encrypted && zfs unload-key rpool/encrypted');
const unlock = () => sh('zfs load-key rpool/encrypted && zfs mount -a', 'correct-horse\n');

async function failureOf(work) {
  const failure = await work.then(
    (value) => assert.fail(`no failure, but ${JSON.stringify(value)}`),
    (error) => error,
  );
  assert.equal(failure.name, 'Failure', failure.stack);
  console.log(`  ${[failure.problem, failure.why, failure.details, failure.fix].filter(Boolean).join('\n  ')}`);
  return failure;
}
const look = async () => {
  const found = await datasetKind.observe(name, world);
  return found.is === 'present' ? datasetKind.differs({ mountpoint }, found.spec) : [found.is];
};

test('unlocked: a dataset is made, right, and holds what is written to its folder', async () => {
  assert.deepEqual(await assertUnlocked(`${base}/authentik`, world), {
    is: 'zfs',
    dataset: parent,
    mountpoint: base,
    encrypted: true,
  });
  assert.deepEqual(await look(), ['absent']);
  await datasetKind.apply(name, { mountpoint }, world, undefined);
  assert.deepEqual(await look(), []);
  const path = `${mountpoint}/container-vars.env`;
  await secretsKind.apply(path, { names: ['POSTGRES_PASSWORD'] }, world, undefined);
  const { source, realPath, free } = await world.files.filesystem(path);
  assert.deepEqual([source, realPath], [name, path]);
  assert.ok(free > 1e8);
  assert.equal((await assertUnlocked(path, world)).dataset, name);
});

test('a dataset that is there already', async () => {
  assert.equal((await failureOf(world.zfs.create(name))).code, 'dataset-exists');
});

test('destroy: not with a snapshot, not while it is in use, and then it is gone', async () => {
  sh(`zfs snapshot ${name}@s`);
  assert.equal((await failureOf(datasetKind.destroy(name, world))).code, 'dataset-has-children');
  sh(`zfs destroy ${name}@s`);
  const user = spawn('sleep', ['60'], { cwd: mountpoint });
  assert.equal((await failureOf(datasetKind.destroy(name, world))).code, 'dataset-busy');
  user.kill();
  await new Promise((done) => user.once('exit', done));
  await datasetKind.destroy(name, world);
  assert.deepEqual(await look(), ['absent']);
});

test('a folder with something in it is not hidden under a new dataset', async () => {
  mkdirSync(mountpoint, { recursive: true });
  writeFileSync(`${mountpoint}/by-hand`, '');
  assert.equal((await failureOf(datasetKind.apply(name, { mountpoint }, world, undefined))).code, 'folder-occupied');
  rmSync(`${mountpoint}/by-hand`);
  await datasetKind.apply(name, { mountpoint }, world, undefined);
  assert.deepEqual(await look(), []);
});

test('locked: nothing is written, and the fix we name is one', async () => {
  lock();
  const before = readdirSync('/rpool/encrypted');
  const failure = await failureOf(assertUnlocked(mountpoint, world));
  assert.equal(failure.code, 'dataset-locked');
  assert.equal(failure.problem, 'The dataset rpool/encrypted is locked.');
  assert.match(failure.why, /belongs to rpool, which is not encrypted/);
  const other = `${parent}/other`;
  const apply = datasetKind.apply(other, { mountpoint: `${base}/other` }, world, undefined);
  assert.equal((await failureOf(apply)).code, 'dataset-locked');
  const refused = await failureOf(world.zfs.create(other));
  assert.equal(refused.code, 'dataset-locked');
  assert.deepEqual(readdirSync('/rpool/encrypted'), before);
  assert.deepEqual(await look(), ['it is not mounted']);
  for (const { fix } of [failure, refused]) {
    runFix({ fix });
    assert.equal((await assertUnlocked(mountpoint, world)).dataset, name);
    lock();
  }
  unlock();
});

test('locked, and reached through a link that leads to nothing now', async () => {
  symlinkSync(base, '/srv/docker');
  assert.equal((await assertUnlocked('/srv/docker/authentik', world)).dataset, name);
  lock();
  assert.equal(existsSync('/srv/docker'), false);
  assert.equal((await failureOf(assertUnlocked('/srv/docker/authentik', world))).code, 'dataset-locked');
  unlock();
});

test('not mounted, alone and with the one above', async () => {
  for (const dataset of [name, parent]) {
    sh(`zfs unmount ${dataset}`);
    const failure = await failureOf(assertUnlocked(mountpoint, world));
    assert.equal(failure.code, 'dataset-not-mounted');
    runFix(failure);
    assert.equal((await assertUnlocked(mountpoint, world)).dataset, name);
  }
});

test('hidden by another file system, over it and over the one above', async () => {
  for (const target of [mountpoint, base]) {
    sh(`mount -t tmpfs cover ${target}`);
    const failure = await failureOf(assertUnlocked(`${mountpoint}/x`, world));
    assert.equal(failure.code, 'dataset-hidden');
    sh(`umount ${target}`);
  }
});

test('a bind mount is what it leads to', async () => {
  mkdirSync('/srv/bound');
  sh(`mount --bind ${base} /srv/bound`);
  const location = await assertUnlocked('/srv/bound/x', world);
  assert.deepEqual([location.dataset, location.encrypted], [parent, true]);
  sh('umount /srv/bound');
});

test('an encrypted dataset with mountpoint=none, legacy or canmount=off', async () => {
  for (const [set, back] of [
    ['mountpoint=none', 'mountpoint=/rpool/encrypted'],
    ['mountpoint=legacy', 'mountpoint=/rpool/encrypted'],
    ['canmount=off', 'canmount=on'],
  ]) {
    sh(`zfs unmount rpool/encrypted; zfs set ${set} rpool/encrypted; zfs unmount ${parent} || true`);
    const failure = await failureOf(assertUnlocked('/rpool/encrypted/docker2', world));
    assert.equal(failure.code, 'dataset-not-mounted');
    runFix(failure);
    sh(`zfs set ${back} rpool/encrypted; zfs mount -a`);
    const after = await assertUnlocked('/rpool/encrypted/docker2', world);
    assert.deepEqual([set, after.encrypted], [set, true]);
  }
});

test('made, and not usable: the parent has no mountpoint, or a file is where the folder would be', async () => {
  sh('zfs create -o mountpoint=none rpool/none');
  assert.equal((await failureOf(world.zfs.create('rpool/none/x'))).code, 'dataset-not-mounted');
  writeFileSync('/rpool/afile', '');
  assert.equal((await failureOf(world.zfs.create('rpool/afile'))).code, 'dataset-not-mounted');
  sh('zfs destroy -r rpool/none; zfs destroy rpool/afile; rm -f /rpool/afile');
});

test('names that ZFS does not have or does not like', async () => {
  assert.equal((await failureOf(world.zfs.create('rpool/no/x'))).code, 'no-parent-dataset');
  assert.equal((await failureOf(world.zfs.create('nopool/x'))).code, 'no-pool');
  assert.equal((await failureOf(world.zfs.create('rpool/bad*'))).code, 'dataset-name');
});

test('a user other than root may look and not create', async () => {
  const script = `process.setuid(65534); import('${import.meta.dirname}/../../build/world/zfs.js').then(async ({ zfsCommand }) => {
    const zfs = zfsCommand();
    console.log((await zfs.datasets()).length, await zfs.create('rpool/x').catch((e) => e.code));
  });`;
  assert.match(sh(`node -e "${script.replaceAll('\n', ' ')}"`), /^\d+ permission$/);
});

test('a full dataset: the old file stays, also where it is rewritten in place', async () => {
  sh(`zfs create -o quota=1M -o compression=off rpool/small`);
  const path = '/rpool/small/file';
  await world.files.write(path, 'old', 0o600);
  for (const verb of ['write', 'overwrite']) {
    assert.equal((await failureOf(world.files[verb](path, 'x'.repeat(4_000_000), 0o600))).code, 'disk-full');
    assert.equal(readFileSync(path, 'utf8'), 'old');
  }
  assert.deepEqual(readdirSync('/rpool/small'), ['file']);
  assert.equal(await world.files.remove('/rpool/small'), false);
  await world.files.removeTree('/rpool/small');
  assert.deepEqual(readdirSync('/rpool/small'), []);
  sh('zfs destroy rpool/small');
});

test('a read-only dataset', async () => {
  sh('zfs create -o readonly=on rpool/ro');
  assert.equal((await failureOf(world.files.write('/rpool/ro/x', '', 0o600))).code, 'read-only');
  assert.equal((await world.files.filesystem('/rpool/ro/x')).readOnly, true);
  sh('zfs destroy rpool/ro');
});

test('no pool, then no ZFS at all: known at once', async () => {
  sh('zpool export rpool');
  assert.deepEqual(await world.zfs.datasets(), []);
  assert.equal((await failureOf(world.zfs.create(name))).code, 'no-pool');
  renameSync('/dev/zfs', '/dev/zfs.away');
  const began = performance.now();
  assert.equal(await world.zfs.datasets(), undefined);
  assert.ok(performance.now() - began < 1000);
});
