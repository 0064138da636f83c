import type { CommonFlags } from '../../cli/define-command.ts';
import type { Runtime } from '../../installation/command-runtime.ts';
import { type ExitCode, Failure } from '../../model/failure.ts';
import { type Finding, ok } from '../../model/finding.ts';
import { tryAll } from '../../notify/notify.ts';
import { findingsData, proof } from '../../report/findings.ts';
import { failed } from '../../verify/check.ts';
import { begin } from '../screen.ts';

/** `homeauth notify test`: one message to each who is told of problems. Exit code 4 when one did not take it. */
export async function test(flags: CommonFlags, runtime: Runtime): Promise<ExitCode> {
  const { installation, screen } = await begin('notify test', flags, runtime);
  runtime.terminal.live('· sending a message to each');
  const tried = await tryAll(installation);
  runtime.terminal.live(undefined);
  if (tried.length === 0) throw nobody(installation.source);
  const findings = tried.map(({ name, came }): Finding => {
    const about = { id: 'notify-failed', subject: name, title: `${name} took a message` };
    return came instanceof Failure ? failed(about, came) : ok({ ...about, title: `${name}: ${came}` });
  });
  const isFine = findings.every(({ status }) => status === 'ok');
  const words = proof(
    findings.map(({ subject: _, ...found }) => found as Finding),
    screen.paper,
  );
  return screen.result(words, findingsData(findings), isFine);
}

const nobody = (source: string): Failure =>
  new Failure({
    code: 'notify-not-set',
    problem: 'Nobody is told of problems: homeauth.yaml has no notify.',
    details: ['notify:', '  ntfy:', '    url-file: /root/ntfy-url', '  mail: [YOU@example.com]'].join('\n'),
    fix: `Write lines like these into ${source}, then: homeauth notify test`,
  });
