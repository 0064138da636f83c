import { createTransport } from 'nodemailer';
import { Failure } from '../model/failure.ts';
import type { Secret } from '../model/secret.ts';

export interface Letter {
  readonly server: {
    readonly host: string;
    readonly port: number;
    /** The name in its certificate, where that is not `host`. */
    readonly name?: string;
    readonly tls: 'starttls' | 'implicit' | 'none';
    readonly login?: { readonly username: string; readonly password: Secret };
  };
  /** Authorities that may have signed its certificate, as PEM. */
  readonly authorities: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}

export interface Mail {
  /** Hands a letter to a mail server. @throws Failure mail-not-sent */
  send(letter: Letter): Promise<void>;
}

/** In ms. */
const patience = 15_000;

/** Mail servers, one letter each: plain text, encrypted as was said, never less. */
export const ownMail: Mail = {
  async send({ server: { host, port, name, tls, login }, authorities, from, to, subject, text }) {
    const transport = createTransport({
      host,
      port,
      secure: tls === 'implicit',
      requireTLS: tls === 'starttls',
      ignoreTLS: tls === 'none',
      tls: { ca: authorities, ...(name !== undefined && { servername: name }) },
      ...(login && { auth: { user: login.username, pass: login.password.reveal() } }),
      connectionTimeout: patience,
      greetingTimeout: patience,
      socketTimeout: patience,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    try {
      await transport.sendMail({ from, to: [...to], subject, text });
    } catch (error) {
      throw notSent(host, port, error);
    } finally {
      transport.close();
    }
  },
};

/** The library's word for where it stopped; what is not here is told as the library tells it. */
const says: Readonly<Record<string, string>> = {
  EDNS: 'its name does not resolve',
  ETIMEDOUT: 'nothing came back in time',
  EAUTH: 'it refuses the login',
  EENVELOPE: 'it refuses the sender or the recipient',
  EMESSAGE: 'it refuses the message',
  ETLS: 'no encryption could be agreed on',
};

function notSent(host: string, port: number, error: unknown): Failure {
  const { code: word = '', message = String(error) } = error as { code?: string; message?: string };
  const what = says[word] ?? (message.includes('ECONNREFUSED') ? 'nothing listens on that port' : message);
  return new Failure(
    {
      code: 'mail-not-sent',
      problem: `${host}:${port} did not take a mail: ${what}.`,
      fix: 'Say what it refuses, step by step:  homeauth mail test YOU@example.com',
      because: { code: 'unanswered', says: what },
    },
    { cause: error },
  );
}
