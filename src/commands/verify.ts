import type { VerifyFlags } from '../cli/apps.ts';
import { type ExitCode, exitCodes } from '../model/failure.ts';
import { open } from '../procedures/open.ts';
import { isAboutName } from '../procedures/proof/name.ts';
import { outsiderProofs, proofs } from '../procedures/proofs.ts';
import type { Surroundings } from '../procedures/surroundings.ts';
import { findingsData, proof } from '../report/findings.ts';
import { screenOf } from './screen.ts';

/** `homeauth verify`: all proofs but the login. Names are told by what changes them, by the doctor, and with -v. */
export async function verify(flags: VerifyFlags, surroundings: Surroundings): Promise<ExitCode> {
  const installation = await open(flags.config, surroundings);
  const screen = screenOf(surroundings, 'verify');
  const findings = [
    ...(await proofs(installation, { apps: installation.config.apps })),
    ...(flags.asOutsider ? await outsiderProofs(installation) : []),
  ];
  const ok = findings.every(({ status }) => status !== 'fail');
  const verbose = flags.verbose ?? false;
  const shown = verbose ? findings : findings.filter((found) => !isAboutName(found));
  screen.result(proof(shown, screen.paper, verbose), findingsData(findings), ok);
  return ok ? exitCodes.fine : exitCodes.wrong;
}
