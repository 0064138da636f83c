import type { Mail } from '../config/schema.ts';
import { type Finding, ok, skip, unseen, wrong } from '../model/finding.ts';
import type { Step } from './dialogue.ts';
import { troubleOf } from './trouble.ts';

/** The steps in their order, each with a sentence that is true when it went well. */
const questions = (mail: Mail, recipient: string) =>
  [
    { step: 'resolve', id: 'mail-resolve', title: `${mail.host} is known` },
    { step: 'connect', id: 'mail-connect', title: `it answers on port ${mail.port}` },
    {
      step: 'tls',
      id: 'mail-tls',
      title: `the connection is encrypted (${mail.tls === 'implicit' ? 'at once' : 'STARTTLS'})`,
    },
    { step: 'login', id: 'mail-login', title: `it takes the login of ${mail.username}` },
    { step: 'sender', id: 'mail-sender', title: `it takes mail from ${mail.from}` },
    { step: 'recipient', id: 'mail-recipient', title: `it takes mail to ${recipient}` },
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
