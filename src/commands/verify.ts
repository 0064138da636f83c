import type { VerifyFlags } from '../cli/apps.ts';
import { verifyAll, verifyAsOutsider, verifyClients } from '../doctor/verify.ts';
import { open } from '../installation/open.ts';
import type { Runtime } from '../installation/runtime.ts';
import { type ExitCode, exitCodes } from '../model/failure.ts';
import { findingsData, proof } from '../report/findings.ts';
import { isAboutName } from '../verify/name.ts';
import { screenOf } from './screen.ts';

/** `homeauth verify`: all proofs but the owner's login. Names are told by what changes them, by the doctor, and with -v. */
export async function verify(flags: VerifyFlags, runtime: Runtime): Promise<ExitCode> {
  const installation = await open(flags.config, runtime);
  const screen = screenOf(runtime, 'verify');
  const findings = [
    ...(await verifyAll(installation, { apps: installation.config.apps })),
    ...(await verifyClients(installation, installation.config.apps)),
    ...(flags.asOutsider ? await verifyAsOutsider(installation) : []),
  ];
  const ok = findings.every(({ status }) => status !== 'fail');
  const verbose = flags.verbose ?? false;
  const shown = verbose ? findings : findings.filter((found) => !isAboutName(found));
  screen.result(proof(shown, screen.paper, verbose), findingsData(findings), ok);
  return ok ? exitCodes.fine : exitCodes.wrong;
}
