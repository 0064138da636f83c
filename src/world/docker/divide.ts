import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { headerLength, streamOf } from './frames.ts';

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
