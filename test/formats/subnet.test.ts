import { BlockList } from 'node:net';
import { expect, test } from 'vitest';
import { withoutGateway } from '../../src/formats/subnet.ts';

test.each([
  ['172.18.0.0/30', ['172.18.0.1'], ['172.18.0.2/31', '172.18.0.0/32']],
  ['10.0.0.0/29', ['10.0.0.6'], ['10.0.0.0/30', '10.0.0.4/31', '10.0.0.7/32']],
  ['fd00::/126', ['fd00::1'], ['fd00:0:0:0:0:0:0:2/127', 'fd00:0:0:0:0:0:0:0/128']],
])('%s without %j', (subnet, gateways, ranges) => expect(withoutGateway(subnet, gateways)).toEqual(ranges));

test.each([
  ['172.18.0.0/16', 'ipv4', '172.18.0.1', ['172.18.0.0', '172.18.0.2', '172.18.0.3', '172.18.255.255']],
  ['fd12:3456::/64', 'ipv6', 'fd12:3456::1', ['fd12:3456::', 'fd12:3456::2', 'fd12:3456::ffff:ffff:ffff:ffff']],
] as const)('%s: every address but that of the gateway, named or not', (subnet, family, gateway, others) => {
  for (const gateways of [['192.168.0.1', gateway, 'fe80::1'], []]) {
    const list = new BlockList();
    for (const range of withoutGateway(subnet, gateways)) {
      const [address = '', prefix] = range.split('/');
      list.addSubnet(address, Number(prefix), family);
    }
    expect(list.check(gateway, family)).toBe(false);
    for (const other of others) expect(list.check(other, family)).toBe(true);
  }
});
