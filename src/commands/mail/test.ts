import type { CommonFlags } from '../../cli/define-command.ts';
import { checkEmail } from '../../config/person.ts';
import type { Runtime } from '../../installation/command-runtime.ts';
import { dialogue } from '../../mail/dialogue.ts';
import { findingsOf, realMail } from '../../mail/findings.ts';
import { assertCarried, mailOf } from '../../mail/settings.ts';
import { type ExitCode, Failure } from '../../model/failure.ts';
import type { Finding } from '../../model/finding.ts';
import { findingsData, proof } from '../../report/findings.ts';
import { begin } from '../screen.ts';

/** `homeauth mail test ADDRESS`: can authentik send mail, and where does it stop? Exit code 4 when it cannot. */
export async function test(address: string, flags: CommonFlags, runtime: Runtime): Promise<ExitCode> {
  const refusal = checkEmail(address);
  if (refusal) {
    throw new Failure({ code: 'misuse', problem: `"${address}" ${refusal.problem}.`, fix: refusal.fix });
  }
  const { installation, screen } = await begin('mail test', flags, runtime);
  const mail = mailOf(installation);
  await assertCarried(installation);
  runtime.terminal.live(`· speaking with ${mail.host}`);
  const spoken = findingsOf(await dialogue(installation.world, address), mail, address);
  const isFine = spoken.every(({ status }) => status === 'ok');
  runtime.terminal.live(isFine ? `· authentik sends a mail to ${address}` : undefined);
  const findings: Finding[] = isFine ? [...spoken, await realMail(installation.world, address)] : spoken;
  const ok = findings.every(({ status }) => status === 'ok');
  runtime.terminal.live(undefined);
  const tried = findings.filter(({ status }) => status !== 'skip');
  const closing = ok ? '\n\nLook whether it has come, also among the unwanted mail.' : '';
  return screen.result(`${proof(tried, screen.paper)}${closing}`, findingsData(findings), ok);
}
