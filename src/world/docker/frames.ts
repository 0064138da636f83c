import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
/** A piece of what a program wrote. */
export interface Frame {
  readonly stream: 'stdout' | 'stderr';
  readonly data: Buffer;
}

const headerLength = 8;
const stderrStream = 2;

/**
 * Takes apart what the engine sends for a program without a terminal: frames of a header (which stream, three zero
 * bytes, a length of four) and text. With a terminal there are no frames, and all of it is stdout.
 */
export function framesOf(data: Buffer): Frame[] {
  if (!isFramed(data)) return [{ stream: 'stdout', data }];
  const frames: Frame[] = [];
  for (let at = 0; at + headerLength <= data.length; ) {
    const end = at + headerLength + data.readUInt32BE(at + 4);
    frames.push({ stream: streamOf(data.subarray(at)), data: data.subarray(at + headerLength, end) });
    at = end;
  }
  return frames;
}

/** Which stream a header says. */
const streamOf = (header: Buffer): Frame['stream'] => (header[0] === stderrStream ? 'stderr' : 'stdout');

/** The text of some frames; joined as bytes, because one letter may be cut in two. */
export const textOf = (frames: readonly Frame[]): string => Buffer.concat(frames.map(({ data }) => data)).toString();

function isFramed(data: Buffer): boolean {
  return data.length >= headerLength && data.readUInt8(0) <= stderrStream && data.readUIntBE(1, 3) === 0;
}

/** As much as is kept of what a program complains about, in characters. */
const longest = 16_384;

/**
 * Takes apart what the engine sends for a program without a terminal while it comes: what the program puts out goes into
 * `into`, which sets the pace, and the end of its complaints is returned.
 * @throws Error where the last frame is cut off
 */
export async function divide(from: Readable, into: Writable): Promise<string> {
  let complaints = '';
  let header = Buffer.alloc(0);
  let stream: 'stdout' | 'stderr' = 'stdout';
  let left = 0;
  for await (const chunk of from) {
    for (let rest = chunk as Buffer; rest.length > 0; ) {
      if (left === 0) {
        const part = rest.subarray(0, headerLength - header.length);
        header = Buffer.concat([header, part]);
        rest = rest.subarray(part.length);
        if (header.length < headerLength) continue;
        stream = streamOf(header);
        left = header.readUInt32BE(4);
        header = Buffer.alloc(0);
        continue;
      }
      const data = rest.subarray(0, left);
      rest = rest.subarray(data.length);
      left -= data.length;
      if (stream === 'stderr') complaints = (complaints + data.toString()).slice(-longest);
      else if (!into.write(data)) await once(into, 'drain');
    }
  }
  if (left > 0 || header.length > 0) throw Object.assign(new Error('The answer was cut off.'), { code: 'ECUT' });
  return complaints;
}
