import type { ProxyFacts } from '../../desired/facts.ts';
import { doorNetwork, proxyNetwork } from '../../desired/layout.ts';
import { meetingOf } from '../../desired/meeting.ts';
import type { Finding } from '../../model/finding.ts';
import type { Installation } from '../installation.ts';

export const proxyPeers = { id: 'proxy-peers', title: 'nobody but Caddy can pose as the proxy to authentik' };
const means =
  'authentik believes what they say about a visitor: from which address somebody comes, so that no brake on guessing passwords holds, and at which host.';

/** Who may tell authentik, as a proxy does, where a visitor comes from? */
export async function proxyPeersCheck({ world }: Pick<Installation, 'world'>, proxy: ProxyFacts): Promise<Finding[]> {
  if (proxy.is === 'manual') {
    const cause = `homeauth does not know your proxy, so everything on ${proxyNetwork}, and every account of this server, counts as it. ${means}`;
    const fix = `Keep the proxy and authentik on a network of their own with nothing else on it, and who is on this server few.`;
    return [{ ...proxyPeers, status: 'warn', cause, fix }];
  }
  const { name } = meetingOf({ proxy });
  const caddy = proxy.is === 'existing' ? proxy.container : 'caddy';
  const others = (await world.docker.containers())
    .filter((container) => container.networks.includes(name) && !['authentik', caddy].includes(container.name))
    .map((container) => container.name);
  if (others.length === 0) return [{ ...proxyPeers, status: 'ok' }];
  const some = others.length > 3 ? `${others.slice(0, 3).join(', ')} and ${others.length - 3} more` : others.join(', ');
  const cause = `Caddy meets authentik on ${name}, and so do ${some}. ${means}`;
  return [{ ...proxyPeers, status: 'warn', cause, fix: name === doorNetwork ? leave(others) : move(caddy) }];
}

const leave = (others: readonly string[]): string =>
  `Take them off it, in their compose files too:  docker network disconnect ${doorNetwork} ${others[0]}`;

const move = (caddy: string): string =>
  [
    `Give Caddy a network that it shares with authentik alone. In the compose file of ${caddy}: "proxy" below its networks, and at the end`,
    `networks: { proxy: { external: true, name: ${doorNetwork} } }`,
    'then, in its folder: docker compose up -d   and: homeauth apply',
  ].join('\n');
