import { Pool } from 'undici';
import type { Secret } from '../../model/secret.ts';
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
  /** @throws LineBroken */
  send(request: Outgoing): Promise<Answer>;
  /** Ask for the address again before the next request: another container may have the old one. */
  forget(): void;
}

/** Connections at once: authentik on two cores gains nothing from more than eight requests side by side. */
const connections = 8;

/** These happen before the first byte leaves. */
const neverSent = [
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
];

/** `timeout`: ms for one request as a whole. */
export function openLine(address: () => Promise<Address | undefined>, host: string, timeout: number): Line {
  let open: { readonly at: string; readonly pool: Pool } | undefined;
  let stale = true;

  async function pool(): Promise<Pool> {
    if (open && !stale) return open.pool;
    const found = await address();
    if (!found) throw new LineBroken("authentik's container does not run", false);
    const at = `http://${found.host.includes(':') ? `[${found.host}]` : found.host}:${found.port}`;
    if (open?.at !== at) {
      void open?.pool.close();
      open = { at, pool: new Pool(at, { connections, connect: { timeout: 5000 } }) };
    }
    stale = false;
    return open.pool;
  }

  return {
    async send({ method, path, body, token }) {
      const to = await pool();
      try {
        const response = await to.request({
          method,
          path,
          headers: {
            host,
            accept: 'application/json',
            // The words of its errors are shown, and its English is what is looked for in them.
            'accept-language': 'en',
            'x-forwarded-proto': 'https',
            ...(token && { authorization: `Bearer ${token.reveal()}` }),
            ...(body !== undefined && { 'content-type': 'application/json' }),
          },
          ...(body !== undefined && { body }),
          signal: AbortSignal.timeout(timeout),
        });
        const headers = Object.entries(response.headers).map(([name, value]) => [name, [value].flat().join(', ')]);
        return {
          status: response.statusCode,
          headers: Object.fromEntries(headers),
          body: await response.body.text(),
        };
      } catch (error) {
        stale = true;
        throw broken(error, timeout);
      }
    },
    forget: () => {
      stale = true;
    },
  };
}

function broken(error: unknown, timeout: number): LineBroken {
  const { code, name } = error as { code?: string; name?: string };
  if (code !== undefined && neverSent.includes(code)) return new LineBroken('authentik does not answer', false);
  if (name === 'TimeoutError') return new LineBroken(`authentik gave no answer within ${timeout / 1000} s`, true);
  return new LineBroken('authentik broke off the connection', true);
}
