import { createServer, type Server } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A mail as it came in. */
export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and body, as sent. */
  readonly text: string;
  /** Who had logged in. */
  readonly user?: string;
}

export interface SmtpOptions {
  readonly username: string;
  readonly password: string;
  readonly key: string;
  readonly cert: string;
  received(mail: Mail): void;
}

/**
 * Mail servers as people meet them, by name: plain without login, STARTTLS, TLS at once, one that refuses every login,
 * every sender or every recipient, one that puts off, and one that never says a word.
 */
export function smtpServers(options: SmtpOptions): Readonly<Record<string, () => SMTPServer | Server>> {
  const { username, password, key, cert, received } = options;
  const server = (over: SMTPServerOptions = {}) => {
    const made = new SMTPServer({
      key,
      cert,
      logger: false,
      disableReverseLookup: true,
      onAuth: (given, _, done) => {
        if (given.username === username && given.password === password) done(null, { user: username });
        else done(Object.assign(new Error('5.7.8 Username and Password not accepted'), { responseCode: 535 }));
      },
      onData: (stream, session, done) => {
        const parts: Buffer[] = [];
        stream.on('data', (part: Buffer) => parts.push(part));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope;
          received({
            from: mailFrom ? mailFrom.address : '',
            to: rcptTo.map(({ address }) => address),
            text: Buffer.concat(parts).toString(),
            ...(session.user && { user: session.user }),
          });
          done();
        });
      },
      ...over,
    });
    // A caller that does not trust the certificate breaks off, which is its own affair.
    made.on('error', () => {});
    return made;
  };
  const refused = (responseCode: number, words: string) => Object.assign(new Error(words), { responseCode });
  return {
    plain: () => server({ authOptional: true, disabledCommands: ['AUTH', 'STARTTLS'] }),
    starttls: () => server(),
    implicit: () => server({ secure: true }),
    'no-login': () =>
      server({ onAuth: (_given, _session, done) => done(refused(535, '5.7.8 Username and Password not accepted')) }),
    'no-sender': () =>
      server({
        authOptional: true,
        onMailFrom: (_address, _session, done) =>
          done(refused(553, '5.7.1 Sender address rejected: not owned by user')),
      }),
    'no-recipient': () =>
      server({
        authOptional: true,
        onRcptTo: (_address, _session, done) => done(refused(550, '5.7.1 Relaying denied')),
      }),
    later: () =>
      server({
        authOptional: true,
        onRcptTo: (_address, _session, done) =>
          done(refused(451, '4.7.1 Greylisting in action, please come back later')),
      }),
    silent: () => createServer((socket) => socket.on('error', () => {})),
  };
}
