import { BlockList, isIP } from 'node:net';

const DEFAULT = ['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fe80::/10', '::1/128'];

/**
 * Whose X-Forwarded-* headers count. A given list replaces authentik's own.
 * @throws when an entry has no mask, which authentik refuses to start with.
 */
export function trustedPeers(cidrs: readonly string[] = DEFAULT): (peer: string | undefined) => boolean {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = '', mask] = cidr.trim().split('/');
    const family = isIP(address);
    if (!family || mask === undefined || !/^\d+$/.test(mask)) throw new Error('invalid IP address syntax');
    list.addSubnet(address, Number(mask), family === 6 ? 'ipv6' : 'ipv4');
  }
  return (peer = '') => {
    const address = peer.replace(/^::ffff:(?=\d+\.)/, '');
    return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  };
}
