import { request } from 'node:http';

export interface Answer {
  status: number;
  headers: Record<string, string | string[]>;
  body: unknown;
}

/** Sends one request exactly as given, the Host header included, which fetch would not allow. */
export function send(
  origin: string,
  sent: { method: string; path: string; headers: Record<string, string>; body?: unknown },
): Promise<Answer> {
  const payload =
    sent.body === undefined || sent.body === null
      ? undefined
      : typeof sent.body === 'string'
        ? sent.body
        : JSON.stringify(sent.body);
  return new Promise((resolve, reject) => {
    const out = request(
      `${origin}${sent.path}`,
      {
        method: sent.method,
        headers: {
          ...sent.headers,
          ...(payload === undefined ? {} : { 'content-length': Buffer.byteLength(payload) }),
        },
        agent: false,
      },
      (incoming) => {
        const parts: Buffer[] = [];
        incoming.on('data', (part: Buffer) => parts.push(part));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const text = Buffer.concat(parts).toString();
          const isJson = String(incoming.headers['content-type']).startsWith('application/json');
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers as Answer['headers'],
            body: isJson && text ? JSON.parse(text) : text,
          });
        });
      },
    );
    out.on('error', reject);
    out.end(payload);
  });
}
