import type { Dispatcher } from 'undici';
import { Failure } from '../../model/failure.ts';
import type { Reason } from '../../model/reason.ts';
import type { Secret } from '../../model/secret.ts';
import { isOutOfHandles, outOfHandles } from '../out-of-handles.ts';
import { keepVigil } from '../signs-of-life.ts';
import type { Answer, Method } from './answer.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Outgoing {
  readonly method: Method;
  readonly path: string;
  readonly body?: string | Uint8Array;
  /** What the body is; JSON unless told. */
  readonly type?: string;
  readonly token?: Secret | undefined;
}

/** No answer came. `sent`: the request may have arrived. */
export class ConnectionBroken extends Error {
  readonly sent: boolean;
  readonly because: Reason;

  constructor(code: Reason['code'], says: string, sent: boolean) {
    super(says);
    this.sent = sent;
    this.because = { code, of: 'authentik', says };
  }
}

/** A way to authentik: some connections kept open, made anew when its container gets another address. */
export interface Connection {
  /** @throws LineBroken; Failure where no connection may be opened */
  send(request: Outgoing): Promise<Answer>;
  /** Ask for the address again before the next request: another container may have the old one. */
  forget(): void;
}

/** Where authentik was found. */
interface Server {
  readonly dispatcher: Dispatcher;
  lives(): Promise<boolean>;
}

/** Connections at once: authentik on two cores gains nothing from more than eight requests side by side. */
const connections = 8;

/** How long a connection may take to be made, in ms. */
const patience = 5000;

/** An answer is a hundred rows at most; this is far more, in bytes. */
const longest = 64 * 1024 * 1024;

/** What had not left yet: Node's word for what it was at, and undici's for a connection that was not made in time. */
const beforeSending = ['connect', 'getaddrinfo', 'UND_ERR_CONNECT_TIMEOUT'];

/** Makes the connections to one address; loaded with the first request, because a command may send none. */
const connect = async (origin: string): Promise<Dispatcher> => {
  const { Pool } = await import('undici');
  // Whether an answer is late is for the vigil to say.
  return new Pool(origin, { connections, connectTimeout: patience, headersTimeout: 0, bodyTimeout: 0 });
};

/** `silence`: ms without a sign of life, after which a request is given up. */
export function openConnection(
  address: () => Promise<Address | undefined>,
  host: string,
  silence: number,
  dispatcherFor: typeof connect = connect,
): Connection {
  let known: Promise<Server> | undefined;

  async function whereabouts(): Promise<Server> {
    const at = await address();
    if (!at) throw new ConnectionBroken('stopped', "authentik's container does not run", false);
    const origin = `http://${at.host}:${at.port}`;
    return { dispatcher: await dispatcherFor(origin), lives: () => lives(dispatcherFor(origin), host, silence) };
  }

  /** What is under way is answered; the next request asks for the address again. */
  function forget(): void {
    const former = known;
    known = undefined;
    former?.then(({ dispatcher }) => dispatcher.close()).catch(() => {});
  }

  return {
    async send({ method, path, body, type = 'application/json', token }) {
      const headers = {
        host,
        accept: 'application/json',
        // The words of its errors are shown, and its English is what is looked for in them.
        'accept-language': 'en',
        'x-forwarded-proto': 'https',
        ...(token && { authorization: `Bearer ${token.reveal()}` }),
        ...(body !== undefined && { 'content-type': type }),
      };
      const began = performance.now();
      let server: Server | undefined;
      const vigil = keepVigil(silence, async () => (await server?.lives()) ?? false);
      const { signal, heard } = vigil;
      try {
        known ??= whereabouts();
        server = await known;
        const answer = await server.dispatcher.request({ method, path, headers, body: body ?? null, signal });
        const fields = Object.entries(answer.headers).map(([name, value]) => [name, [value].flat().join(', ')]);
        return {
          status: answer.statusCode,
          headers: Object.fromEntries(fields),
          body: await textOf(answer.body, heard),
        };
      } catch (error) {
        forget();
        if (error instanceof ConnectionBroken) throw error;
        if (isOutOfHandles(error)) throw new Failure(outOfHandles('authentik cannot be asked'), { cause: error });
        if (!signal.aborted) throw broken(error);
        const waited = Number(((performance.now() - began) / 1000).toPrecision(2));
        throw new ConnectionBroken('late', `authentik gave no answer within ${waited} s`, true);
      } finally {
        vigil.end();
      }
    },
    forget,
  };
}

/** Its own word that it lives: its router and Django answer, on another connection, whatever keeps the others busy. */
async function lives(apart: Promise<Dispatcher>, host: string, timeout: number): Promise<boolean> {
  const signal = AbortSignal.timeout(timeout);
  const dispatcher = await apart;
  try {
    const answer = await dispatcher.request({ method: 'GET', path: '/-/health/live/', headers: { host }, signal });
    await answer.body.dump();
    return answer.statusCode < 300;
  } catch {
    return false;
  } finally {
    await dispatcher.destroy();
  }
}

/** @throws LineBroken where it does not come to an end: it would take all memory */
async function textOf(body: AsyncIterable<Uint8Array>, heard: () => void): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    heard();
    parts.push(part);
    size += part.length;
    if (size > longest) throw new ConnectionBroken('broken', "authentik's answer does not end", true);
  }
  return Buffer.concat(parts).toString();
}

function broken(error: unknown): ConnectionBroken {
  const { syscall, code } = error as NodeJS.ErrnoException;
  if ([syscall, code].some((word) => word !== undefined && beforeSending.includes(word)))
    return new ConnectionBroken('unanswered', 'authentik does not answer', false);
  return new ConnectionBroken('cut', 'authentik broke off the connection', true);
}
