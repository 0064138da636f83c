import { door, type NetworkFacts } from '../model/networks.ts';
import { proxyOf } from '../proxy/choose.ts';
import type { Facts } from './facts.ts';

/** What is known of the network where the proxy meets authentik. */
export const meetingFacts = (facts: Facts): NetworkFacts | undefined =>
  proxyOf(facts.proxy).meeting === door ? facts.doorNetwork : facts.proxyNetwork;
