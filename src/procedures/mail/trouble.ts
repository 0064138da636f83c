import type { Mail } from '../../config/schema.ts';
import type { Step } from './dialogue.ts';

export interface Trouble {
  readonly cause: string;
  readonly fix: string;
}

type Words = (mail: Mail, said: string) => Trouble;

const apply = 'in homeauth.yaml, then: homeauth apply';

const silent: Words = ({ host, port }) => ({
  cause: `${host} says nothing on port ${port}. ${
    port === 25
      ? 'Most internet providers block port 25 for homes.'
      : 'A firewall on the way swallows it, or nothing listens there.'
  }`,
  fix:
    port === 25
      ? `Take port 587 with tls: starttls, or 465 with tls: implicit, ${apply}`
      : `Correct mail.port ${apply}`,
});

const hungUp: Words = ({ host }) => ({
  cause: `${host} broke off the connection. It may not take mail from this address, or from so many connections at once.`,
  fix: "Wait some minutes and try again. If it stays so, ask the mail server's owner whether it takes mail from here.",
});

const login: Words = ({ host, username }, said) => ({
  cause: `${host} does not take the login of ${username}: ${said}. Where an account has a second factor, mail programs need an app password.`,
  fix: `Make an app password in the account's settings at your mail provider, write it into mail.password-file, then: homeauth apply`,
});

const rejected: Readonly<Record<string, Words>> = {
  connect: hungUp,
  tls: ({ host }, said) => ({
    cause: `${host} does not begin encryption: ${said}.`,
    fix: `Correct mail.port and mail.tls ${apply}`,
  }),
  login,
  sender: ({ host, from, username }, said) => ({
    cause: `${host} does not send mail from ${from}: ${said}. Most take only the address that belongs to the login${username ? ` (${username})` : ''}.`,
    fix: `Write an address of that account behind mail.from ${apply}`,
  }),
  recipient: ({ host, username }, said) => ({
    cause: `${host} does not take mail to that address: ${said}.${username ? '' : ' Without a login most servers deliver to their own people only.'}`,
    fix: username
      ? 'Is the address right? Try another, such as one at another provider.'
      : `Is the address right? If it is, add mail.username and mail.password-file ${apply}`,
  }),
};

/** By the sort of trouble; what depends on the step is told there. */
const words: Readonly<Record<string, Words>> = {
  unknown: ({ host }) => ({
    cause: `authentik's worker cannot find ${host}: no address is known by that name there.`,
    fix: `Is the name right? Correct mail.host ${apply}`,
  }),
  unreachable: ({ host, port }, said) => ({
    cause: `authentik's worker cannot reach ${host} on port ${port}: ${said}.`,
    fix: `Does this server have a way out? Try: docker exec authentik-worker python3 -c "import socket; socket.create_connection(('${host}', ${port}), 5)"`,
  }),
  refused: ({ host, port }) => ({
    cause: `Nothing listens on port ${port} of ${host}.`,
    fix: `Correct mail.port ${apply} (587 is usual with tls: starttls, 465 with tls: implicit)`,
  }),
  silent,
  'hung-up': hungUp,
  'speaks-tls': ({ host, port }) => ({
    cause: `${host} waits on port ${port} for encryption to begin at once, and homeauth.yaml says otherwise.`,
    fix: `Write tls: implicit below mail: ${apply}`,
  }),
  'speaks-plainly': ({ host, port }) => ({
    cause: `${host} begins without encryption on port ${port}, and homeauth.yaml says tls: implicit.`,
    fix: `Write tls: starttls below mail: ${apply}`,
  }),
  'wants-starttls': ({ host }) => ({
    cause: `${host} takes a login only once the connection is encrypted.`,
    fix: `Write tls: starttls below mail: ${apply}`,
  }),
  'wants-login': ({ host }, said) => ({
    cause: `${host} wants a login: ${said}.`,
    fix: `Add username: and password-file: below mail: ${apply}`,
  }),
  certificate: ({ host }, said) => ({
    cause: `The certificate of ${host} cannot be trusted: ${reasonIn(said)}.`,
    fix: `Write the name that the certificate is for behind mail.host ${apply}. A server of your own needs a certificate that others trust, too.`,
  }),
  encryption: ({ host }, said) => ({
    cause: `No encryption could be agreed on with ${host}: ${said}.`,
    fix: `Correct mail.port and mail.tls ${apply}`,
  }),
  unsupported: ({ host, tls, username }, said) => ({
    cause:
      tls === 'starttls' && /starttls/i.test(said)
        ? `${host} does not offer STARTTLS.`
        : `${host} offers no login that authentik can use, and homeauth.yaml has one${username ? ` (${username})` : ''}.`,
    fix:
      tls === 'starttls' && /starttls/i.test(said)
        ? `Is it the right port? Encryption at once is tls: implicit, none at all is tls: none, ${apply}`
        : `If it needs none, delete mail.username and mail.password-file ${apply}`,
  }),
  later: ({ host }, said) => ({
    cause: `${host} puts that address off: ${said}. Many servers do so with a sender that they see for the first time.`,
    fix: 'Wait ten minutes, and run the command again.',
  }),
};

/** What went wrong at a step, with its usual cause and the way out. */
export function troubleOf({ step, kind, said }: Step, mail: Mail): Trouble {
  const told = (kind === 'rejected' ? rejected[step] : words[kind]) ?? hungUp;
  return told(mail, said.replace(/\.$/, ''));
}

/** OpenSSL's reason, without its error codes around it. */
const reasonIn = (said: string): string => /verify failed: (.*?)(?: \(_ssl\.c:\d+\))?$/.exec(said)?.[1] ?? said;
