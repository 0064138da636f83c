import { type Readable, Writable } from 'node:stream';

export const textOf = async (stream: Readable): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString();
};

/** Keeps what is written into it. */
export function collected(): Writable & { text(): string; bytes(): Buffer } {
  const parts: Buffer[] = [];
  const into = new Writable({
    write(part: Buffer, _, done) {
      parts.push(Buffer.from(part));
      done();
    },
  });
  const bytes = () => Buffer.concat(parts);
  return Object.assign(into, { bytes, text: () => bytes().toString() });
}
