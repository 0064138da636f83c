import type { ConfigDraft } from './file.ts';
import type { Answers, Hints, QuestionId } from './questions.ts';
import { tlsEndsIn } from './tls-end.ts';

/** The file that answers stand for. Answers that were left out fall to the schema, which may refuse. */
export function draftFrom(answers: Answers, hints: Pick<Hints, 'lanAddress'> = {}): ConfigDraft {
  const text = (id: QuestionId): string | undefined => (answers[id] === undefined ? undefined : String(answers[id]));
  const required = text('second-factor');
  const draft = {
    domain: text('domain'),
    'base-dir': text('base-dir'),
    'auth-host': text('auth-host'),
    'lan-address': hints.lanAddress,
    admin: defined({ username: text('admin'), name: text('name'), email: text('email') }),
    authentik: defined({
      version: text('authentik-version'),
      consent: text('consent') === 'explicit' ? undefined : text('consent'),
      'allow-unsupported': answers['allow-unsupported'] === true ? true : undefined,
    }),
    proxy: text('proxy'),
    listen: text('listen'),
    'proxy-address': text('proxy-address'),
    'caddy-container': text('caddy-container'),
    tls: text('tls'),
    'tls-from': text('tls-from') === undefined ? undefined : tlsEndsIn(String(answers['tls-from'])),
    policies: required === undefined || required === 'off' ? undefined : { 'second-factor': required },
  };
  return defined(draft) as ConfigDraft;
}

function defined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
