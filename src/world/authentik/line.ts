import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { Failure } from '../../model/failure.ts';
import type { Secret } from '../../model/secret.ts';
import { isOutOfHandles, outOfHandles } from '../out-of-handles.ts';
import { keepVigil } from '../vigil.ts';
import type { Answer, Method } from './answer.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Outgoing {
  readonly method: Method;
  readonly path: string;
  readonly body?: string;
  readonly token?: Secret | undefined;
}

/** No answer came. `sent`: the request may have arrived. */
export class LineBroken extends Error {
  readonly sent: boolean;

  constructor(because: string, sent: boolean) {
    super(because);
    this.sent = sent;
  }
}

/** A way to authentik: some connections kept open, made anew when its container gets another address. */
export interface Line {
  /** @throws LineBroken; Failure where no connection may be opened */
  send(request: Outgoing): Promise<Answer>;
  /** Ask for the address again before the next request: another container may have the old one. */
  forget(): void;
}

/** Connections at once: authentik on two cores gains nothing from more than eight requests side by side. */
const connections = 8;

/** How long a connection may take to be made, in ms. */
const patience = 5000;

/** An answer is a hundred rows at most; this is far more, in bytes. */
const longest = 64 * 1024 * 1024;

/** What Node was at when nothing had left yet. */
const beforeSending = ['connect', 'getaddrinfo'];

/**
 * Node's own client: that of undici compiles its parser at the first request, which takes 25 MB for a moment.
 * `silence`: ms without a sign of life, after which a request is given up.
 */
export function openLine(address: () => Promise<Address | undefined>, host: string, silence: number): Line {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let known: Address | undefined;

  async function whereabouts(): Promise<Address> {
    known ??= await address();
    if (!known) throw new LineBroken("authentik's container does not run", false);
    return known;
  }

  return {
    async send({ method, path, body, token }) {
      const at = await whereabouts();
      const headers = {
        host,
        accept: 'application/json',
        // The words of its errors are shown, and its English is what is looked for in them.
        'accept-language': 'en',
        'x-forwarded-proto': 'https',
        ...(token && { authorization: `Bearer ${token.reveal()}` }),
        ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      };
      const began = performance.now();
      const vigil = keepVigil(silence, () => lives({ ...at, headers: { host } }, silence));
      const { signal } = vigil;
      try {
        const response = await answered({ ...at, agent, method, path, headers, signal }, body);
        const fields = Object.entries(response.headers).map(([name, value]) => [name, [value].flat().join(', ')]);
        return {
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(fields),
          body: await textOf(response, vigil.heard),
        };
      } catch (error) {
        known = undefined;
        if (error instanceof LineBroken) throw error;
        if (isOutOfHandles(error)) throw new Failure(outOfHandles('authentik cannot be asked'), { cause: error });
        if (!signal.aborted) throw broken(error);
        const waited = Number(((performance.now() - began) / 1000).toPrecision(2));
        throw new LineBroken(`authentik gave no answer within ${waited} s`, true);
      } finally {
        vigil.end();
      }
    },
    forget: () => {
      known = undefined;
    },
  };
}

/** Its own word that it lives: its router and Django answer, whatever else keeps them busy. */
async function lives(to: RequestOptions, timeout: number): Promise<boolean> {
  const signal = AbortSignal.timeout(timeout);
  try {
    const answer = await answered({ ...to, agent: false, path: '/-/health/live/', signal }, undefined);
    answer.resume();
    return (answer.statusCode ?? 0) < 300;
  } catch {
    return false;
  }
}

function answered(options: RequestOptions, body: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(options, resolve);
    sent.on('error', reject);
    sent.on('socket', (socket) => {
      if (!socket.connecting) return;
      const late = Object.assign(new Error('no connection in time'), { syscall: 'connect' });
      const limit = setTimeout(() => sent.destroy(late), patience);
      socket.once('connect', () => clearTimeout(limit)).once('close', () => clearTimeout(limit));
    });
    sent.end(body);
  });
}

/** @throws LineBroken where it does not come to an end: it would take all memory */
async function textOf(response: IncomingMessage, heard: () => void): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response) {
    heard();
    parts.push(part);
    size += (part as Buffer).length;
    if (size > longest) throw new LineBroken("authentik's answer does not end", true);
  }
  return Buffer.concat(parts).toString();
}

function broken(error: unknown): LineBroken {
  const { syscall = '' } = error as NodeJS.ErrnoException;
  if (beforeSending.includes(syscall)) return new LineBroken('authentik does not answer', false);
  return new LineBroken('authentik broke off the connection', true);
}
