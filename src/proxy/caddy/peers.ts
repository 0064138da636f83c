import { type Finding, ok, skip, unseen, wrong } from '../../model/finding.ts';
import { doorNetwork } from '../../model/networks.ts';
import type { World } from '../../world/world.ts';
import { type CaddyFacts, proxyPeers, whatPeersDo } from '../proxy.ts';

/** Who is on the network where this Caddy meets authentik, beside the two? */
export async function peers(
  caddy: string | undefined,
  network: string,
  { docker }: Pick<World, 'docker'>,
): Promise<Finding[]> {
  const others = (await docker.containers())
    .filter(({ name, networks }) => networks.includes(network) && name !== 'authentik' && name !== caddy)
    .map(({ name }) => name);
  if (others.length === 0) return [ok(proxyPeers)];
  const some = others.length > 3 ? `${others.slice(0, 3).join(', ')} and ${others.length - 3} more` : others.join(', ');
  const problem = `Caddy meets authentik on ${network}, and so do ${some}.`;
  const fix = network === doorNetwork ? leave(others) : move(caddy ?? 'caddy');
  return [wrong(proxyPeers, 'warn', { problem, why: whatPeersDo, fix })];
}

/** The same where Caddy speaks from this server itself: who else does cannot be told from it. */
export async function peersHere(
  { container: caddy }: Pick<CaddyFacts, 'container'>,
  { docker }: Pick<World, 'docker'>,
): Promise<Finding[]> {
  const others = (await docker.containers())
    .filter(({ name, networks }) => networks.includes('host') && name !== caddy)
    .map(({ name }) => name);
  const also = others.length > 0 ? `, and so does ${others.join(', ')} on its network` : '';
  return [skip(proxyPeers, unseen(`Each account of this server counts as Caddy to authentik${also}.`))];
}

const leave = (others: readonly string[]): string =>
  `Take them off it, in their compose files too:  docker network disconnect ${doorNetwork} ${others[0]}`;

const move = (caddy: string): readonly string[] => [
  `Give Caddy a network that it shares with authentik alone. In the compose file of ${caddy}: "proxy" below its networks, and at the end`,
  `networks: { proxy: { external: true, name: ${doorNetwork} } }`,
  'then, in its folder: docker compose up -d   and: homeauth apply',
];
