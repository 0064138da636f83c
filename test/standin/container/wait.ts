import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '../store.ts';

const TRIES = 30;

/** Tries once a second, thirty times. `false` when it never worked, as authentik then gives up. */
export async function waitFor(
  what: string,
  attempt: () => Promise<void>,
  say: (event: string) => void,
): Promise<boolean> {
  for (let count = 1; count <= TRIES; count++) {
    try {
      await attempt();
      return true;
    } catch (error) {
      say(`${what} connection failed, retrying... (${error instanceof Error ? reason(error) : error})`);
      await sleep(1000);
    }
  }
  return false;
}

/** Connection errors of several addresses have an empty message of their own. */
const reason = (error: Error): string =>
  error instanceof AggregateError ? error.errors.map((one: Error) => one.message).join('; ') : error.message;

/** PostgreSQL in psycopg's words: a refused password is `FATAL:  password authentication failed …`. */
export async function reachPostgres(store: Store, { host, port }: { host: string; port: number }): Promise<void> {
  try {
    await store.read();
  } catch (error) {
    const said = error instanceof Error ? reason(error) : String(error);
    const fatal = error instanceof Error && 'severity' in error ? `FATAL:  ${said}` : said;
    throw new Error(`connection failed: connection to server at "${host}", port ${port} failed: ${fatal}`);
  }
}

export function reachRedis({ host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: 2000 });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('timeout', () => socket.destroy(new Error(`Error connecting to ${host}:${port}. Timeout`)));
    socket.once('error', (error) => reject(new Error(`Error connecting to ${host}:${port}. ${error.message}`)));
  });
}
