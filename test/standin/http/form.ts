import type { Call } from './call.ts';

/** The fields of a form as browsers send files: each character of a value stands for a byte. */
export function formIn({ headers, raw }: Pick<Call, 'headers' | 'raw'>): Record<string, string> | undefined {
  const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(headers['content-type'] ?? '')?.[1];
  if (boundary === undefined) return undefined;
  const parts = raw.toString('latin1').split(`--${boundary}`).slice(1, -1);
  const fields = parts.map((part) => {
    const end = part.indexOf('\r\n\r\n');
    return [/ name="([^"]*)"/.exec(part.slice(0, end))?.[1] ?? '', part.slice(end + 4, -2)] as const;
  });
  return Object.fromEntries(fields);
}
