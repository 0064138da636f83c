import { type IncomingMessage, request } from 'node:http';
import { fromRaw, type Headers } from './headers.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** Asks what stands behind Caddy. */
export function ask(
  at: { readonly host: string; readonly port: number },
  { method, target, headers, body }: { method: string; target: string; headers: Headers; body: Buffer },
): Promise<Answer> {
  const lines = new Map<string, string | string[]>();
  for (const [name, value] of headers.filter(([one]) => !/^content-length$/i.test(one)))
    lines.set(name, lines.has(name) ? [lines.get(name) ?? [], value].flat() : value);
  return new Promise((resolve, reject) => {
    const out = request({ ...at, method, path: target, headers: Object.fromEntries(lines) }, async (answer) => {
      resolve({ status: answer.statusCode ?? 502, headers: fromRaw(answer.rawHeaders), body: await read(answer) });
    });
    out.on('error', reject).end(body);
  });
}

export async function read(stream: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
