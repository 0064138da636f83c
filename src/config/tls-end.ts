import { z } from 'zod';
import type { Refusal } from './refusal.ts';

/** Who ends TLS before Caddy: an address, a range of addresses, or a container. */
export function checkTlsEnd(value: string): Refusal | undefined {
  const [address = '', length, ...rest] = value.split('/');
  const family = familyOf(address);
  if (family === 0) {
    if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(value) && !/^[\d.]+$/.test(value)) return undefined;
    return {
      problem: 'is neither an address nor the name of a container',
      fix: 'Write it like 192.168.0.1, 10.8.0.0/30 or cloudflared.',
    };
  }
  if (length === undefined && !isEverything(address)) return undefined;
  const [widest, bits] = family === 4 ? [8, 32] : [32, 128];
  if (rest.length === 0 && /^\d+$/.test(length ?? '') && Number(length) >= widest && Number(length) <= bits)
    return undefined;
  if (isEverything(address) || Number(length) < widest) {
    return {
      problem: 'is almost every address',
      why: 'Whoever asks from there is served without TLS.',
      fix: 'Write the address of the one machine where TLS ends.',
    };
  }
  return { problem: 'is no range of addresses', fix: 'Write it like 10.8.0.0/30.' };
}

/** 4 or 6; 0 where it is no address. */
function familyOf(address: string): 4 | 6 | 0 {
  if (z.ipv4().safeParse(address).success) return 4;
  return z.ipv6().safeParse(address).success ? 6 : 0;
}

const isEverything = (address: string): boolean => /^[0.:]+$/.test(address);

/** The list as a flag takes it. */
export const tlsEndsIn = (text: string): string[] => text.split(',').map((one) => one.trim());

/** The same, checked. */
export function checkTlsEnds(text: string): Refusal | undefined {
  return tlsEndsIn(text)
    .map(checkTlsEnd)
    .find((refusal) => refusal !== undefined);
}
