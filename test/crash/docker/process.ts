import { appendFileSync } from 'node:fs';
import type { CommonFlags } from '../../../src/cli/define-command.ts';
import { type CommandName, declarations } from '../../../src/cli.ts';
import { wire } from '../../../src/main/wire.ts';
import { causeOf, Failure } from '../../../src/model/failure.ts';
import { textOf } from '../../../src/model/shown.ts';
import { gated } from '../../fakes/gate.ts';
import type { Flags } from '../../fakes/homeauth.ts';

/** What the process is told: a command, and the effect at which it kills itself. */
export interface Orders {
  readonly command: CommandName;
  readonly args: readonly string[];
  readonly flags: Flags;
  /** Where the names of its effects are written, one a line, each before it happens. */
  readonly log: string;
  readonly kill?: { readonly n: number; readonly when: 'before' | 'after' };
}

// homeauth as it is wired for the real command line, with the one place of all effects watched from within.
const { command, args, flags, log, kill }: Orders = JSON.parse(process.argv[2] ?? '{}');
const real = wire({ yes: true, input: false });
let count = 0;
const die = () => process.kill(process.pid, 'SIGKILL');
const through = gated(real, async ({ name, changes }, work) => {
  if (!changes) return work();
  count += 1;
  const n = count;
  appendFileSync(log, `${name}\n`);
  if (n === kill?.n && kill.when === 'before') die();
  const result = await work();
  if (n === kill?.n) die();
  return result;
});
try {
  process.exitCode = await declarations[command].run(args, flags as CommonFlags, { ...real, ...through, env: {} });
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  process.stderr.write(`${error.code}: ${causeOf(error)}\n${textOf(error.fix)}\n`);
  process.exitCode = error.exit;
}
