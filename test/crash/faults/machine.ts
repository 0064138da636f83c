import { lostAnswer } from '../../../src/world/docker/api.ts';
import { pullFailure } from '../../../src/world/docker/pull-failure.ts';
import { Refusal } from '../../../src/world/docker/refusal.ts';
import { startFailure } from '../../../src/world/docker/run.ts';
import { unreachable } from '../../../src/world/docker/unreachable.ts';
import { inWords } from '../../../src/world/file-failures.ts';
import { type Call, type Gate, gated } from '../../fakes/gate.ts';
import type { FakeWorld } from '../../fakes/world.ts';
import type { Trial } from '../trial.ts';
import { afterFault, type Errand, wholeErrand } from './fault.ts';

/** What goes wrong with one call, and with which; the adapter's own words are used for it. */
export interface MachineFault {
  readonly name: string;
  readonly meets: (call: Call) => boolean;
  /** All of its kind from then on, until somebody puts it right. */
  readonly lasts: boolean;
  /** What its owner does about it, where it does not pass. */
  readonly mend?: (fake: FakeWorld) => Promise<void>;
  readonly happen: (call: Call, work: () => Promise<unknown>, fake: FakeWorld) => Promise<unknown>;
}

const errno = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));
const path = ({ args }: Call) => String(args[0]);
const reference = ({ args }: Call) => String(args[0]);
const nameOf = ({ args }: Call) => (args[0] as { name: string }).name;
const inFiles = (call: Call) => call.adapter === 'files' && call.changes;
const inDocker = (call: Call) => call.adapter === 'docker';
const runs = (call: Call) => inDocker(call) && call.method === 'run';
const pulls = (call: Call) => inDocker(call) && call.method === 'pull';
const execs = (command: string) => (call: Call) =>
  inDocker(call) && call.method === 'exec' && (call.args[1] as readonly string[])[1] === command;
const refuse = (words: string) => (call: Call) =>
  Promise.reject(startFailure(nameOf(call), new Refusal(500, words, 'POST /containers/start')));
const socketGone = () => Object.assign(new Error('connect ENOENT'), { code: 'ENOENT', syscall: 'connect' });
const brokenOff = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
const lost = () => lostAnswer({ method: 'POST', path: '/containers/create' }, brokenOff);

const disk = ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EMFILE', 'EIO'].map(
  (code): MachineFault => ({
    name: `files: ${code}`,
    meets: inFiles,
    lasts: true,
    happen: (call) => inWords(path(call), 'written', errno(code)),
  }),
);

/** Faults of files, of Docker and its containers, and of Caddy. */
const machineFaults: readonly MachineFault[] = [
  ...disk,
  {
    name: 'files: no handle left to read with',
    meets: ({ adapter, method }) => adapter === 'files' && method === 'read',
    lasts: true,
    happen: (call) => inWords(path(call), 'read', errno('EMFILE')),
  },
  {
    name: 'Docker is gone',
    meets: (call) => inDocker(call) && call.changes,
    lasts: true,
    happen: () => Promise.reject(unreachable('/var/run/docker.sock', socketGone())),
  },
  {
    name: 'Docker is gone when it is looked at',
    meets: (call) => inDocker(call) && ['container', 'network', 'image'].includes(call.method),
    lasts: true,
    happen: () => Promise.reject(unreachable('/var/run/docker.sock', socketGone())),
  },
  {
    name: 'Docker restarts in the middle, carried out',
    meets: (call) => inDocker(call) && call.changes && !pulls(call),
    lasts: false,
    happen: async (_, work) => {
      await work();
      throw lost();
    },
  },
  {
    name: 'Docker restarts in the middle, not carried out',
    meets: (call) => inDocker(call) && call.changes && !pulls(call),
    lasts: false,
    happen: () => Promise.reject(lost()),
  },
  {
    name: 'Docker restarts in the middle of a pull',
    meets: pulls,
    lasts: false,
    happen: (call) => Promise.reject(pullFailure(reference(call), 'unexpected EOF')),
  },
  {
    name: 'no such image',
    meets: pulls,
    lasts: true,
    happen: (call) => Promise.reject(pullFailure(reference(call), 'manifest unknown: manifest unknown')),
  },
  {
    name: 'no room for an image',
    meets: pulls,
    lasts: true,
    happen: (call) => Promise.reject(pullFailure(reference(call), 'write /var/lib: no space left on device')),
  },
  {
    name: 'a port is taken',
    meets: runs,
    lasts: true,
    happen: refuse('Bind for 0.0.0.0:443 failed: port is already allocated'),
  },
  {
    name: 'a container cannot be started',
    meets: runs,
    lasts: true,
    happen: refuse('OCI runtime create failed: unable to start container process'),
  },
  {
    name: 'Caddy rejects the file',
    meets: execs('validate'),
    lasts: true,
    happen: async () => ({ code: 1, stdout: '', stderr: 'Error: adapting config: unrecognized directive: nonsense\n' }),
  },
  {
    name: 'Caddy rejects the file when it loads it',
    meets: execs('reload'),
    lasts: true,
    happen: async () => ({ code: 1, stdout: '', stderr: 'Error: sending configuration to instance: listen: in use\n' }),
  },
  {
    name: 'Caddy takes the file and dies',
    meets: execs('reload'),
    lasts: false,
    happen: async (call, work, { docker }) => {
      const answer = await work();
      const name = String(call.args[0]);
      const box = docker.boxes.get(name);
      if (box) {
        await box.running?.stop();
        box.running = undefined;
        box.exitCode = 2;
      }
      return answer;
    },
    mend: ({ docker }) => docker.start('caddy'),
  },
  {
    name: 'Caddy cannot be reached',
    meets: execs('reload'),
    lasts: false,
    happen: async () => ({ code: 1, stdout: '', stderr: 'Error: dial tcp [::1]:2019: connect: connection refused\n' }),
  },
];

/** Every call of an errand that each of the faults can meet. */
export async function machineMeetings(errand: Errand) {
  const calls: Call[] = [];
  const note: Gate = (call, work) => {
    calls.push(call);
    return work();
  };
  const { state } = await wholeErrand(errand, (fake) => gated(fake, note));
  const all = machineFaults.flatMap((fault) => {
    const count = calls.filter(fault.meets).length;
    // Of what only looks there is very much, and it is all the same.
    const stride = calls.find(fault.meets)?.changes === false ? Math.ceil(count / 8) : 1;
    return Array.from({ length: count }, (_, i) => ({ fault, nth: i + 1 })).filter((_, i) => i % stride === 0);
  });
  return { state, all };
}

export async function meetMachineFault(
  errand: Errand,
  state: Awaited<ReturnType<typeof machineMeetings>>['state'],
  { fault, nth }: { readonly fault: MachineFault; readonly nth: number },
): Promise<Trial> {
  const fake = await errand.from();
  try {
    let count = 0;
    let at = '';
    const over = gated(fake, (call, work) => {
      if (!fault.meets(call)) return work();
      count += 1;
      const isHit = count === nth || (fault.lasts && count > nth);
      if (count === nth) at = call.name;
      return isHit ? fault.happen(call, work, fake) : work();
    });
    const first = await errand.run(fake, over);
    await fault.mend?.(fake);
    const place = `${errand.name}, ${fault.name}, at ${at} (${nth}): ${first.failure?.code ?? 'got over'}`;
    const wrong = await afterFault(errand, fake, first, state);
    return { place, wrong: at === '' ? ['it was never met', ...wrong] : wrong };
  } finally {
    await fake.close();
  }
}
