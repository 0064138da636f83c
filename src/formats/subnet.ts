/**
 * Address ranges that cover a subnet of Docker's but for its gateway, which is this machine itself. Where Docker names
 * none it is the first address.
 */
export function withoutGateway(subnet: string, gateways: readonly string[]): string[] {
  const [address = '', length] = subnet.split('/');
  const bits = address.includes(':') ? 128 : 32;
  const prefix = Number(length);
  const first = numberOf(address);
  const isWithin = (base: bigint, size: number, one: bigint) => one >> BigInt(size) === base >> BigInt(size);
  const named = gateways
    .filter((one) => one.includes(':') === (bits === 128))
    .map(numberOf)
    .find((one) => isWithin(first, bits - prefix, one));
  const gateway = named ?? first + 1n;
  // From the whole to the gateway, halving: the half without it is one range.
  return Array.from({ length: bits - prefix }, (_, n) => {
    const size = bits - prefix - 1 - n;
    const other = ((gateway >> BigInt(size)) ^ 1n) << BigInt(size);
    return `${textOf(other, bits)}/${bits - size}`;
  });
}

function numberOf(address: string): bigint {
  if (!address.includes(':')) return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  const [head = '', tail] = address.split('::');
  const groups = (text: string | undefined): string[] => (text ? text.split(':') : []);
  const missing = 8 - groups(head).length - groups(tail).length;
  const all = [
    ...groups(head),
    ...Array.from({ length: tail === undefined ? 0 : missing }, () => '0'),
    ...groups(tail),
  ];
  return all.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n);
}

function textOf(address: bigint, bits: number): string {
  const [width, count] = bits === 128 ? [16n, 8] : [8n, 4];
  const parts = Array.from(
    { length: count },
    (_, n) => (address >> (width * BigInt(count - 1 - n))) & ((1n << width) - 1n),
  );
  return bits === 128 ? parts.map((part) => part.toString(16)).join(':') : parts.join('.');
}
