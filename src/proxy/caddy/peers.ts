import { type Finding, ok, wrong } from '../../model/finding.ts';
import { doorNetwork } from '../../model/networks.ts';
import type { World } from '../../world/world.ts';
import { proxyPeers, whatPeersDo } from '../peers.ts';
import type { CaddyFacts } from '../proxy.ts';

/** Who is on the network where this Caddy meets authentik, beside the two? */
export async function peers(
  { container: caddy }: Pick<CaddyFacts, 'container'>,
  network: string,
  { docker }: Pick<World, 'docker'>,
): Promise<Finding[]> {
  const others = (await docker.containers())
    .filter(({ name, networks }) => networks.includes(network) && !['authentik', caddy].includes(name))
    .map(({ name }) => name);
  if (others.length === 0) return [ok(proxyPeers)];
  const some = others.length > 3 ? `${others.slice(0, 3).join(', ')} and ${others.length - 3} more` : others.join(', ');
  const problem = `Caddy meets authentik on ${network}, and so do ${some}.`;
  const fix = network === doorNetwork ? leave(others) : move(caddy);
  return [wrong(proxyPeers, 'warn', { problem, why: whatPeersDo, fix })];
}

const leave = (others: readonly string[]): string =>
  `Take them off it, in their compose files too:  docker network disconnect ${doorNetwork} ${others[0]}`;

const move = (caddy: string): readonly string[] => [
  `Give Caddy a network that it shares with authentik alone. In the compose file of ${caddy}: "proxy" below its networks, and at the end`,
  `networks: { proxy: { external: true, name: ${doorNetwork} } }`,
  'then, in its folder: docker compose up -d   and: homeauth apply',
];
