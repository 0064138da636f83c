/** A piece of what a program wrote. */
export interface Frame {
  readonly stream: 'stdout' | 'stderr';
  readonly data: Buffer;
}

export const headerLength = 8;
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
export const streamOf = (header: Buffer): Frame['stream'] => (header[0] === stderrStream ? 'stderr' : 'stdout');

/** The text of some frames; joined as bytes, because one letter may be cut in two. */
export const textOf = (frames: readonly Frame[]): string => Buffer.concat(frames.map(({ data }) => data)).toString();

function isFramed(data: Buffer): boolean {
  return data.length >= headerLength && data.readUInt8(0) <= stderrStream && data.readUIntBE(1, 3) === 0;
}
