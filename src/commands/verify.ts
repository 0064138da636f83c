import type { VerifyFlags } from '../cli/apps.ts';
import { type ExitCode, exitCodes } from '../model/failure.ts';
import { open } from '../procedures/open.ts';
import { outsiderProofs, proofs } from '../procedures/proofs.ts';
import type { Surroundings } from '../procedures/surroundings.ts';
import { findingsData, proof } from '../report/findings.ts';
import { screenOf } from './screen.ts';

/** `homeauth verify`: all proofs but the login. */
export async function verify(flags: VerifyFlags, surroundings: Surroundings): Promise<ExitCode> {
  const installation = await open(flags.config, surroundings);
  const screen = screenOf(surroundings, 'verify');
  const findings = [
    ...(await proofs(installation, { apps: installation.config.apps })),
    ...(flags.asOutsider ? await outsiderProofs(installation) : []),
  ];
  const ok = findings.every(({ status }) => status !== 'fail');
  screen.result(proof(findings, screen.paper), findingsData(findings), ok);
  return ok ? exitCodes.fine : exitCodes.wrong;
}
