import { shareOf, tallied } from '../../trials.ts';
import { openDisk } from './disk.ts';
import { diskErrands, diskFaults, meetDiskFault } from './trials.ts';

// main.ts ERRAND NTH OF: one errand on a disk of its own, at this share of the faults; prints the tally.
const [name, nth, of] = process.argv.slice(2);
const disk = openDisk();
const errand = (await diskErrands(disk)).find((one) => one.name === name);
if (!errand) throw new Error(`there is no ${name}`);
const { state, all } = await diskFaults(errand);
const share = shareOf(all, { nth: Number(nth), of: Number(of) });
const tally = await tallied(`${name}, a real disk`, share, (fault) => meetDiskFault(errand, disk, state, fault), 1);
disk.close();
process.stdout.write(JSON.stringify(tally));
process.exit(0);
