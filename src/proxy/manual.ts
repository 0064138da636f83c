import { openAddresses } from '../config/open-path.ts';
import type { Config } from '../config/schema.ts';
import type { Template } from '../formats/template.ts';
import { wrong } from '../model/finding.ts';
import { caddynet, innerName, proxyNetwork } from '../model/networks.ts';
import { textOf } from './caddy/text.ts';
import { proxyPeers, whatPeersDo } from './peers.ts';
import type { ReverseProxy } from './proxy.ts';

/** A proxy whose configuration its owner keeps: homeauth knows nothing of it, and changes nothing. */
export const manual: ReverseProxy = {
  meeting: { at: 'network', network: caddynet },
  // It may be on this machine.
  speaksFrom: ({ subnets }) => subnets,
  part: () => [],
  entrance: async () => ({}),
  peers: async () => {
    const problem = `homeauth does not know your proxy, so everything on ${proxyNetwork}, and every account of this server, counts as it.`;
    const fix = `Keep the proxy and authentik on a network of their own with nothing else on it, and who is on this server few.`;
    return [wrong(proxyPeers, 'warn', { problem, why: whatPeersDo, fix })];
  },
  holes: async () => [],
};

/** What a user does who keeps the proxy's configuration in their own hands: the text for a Caddy, and the steps. */
export function manualText(
  config: Config,
  templates: Readonly<Record<string, Template>>,
): { text: string; steps: readonly string[] } {
  const { text } = textOf(config, templates['homeauth.caddy']!);
  const server = `http://${innerName('authentik')}:9000`;
  const open = openAddresses(config.apps);
  return {
    text,
    steps: [
      `Let your proxy reach authentik and the apps by name: docker network connect ${proxyNetwork} NAME`,
      'Caddy: save the text as homeauth.caddy beside your Caddyfile, add a last line "import homeauth.caddy" to it,',
      '       and load it: docker exec -w /etc/caddy NAME caddy reload',
      `Another proxy: send ${config.authHost} to ${server}, and ask ${server}/outpost.goauthentik.io/auth/nginx`,
      '       (or traefik, envoy in place of nginx) before every request to an app. Take away all request headers',
      '       whose names contain "authentik", in any spelling, before you do, and let only those through whose answer',
      "       has X-Authentik-Meta-App: the app's name, or home in mode domain. Name the host in X-Forwarded-Host yourself.",
      ...(open.length > 0 ? [`       Without that question: ${open.join(', ')}`] : []),
    ],
  };
}
