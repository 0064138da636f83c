import { type Finding, ok, skip, unseen, wrong } from '../../model/finding.ts';
import { doorNetwork } from '../../model/networks.ts';
import type { World } from '../../world/world.ts';
import { type CaddyFacts, proxyPeers, whatPeersDo } from '../proxy.ts';
import type { TlsEnd } from '../tls-end.ts';

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

/** Who else is on the network from which what ends TLS asks Caddy: they are taken for it. */
export async function tlsPeers(
  { containers }: TlsEnd,
  caddy: string | undefined,
  { docker }: Pick<World, 'docker'>,
): Promise<Finding[]> {
  if (containers.length === 0) return [];
  const about = { id: 'tls-from', title: 'Caddy serves nobody without TLS but what ends it' };
  const all = await docker.containers();
  const named = new Set([...containers.map(({ name }) => name), caddy, 'authentik']);
  const beside = containers.flatMap(({ network }) =>
    all.filter(({ name, networks }) => networks.includes(network) && !named.has(name)).map(({ name }) => name),
  );
  const [first, ...more] = [...new Set(beside)];
  const [{ name, network }] = containers as [TlsEnd['containers'][number]];
  if (first === undefined) return [ok(about)];
  const who = more.length > 0 ? `${first} and others (${more.length}) are` : `${first} is`;
  return [
    wrong(about, 'warn', {
      problem: `${who} on ${network} too, the network from which ${name} asks Caddy, and Caddy trusts it as it trusts ${name}.`,
      why: 'An attacker in one of them can fake the address of any visitor, and so guess passwords without a limit.',
      fix: [
        `Give ${name} and Caddy a network of their own (tunnel: {} below networks in a compose file, and in both services), and take ${name} off ${network}.`,
        'Then: homeauth apply',
      ],
    }),
  ];
}
