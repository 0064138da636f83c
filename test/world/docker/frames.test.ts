import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { divide, framesOf, textOf } from '../../../src/world/docker/frames.ts';
import { collected } from '../../fakes/streams.ts';

function frame(stream: number, text: string | Buffer): Buffer {
  const data = Buffer.from(text as string);
  const header = Buffer.alloc(8);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(data.length, 4);
  return Buffer.concat([header, data]);
}

test('takes the streams apart, and a letter that was cut in two together', () => {
  const letter = Buffer.from('ü');
  const data = [frame(1, letter.subarray(0, 1)), frame(2, 'oops'), frame(1, letter.subarray(1))];
  const frames = framesOf(Buffer.concat(data));
  expect(textOf(frames.filter(({ stream }) => stream === 'stdout'))).toBe('ü');
  expect(textOf(frames.filter(({ stream }) => stream === 'stderr'))).toBe('oops');
});

test.each(['{"level":"info"}', 'ok', '', 'a line of a terminal\r\n'])('%j has no frames', (text) => {
  expect(framesOf(Buffer.from(text))).toEqual([{ stream: 'stdout', data: Buffer.from(text) }]);
});

const all = Buffer.concat([frame(1, 'one'), frame(2, 'a warning'), frame(1, ''), frame(1, 'x'.repeat(70_000))]);
const inPieces = (bytes: Buffer, size: number) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size));

test.each([1, 3, 8, 11, 65_536])('frames that come in pieces of %d bytes', async (size) => {
  const into = collected();
  expect(await divide(Readable.from(inPieces(all, size)), into)).toBe('a warning');
  expect(into.text()).toBe(`one${'x'.repeat(70_000)}`);
});

test.each([5, 10, 100])('an end %d bytes too early is an error', async (missing) => {
  const cut = Readable.from([all.subarray(0, all.length - missing)]);
  await expect(divide(cut, collected())).rejects.toThrow('cut off');
  await expect(divide(Readable.from([frame(1, 'abc').subarray(0, 4)]), collected())).rejects.toThrow('cut off');
});
