import { expect, test } from 'vitest';
import { framesOf, textOf } from '../../../src/world/docker/frames.ts';

function frame(stream: number, data: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(data.length, 4);
  return Buffer.concat([header, data]);
}

test('takes the streams apart, and a letter that was cut in two together', () => {
  const letter = Buffer.from('ü');
  const data = [frame(1, letter.subarray(0, 1)), frame(2, Buffer.from('oops')), frame(1, letter.subarray(1))];
  const frames = framesOf(Buffer.concat(data));
  expect(textOf(frames.filter(({ stream }) => stream === 'stdout'))).toBe('ü');
  expect(textOf(frames.filter(({ stream }) => stream === 'stderr'))).toBe('oops');
});

test.each(['{"level":"info"}', 'ok', '', 'a line of a terminal\r\n'])('%j has no frames', (text) => {
  expect(framesOf(Buffer.from(text))).toEqual([{ stream: 'stdout', data: Buffer.from(text) }]);
});
