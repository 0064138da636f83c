import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { divide } from '../../../src/world/docker/divide.ts';
import { collected } from '../../fakes/streams.ts';

const frame = (stream: number, text: string): Buffer => {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(text.length, 4);
  return Buffer.concat([header, Buffer.from(text)]);
};
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
