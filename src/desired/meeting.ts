import type { Attachment } from '../model/container.ts';
import type { Facts, NetworkFacts } from './facts.ts';
import { doorNetwork, proxyNetwork } from './layout.ts';

/** The network that Caddy shares with apps, and the one that it shares with authentik alone. */
export const caddynet: Attachment = { name: proxyNetwork, key: 'caddynet' };
export const door: Attachment = { name: doorNetwork, key: 'proxy', internal: true };

/**
 * Where Caddy finds authentik's server: on a network of the two alone, wherever Caddy is on it. A Caddy of somebody
 * else's is, when its own compose file says so, since nothing else lasts; until then they meet among the apps.
 */
export function meetingOf({ proxy }: Pick<Facts, 'proxy'>): Attachment {
  const isAlone = proxy.is === 'own' || (proxy.is === 'existing' && proxy.networks.includes(doorNetwork));
  return isAlone ? door : caddynet;
}

/** What is known of that network. */
export const meetingFacts = (facts: Facts): NetworkFacts | undefined =>
  meetingOf(facts) === door ? facts.doorNetwork : facts.proxyNetwork;
