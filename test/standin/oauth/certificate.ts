import { createHash, type KeyObject, sign } from 'node:crypto';

/** One value of DER: its tag, its length, what it holds. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
/** sha256WithRSAEncryption. */
const algorithm = der(0x30, der(0x06, hex('2a864886f70d01010b')), der(0x05));
const day = (date: Date): Buffer => der(0x17, Buffer.from(`${date.toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`));

/** A certificate that a key has signed for itself, for a year, as DER. */
export function selfSigned(name: string, key: KeyObject, publicKey: KeyObject): Buffer {
  const common = der(0x30, der(0x06, hex('550403')), der(0x0c, Buffer.from(name)));
  const subject = der(0x30, der(0x31, common));
  const [from, until] = [new Date(), new Date(Date.now() + 365 * 86_400_000)];
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const body = der(
    0x30,
    der(0xa0, der(0x02, hex('02'))),
    der(0x02, createHash('md5').update(spki).digest().subarray(1)),
    algorithm,
    subject,
    der(0x30, day(from), day(until)),
    subject,
    spki,
  );
  return der(0x30, body, algorithm, der(0x03, hex('00'), sign('sha256', body, key)));
}
