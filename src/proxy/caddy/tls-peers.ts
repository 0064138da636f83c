import { type Finding, ok, wrong } from '../../model/finding.ts';
import type { World } from '../../world/world.ts';
import type { TlsEnd } from '../tls-end.ts';

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
