import { z } from 'zod';
import type { Refusal } from './refusal.ts';
import { checkPort } from './upstream.ts';

/** Networks of one's own: at home, of WireGuard, of Tailscale. */
const own = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/;

const isIpv4 = (text: string): boolean => z.ipv4().safeParse(text).success;

export const isLoopback = (address: string): boolean => address.startsWith('127.');

const isIpv6 = (text: string): boolean => z.ipv6().safeParse(text.replace(/^\[(.*)\](:\d+)?$/, '$1')).success;

/** authentik's network in Docker has IPv4 alone. */
const whyNot6 =
  'Docker hands on what comes over IPv6 from an address of its own, so authentik could not tell your proxy from anybody else.';

/** Where authentik listens for a proxy outside of Docker. */
export function checkListen(value: string): Refusal | undefined {
  const [, address = '', port = ''] = /^(.*):(\d+)$/.exec(value) ?? [];
  if (isIpv6(value)) {
    const fix = "Write this server's IPv4 address in the network of the two, like 10.8.0.2:910.";
    return { problem: 'is an IPv6 address', why: whyNot6, fix };
  }
  if (!isIpv4(address)) return { problem: 'is no IPv4 address with a port', fix: 'Write it like 127.0.0.1:910.' };
  if (!isLoopback(address) && !own.test(address)) {
    return {
      problem: 'is no address of a network of your own',
      why: 'Whoever reaches that port is answered by authentik, in plain HTTP.',
      fix: "Write 127.0.0.1:910, or for a proxy on another machine this server's address in your LAN or WireGuard, like 10.8.0.2:910.",
    };
  }
  if (Number(port) >= 1024) {
    return {
      problem: 'is a port that every account of this server can take',
      why: 'While authentik does not run, a program that listens there in its place could let anybody into every app.',
      fix: `Write one below 1024, which only root can take, like ${address}:910.`,
    };
  }
  return checkPort(port);
}

/** The address of a proxy on another machine. */
export function checkProxyAddress(value: string): Refusal | undefined {
  if (own.test(value) && isIpv4(value)) return undefined;
  if (isIpv6(value)) {
    const fix = "Write the proxy's IPv4 address in the network of the two, like 10.8.0.1.";
    return { problem: 'is an IPv6 address', why: whyNot6, fix };
  }
  return {
    problem: 'is no IPv4 address of a network of your own',
    why: 'What the proxy asks goes over the network in clear, passwords among it, and authentik believes that one address.',
    fix: "Write the proxy's one address in your LAN or WireGuard, like 10.8.0.1.",
  };
}

/** Where an LDAP server can be asked from the LAN. */
export function checkLdapListen(value: string): Refusal | undefined {
  const [, address = '', port = ''] = /^(.*):(\d+)$/.exec(value) ?? [];
  if (!isIpv4(address)) return { problem: 'is no IPv4 address with a port', fix: 'Write it like 192.168.0.4:636.' };
  if (!own.test(address)) {
    return {
      problem: 'is no address of a network of your own',
      why: 'Whoever reaches that port can guess passwords there.',
      fix: "Write this server's address in your LAN, like 192.168.0.4:636.",
    };
  }
  return checkPort(port);
}
