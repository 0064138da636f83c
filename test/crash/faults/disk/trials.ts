import { type Call, gated } from '../../../fakes/gate.ts';
import { homeauthIn, initFlags } from '../../../fakes/homeauth.ts';
import { copyOf, type FakeWorld, fakeWorld } from '../../../fakes/world.ts';
import { drift } from '../../points/scenes.ts';
import type { Trial } from '../../trial.ts';
import { disturbed, type Errand, startAgain, wholeErrand } from '../fault.ts';
import type { Disk } from './disk.ts';
import { realFiles } from './files.ts';

/** What can happen to a disk, and at which share of the writes that can meet it. */
const faults: readonly { readonly name: string; readonly each: number; happen(disk: Disk): Promise<void> }[] = [
  { name: 'the disk is full', each: 1, happen: (disk) => disk.fill(0) },
  { name: 'the disk has one page left', each: 3, happen: (disk) => disk.fill(1) },
  { name: 'the disk has no inode left', each: 3, happen: (disk) => disk.useUpInodes() },
  { name: 'the disk is read-only', each: 3, happen: (disk) => disk.makeReadOnly() },
  { name: 'no handle is left', each: 3, happen: (disk) => disk.useUpHandles() },
];

export interface DiskFault {
  readonly fault: (typeof faults)[number];
  /** The write before which it happens. */
  readonly nth: number;
}

/** The same commands as elsewhere, where all that homeauth writes is written for real: one machine at a time. */
export async function diskErrands(disk: Disk): Promise<readonly Errand[]> {
  const from = (name: string, base: FakeWorld) => async () => {
    await disk.putBack(name);
    return copyOf(base, { files: realFiles() });
  };
  await disk.save('bare');
  const bare = fakeWorld({ files: realFiles() });
  const ran = await homeauthIn(bare)('init', [], initFlags);
  if (ran.failure) throw ran.failure;
  await disk.save('installed');
  const drifted = await copyOf(bare, { files: realFiles() });
  await homeauthIn(drifted)('add-app', ['whoami']);
  await drift(drifted);
  await disk.save('drifted');
  return [
    {
      name: 'init',
      from: from('bare', fakeWorld()),
      run: (fake, over) => homeauthIn(fake, over)('init', [], initFlags),
    },
    {
      name: 'add-app',
      from: from('installed', bare),
      run: (fake, over) => homeauthIn(fake, over)('add-app', ['whoami'], { group: 'family' }),
    },
    { name: 'apply', from: from('drifted', drifted), run: (fake, over) => homeauthIn(fake, over)('apply') },
  ];
}

const isWrite = ({ adapter, changes }: Call) => adapter === 'files' && changes;

export async function diskFaults(errand: Errand) {
  let count = 0;
  const { state } = await wholeErrand(errand, (fake) =>
    gated(fake, (call, work) => {
      if (isWrite(call)) count += 1;
      return work();
    }),
  );
  const all = faults.flatMap((fault) =>
    Array.from({ length: count }, (_, i): DiskFault => ({ fault, nth: i + 1 })).filter((_, i) => i % fault.each === 0),
  );
  return { state, all };
}

export async function meetDiskFault(
  errand: Errand,
  disk: Disk,
  state: Awaited<ReturnType<typeof diskFaults>>['state'],
  { fault, nth }: DiskFault,
): Promise<Trial> {
  const { trial } = await disturbed(errand, state, {
    what: fault.name,
    meets: isWrite,
    nth,
    happen: () => fault.happen(disk),
    async putRight(fake) {
      await disk.mend();
      await startAgain(fake);
    },
  });
  return trial;
}
