import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Reply } from './reply.ts';

/** The headers that Django's middleware puts on every answer. */
export const fromDjango = (reply: Reply): Reply => ({
  ...reply,
  headers: {
    'content-language': 'en',
    vary: 'Accept-Language, Cookie',
    'x-authentik-id': randomUUID().replaceAll('-', ''),
    'x-frame-options': 'DENY',
    'x-powered-by': 'authentik',
    ...reply.headers,
  },
});

/** Sends an answer; `cut` breaks the connection in the middle of the body. */
export function writeReply(response: ServerResponse, { status, headers, body }: Reply, cut = false): void {
  const payload = Buffer.from(body);
  const length: Record<string, string> = status === 204 ? {} : { 'content-length': String(payload.length) };
  response.writeHead(status, { ...headers, ...length });
  if (!cut) {
    response.end(payload);
    return;
  }
  response.write(payload.subarray(0, Math.floor(payload.length / 2)), () => response.destroy());
}
