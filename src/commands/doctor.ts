import { type ExitCode, exitCodes } from '../model/failure.ts';
import { checks } from '../procedures/checks.ts';
import { open } from '../procedures/open.ts';
import type { Surroundings } from '../procedures/surroundings.ts';
import { findingsData, verdict } from '../report/findings.ts';
import type { Flags } from './flags.ts';
import { screenOf } from './screen.ts';

/** `homeauth doctor`: what is wrong, why, and how to put it right. Never writes. */
export async function doctor(flags: Flags, surroundings: Surroundings): Promise<ExitCode> {
  const installation = await open(flags.config, surroundings);
  const screen = screenOf(surroundings, 'doctor');
  const findings = await checks(installation);
  const ok = findings.every(({ status }) => status === 'ok');
  const look = { verbose: flags.verbose ?? false, everything: 'homeauth doctor -v' };
  screen.result(verdict(findings, look, screen.paper), findingsData(findings), ok);
  return ok ? exitCodes.fine : exitCodes.wrong;
}
