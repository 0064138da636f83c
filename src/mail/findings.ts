import type { Mail } from '../config/config.ts';
import { type Finding, ok, skip, unseen, wrong } from '../model/finding.ts';
import { clause } from '../model/shown.ts';
import type { World } from '../world/world.ts';
import { type Step, worker } from './dialogue.ts';
import { troubleOf } from './trouble.ts';

/** The steps in their order, each with a sentence that is true when it went well. */
const questions = (mail: Mail, recipient: string) =>
  [
    { step: 'resolve', id: 'mail-resolve', title: `${mail.host} resolves` },
    { step: 'connect', id: 'mail-connect', title: `it answers on port ${mail.port}` },
    {
      step: 'tls',
      id: 'mail-tls',
      title: `the connection is encrypted (${mail.tls === 'implicit' ? 'at once' : 'STARTTLS'})`,
    },
    { step: 'login', id: 'mail-login', title: `it accepts the login of ${mail.username}` },
    { step: 'sender', id: 'mail-sender', title: `it accepts mail from ${mail.from}` },
    { step: 'recipient', id: 'mail-recipient', title: `it accepts mail to ${recipient}` },
  ] as const;

/** The conversation as findings: every step that went well, the one that did not, and those that were not tried. */
export function findingsOf(told: readonly Step[], mail: Mail, recipient: string): Finding[] {
  return questions(mail, recipient).flatMap(({ step, id, title }): Finding[] => {
    const common = { id, title };
    const found = told.find((one) => one.step === step);
    if (found?.kind === 'ok') return [ok({ ...common, ...(step === 'resolve' && { answer: found.said }) })];
    if (found) return [wrong(common, 'fail', troubleOf(found, mail))];
    const isMeant = (step !== 'tls' || mail.tls !== 'none') && (step !== 'login' || mail.username !== undefined);
    return isMeant ? [skip(common, unseen('not tried'))] : [];
  });
}

/**
 * A mail through authentik's own worker: `ak test_email`, which waits until the worker has sent it, ten seconds at most.
 * It ends well, with words of its own from 2025.8 on; else it ends with what Python says of an error.
 */
export async function realMail({ docker }: Pick<World, 'docker'>, recipient: string): Promise<Finding> {
  const common = { id: 'mail-sent', title: `authentik has sent a mail to ${recipient}` };
  const { code, stdout, stderr } = await docker.exec(worker, ['ak', 'test_email', recipient]);
  if (code === 0) return ok(common);
  const last = `${stdout}\n${stderr}`.trimEnd().split('\n').at(-1)?.trim() ?? '';
  const isLate = /ResultTimeout/.test(last);
  return wrong(common, 'fail', {
    ...(isLate
      ? {
          problem: 'authentik accepted the mail, but its worker did not send it within ten seconds.',
          why: 'It may still go out.',
        }
      : { problem: `The mail server accepts mail, but authentik did not send one: ${clause(last)}.` }),
    fix: `docker logs --tail 50 ${worker}`,
  });
}
