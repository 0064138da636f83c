import type { ExitCode } from '../model/failure.ts';
import type { Surroundings } from '../procedures/surroundings.ts';
import { addApp } from './add-app.ts';
import { apply } from './apply.ts';
import type { Grammar } from './completion/grammar.ts';
import { completion } from './completion.ts';
import { doctor } from './doctor.ts';
import type { CommandName, Flags } from './flags.ts';
import { init } from './init.ts';
import { plan } from './plan.ts';
import { removeApp } from './remove-app.ts';
import { status } from './status.ts';
import { uninstall } from './uninstall.ts';
import { verify } from './verify.ts';

type Command = (args: readonly string[], flags: Flags, surroundings: Surroundings) => Promise<ExitCode>;

/** Every command by its name on the command line. */
export const commands: Readonly<Record<CommandName, Command>> = {
  init: (_, flags, s) => init(flags, s),
  'add-app': ([name = ''], flags, s) => addApp(name, flags, s),
  'remove-app': ([name = ''], flags, s) => removeApp(name, flags, s),
  plan: (_, flags, s) => plan(flags, s),
  apply: (_, flags, s) => apply(flags, s),
  status: (_, flags, s) => status(flags, s),
  verify: (_, flags, s) => verify(flags, s),
  doctor: (_, flags, s) => doctor(flags, s),
  uninstall: (_, flags, s) => uninstall(flags, s),
  completion: ([shell = ''], { grammar }, s) => completion(shell, grammar as Grammar, s),
};
