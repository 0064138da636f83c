import { randomUUID } from 'node:crypto';
import { addressOf, type Call } from './http/call.ts';
import type { Reputation, ReputationPolicy } from './state-flows.ts';

/** AUTHENTIK_REPUTATION__EXPIRY: counted from the first time that a name was seen at an address. */
const LIFE = 86_400_000;

const limits = ({ state: { settings } }: Call): [number, number] => [
  Number(settings['reputation_lower_limit']),
  Number(settings['reputation_upper_limit']),
];

/** What is not over yet. */
export function reputations(call: Call): Reputation[] {
  const now = call.site.now();
  call.state.reputations = call.state.reputations.filter((one) => one.expires > now);
  return call.state.reputations;
}

/** A name is thought better or worse of, at this address. */
export function count(call: Call, identifier: string, amount: number): void {
  const [lower, upper] = limits(call);
  const ip = addressOf(call);
  const now = call.site.now();
  const there = reputations(call).find((one) => one.identifier === identifier && one.ip === ip);
  const row = there ?? { pk: randomUUID(), identifier, ip, score: 0, expires: now + LIFE, updated: now };
  row.score = Math.max(lower, Math.min(upper, row.score + amount));
  if (!there) call.state.reputations.push(row);
}

/** The policy says yes to whom little is thought of: the sum over the name and the address, whichever it looks at. */
export function isLow(call: Call, policy: ReputationPolicy, identifier: string): boolean {
  const ip = addressOf(call);
  const score = reputations(call)
    .filter((one) => (policy.check_ip && one.ip === ip) || (policy.check_username && one.identifier === identifier))
    .reduce((sum, one) => sum + one.score, 0);
  return score <= policy.threshold;
}
