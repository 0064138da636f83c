import type { CommonFlags } from '../cli/define-command.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import { statusOf } from '../lifecycle/status.ts';
import type { ExitCode } from '../model/failure.ts';
import { statusText as words } from '../report/status.ts';
import { begin } from './screen.ts';

/** `homeauth status`: what is there, and whether it runs. */
export async function status(flags: CommonFlags, runtime: Runtime): Promise<ExitCode> {
  const { installation, screen } = await begin('status', flags, runtime);
  const found = await statusOf(installation);
  return screen.result(words(found, screen.paper), { ...found }, found.running);
}
