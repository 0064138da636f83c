import type { Duplex, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, Uncertain } from '../../model/failure.ts';
import { type Ask, dialler } from './dial.ts';
import { Refusal } from './refusal.ts';
import { unreachable } from './unreachable.ts';

/** Limits in ms. Whatever changes something waits for as long as the connection stands. */
interface Limits {
  /** How long the engine may be away before a request gives up: it restarts in a few seconds. */
  readonly away: number;
  /** How long one look may take. */
  readonly look: number;
}

type Options = Pick<Ask, 'query' | 'body' | 'file' | 'authconfig' | 'hijack' | 'signal'>;

/** The Docker Engine's API over one socket. */
export interface Api {
  /** GET, repeated for a while when the engine is away; undefined where it answers 404. */
  look<T>(path: string, query?: Ask['query']): Promise<T | undefined>;
  /** The same, as it came. */
  lookRaw(path: string, query?: Ask['query']): Promise<Buffer | undefined>;
  /** A request that changes something. Throws Uncertain when its answer is lost, Refusal when it says no. */
  touch<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, options?: Options): Promise<T>;
  /** A request whose answer is a stream. Errors as for `touch`. */
  open(method: 'GET' | 'POST', path: string, options?: Options): Promise<Duplex>;
}

export function openApi(socket: string, version?: string, limits: Limits = { away: 10_000, look: 20_000 }): Api {
  const dial = dialler(socket, version);

  /** Once more, and again, until the engine is back or has been away for too long. */
  async function persist<T>(
    attempt: () => Promise<T>,
    mayRepeat: (error: unknown) => boolean,
    signal?: AbortSignal,
  ): Promise<T> {
    const began = Date.now();
    for (let n = 1, pause = 200; ; n++, pause *= 2) {
      try {
        return await attempt();
      } catch (error) {
        if (!isLost(error) || !mayRepeat(error)) throw error;
        // One that took all its time is repeated once: a small machine that starts containers can be that slow.
        if (n > 1 && Date.now() - began + pause > limits.away) throw unreachable(socket, error);
        await sleep(pause, undefined, signal && { signal });
      }
    }
  }

  async function lookRaw(path: string, query?: Ask['query']): Promise<Buffer | undefined> {
    const attempt = async () => {
      const signal = AbortSignal.timeout(limits.look);
      return collect(await dial({ method: 'GET', path, signal, ...(query && { query }) }));
    };
    return persist(attempt, () => true).catch((error: unknown) => {
      if (error instanceof Refusal && error.status === 404) return undefined;
      throw error;
    });
  }

  async function send<T>(ask: Ask, read: (answer: Duplex) => Promise<T>): Promise<T> {
    // A connection that was never made carried nothing, so the request may be sent again.
    const attempt = async () => read(await dial(ask));
    return persist(attempt, neverSent, ask.signal).catch((error: unknown) => {
      throw isLost(error) ? lostAnswer(ask, error) : error;
    });
  }

  return {
    lookRaw,
    async look(path, query) {
      const body = await lookRaw(path, query);
      return body && JSON.parse(body.toString());
    },
    touch: (method, path, options) =>
      send({ method, path, ...options }, async (answer) => {
        const body = (await collect(answer)).toString();
        return body === '' ? undefined : JSON.parse(body);
      }),
    open: (method, path, options) => send({ method, path, ...options }, async (answer) => answer),
  };
}

export async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** No answer, or half of one: an error of the connection, as Node names them. */
export const isLost = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && !(error instanceof Failure) && 'code' in error;

const neverSent = (error: unknown) => (error as NodeJS.ErrnoException).syscall === 'connect';

export const lostAnswer = ({ method, path }: Pick<Ask, 'method' | 'path'>, cause: unknown): Uncertain =>
  new Uncertain(
    {
      code: 'docker-lost-answer',
      problem: `The connection to Docker broke off, and it is not known whether it did this: ${method} ${path}.`,
      fix: 'Run the same command again: it looks first, and goes on from there.',
    },
    { cause },
  );
