import type { Mail } from '../config/config.ts';
import type { Issue } from '../model/failure.ts';
import { clause } from '../model/shown.ts';
import type { Step } from './dialogue.ts';

type Words = (mail: Mail, said: string, step: Step['step']) => Omit<Issue, 'code'>;

const apply = 'in homeauth.yaml, then: homeauth apply';

const silent: Words = ({ host, port }) => ({
  problem: `${host} does not answer on port ${port}.`,
  why:
    port === 25
      ? 'Most internet providers block port 25 for homes.'
      : 'A firewall on the way swallows it, or nothing listens there.',
  fix:
    port === 25
      ? `Take port 587 with tls: starttls, or 465 with tls: implicit, ${apply}`
      : `Correct mail.port ${apply}`,
});

const hungUp: Words = ({ host }) => ({
  problem: `${host} broke off the connection.`,
  why: `It may not accept mail from this address, or this many connections at once.`,
  fix: "Wait some minutes and try again. If it stays so, ask the mail server's owner whether it accepts mail from here.",
});

const login: Words = ({ host, username }, said) => ({
  problem: `${host} does not accept the login of ${username}: ${said}.`,
  why: `Where an account has a second factor, mail programs need an app password.`,
  fix: `Make an app password in the account's settings at your mail provider, write it into mail.password-file, then: homeauth apply`,
});

const rejected: Readonly<Record<string, Words>> = {
  connect: hungUp,
  tls: ({ host }, said) => ({
    problem: `${host} does not start encryption: ${said}.`,
    fix: `Correct mail.port and mail.tls ${apply}`,
  }),
  login,
  sender: ({ host, from, username }, said) => ({
    problem: `${host} does not send mail from ${from}: ${said}.`,
    why: `Most accept only the address that belongs to the login${username ? ` (${username})` : ''}.`,
    fix: `Write an address of that account behind mail.from ${apply}`,
  }),
  recipient: ({ host, username }, said) => ({
    problem: `${host} does not accept mail to that address: ${said}.`,
    ...(!username && { why: 'Without a login most servers deliver only to their own users.' }),
    fix: username
      ? 'Is the address right? Try another, such as one at another provider.'
      : `Is the address right? If it is, add mail.username and mail.password-file ${apply}`,
  }),
};

/** By the sort of trouble; what depends on the step is told there. */
const words: Readonly<Record<string, Words>> = {
  unknown: ({ host }) => ({
    problem: `authentik's worker cannot find ${host}: the name does not resolve there.`,
    fix: `Is the name right? Correct mail.host ${apply}`,
  }),
  unreachable: ({ host, port }, said) => ({
    problem: `authentik's worker cannot reach ${host} on port ${port}: ${said}.`,
    fix: `Does this server have a way out? Try: docker exec authentik-worker python3 -c "import socket; socket.create_connection(('${host}', ${port}), 5)"`,
  }),
  refused: ({ host, port }) => ({
    problem: `Nothing listens on port ${port} of ${host}.`,
    fix: `Correct mail.port ${apply} (587 is usual with tls: starttls, 465 with tls: implicit)`,
  }),
  silent,
  'hung-up': hungUp,
  'speaks-tls': ({ host, port }) => ({
    problem: `${host} waits on port ${port} for encryption to begin at once, and homeauth.yaml says otherwise.`,
    fix: `Write tls: implicit below mail: ${apply}`,
  }),
  'speaks-plainly': ({ host, port }) => ({
    problem: `${host} begins without encryption on port ${port}, and homeauth.yaml says tls: implicit.`,
    fix: `Write tls: starttls below mail: ${apply}`,
  }),
  'wants-starttls': ({ host }) => ({
    problem: `${host} takes a login only once the connection is encrypted.`,
    fix: `Write tls: starttls below mail: ${apply}`,
  }),
  'wants-login': ({ host }, said) => ({
    problem: `${host} requires a login: ${said}.`,
    fix: `Add username: and password-file: below mail: ${apply}`,
  }),
  certificate: ({ host }, said) => ({
    problem: `The certificate of ${host} cannot be trusted: ${reasonIn(said)}.`,
    fix: `Write the name that the certificate is for behind mail.host ${apply}. A server of your own needs a certificate that others trust, too.`,
  }),
  encryption: ({ host }, said) => ({
    problem: `No encryption could be agreed on with ${host}: ${said}.`,
    fix: `Correct mail.port and mail.tls ${apply}`,
  }),
  unsupported: ({ host, username }, _said, step) => ({
    problem:
      step === 'tls'
        ? `${host} does not offer STARTTLS.`
        : `${host} offers no login that authentik can use, and homeauth.yaml has one${username ? ` (${username})` : ''}.`,
    fix:
      step === 'tls'
        ? `Is it the right port? Encryption at once is tls: implicit, none at all is tls: none, ${apply}`
        : `If it needs none, delete mail.username and mail.password-file ${apply}`,
  }),
  later: ({ host }, said) => ({
    problem: `${host} defers that address: ${said}.`,
    why: `Many servers do so with a sender that they see for the first time.`,
    fix: 'Wait ten minutes, and run the command again.',
  }),
};

/** What went wrong at a step, with its usual cause and the way out. */
export function troubleOf({ step, kind, said }: Step, mail: Mail): Omit<Issue, 'code'> {
  const told = (kind === 'rejected' ? rejected[step] : words[kind]) ?? hungUp;
  return told(mail, clause(said), step);
}

/** OpenSSL's reason, without its error codes around it. */
const reasonIn = (said: string): string => /verify failed: (.*?)(?: \(_ssl\.c:\d+\))?$/.exec(said)?.[1] ?? said;
