import type { Config, Listen } from '../config/config.ts';
import { openAddresses } from '../config/open-path.ts';
import { asFailure, Failure } from '../model/failure.ts';
import { type Finding, skip, unseen, wrong } from '../model/finding.ts';
import { backendNetwork, caddynet, innerName, proxyNetwork } from '../model/networks.ts';
import type { World } from '../world/world.ts';
import { manualTexts } from './manual-texts.ts';
import { type ManualFacts, proxyPeers, type ReverseProxy, whatPeersDo } from './proxy.ts';

/** Where the texts for the owner's proxy are kept, below the base directory. */
export const manualFolder = (baseDir: string): string => `${baseDir}/authentik/proxy`;

/** Where the owner's proxy asks authentik: at a port of this server, or by its name in Docker. */
const serverAt = ({ listen }: Pick<Config, 'listen'>): string =>
  listen ? `${listen.address}:${listen.port}` : `${innerName('authentik')}:9000`;

/** A proxy whose configuration its owner keeps: homeauth writes texts for it, and changes nothing of it. */
export const manual = ({ listen, address, tlsEnd }: ManualFacts): ReverseProxy => ({
  meeting: listen ? { at: 'port', listen, through: backendNetwork } : { at: 'network', network: caddynet },
  // One on this machine speaks from any of them.
  speaksFrom: ({ subnets }) => (address === undefined ? subnets : [`${address}/32`]),
  part: (config, templates) =>
    Object.entries(manualTexts(config, templates, serverAt(config), tlsEnd)).map(([name, content]) => ({
      kind: 'file',
      key: `${manualFolder(config.baseDir)}/${name}`,
      spec: { content, mode: 0o644 },
    })),
  ownersSite: async (host) => {
    throw new Failure({
      code: 'proxy-manual',
      problem: 'homeauth changes no Caddyfile here: proxy is manual.',
      fix: `homeauth add-app NAME --host ${host} --upstream HOST:PORT, then load the text that it writes.`,
    });
  },
  entrance: async () => ({}),
  peers: async (world) => {
    if (listen && address !== undefined) return [await farPeers(listen, address, world)];
    const problem = `homeauth does not know your proxy, so authentik trusts everything on ${proxyNetwork} and every user of this server as it.`;
    const fix = `Keep only the proxy and authentik on that network, and give few people an account on this server.`;
    return [wrong(proxyPeers, 'warn', { problem, why: whatPeersDo, fix })];
  },
  vulnerabilities: async () => [],
});

/** Whether authentik answers where a proxy on another machine asks it; who else is answered cannot be seen from here. */
async function farPeers({ address: at, port }: Listen, proxy: string, { http }: Pick<World, 'http'>): Promise<Finding> {
  const answer = await http.dial({ url: `http://${at}:${port}/-/health/live/` }).catch(asFailure);
  if (answer instanceof Failure) {
    const about = { id: 'listen-silent', title: `authentik answers at ${at}:${port}` };
    const problem = `authentik does not answer at ${at}:${port}, where your proxy asks it.`;
    const fix = [
      'homeauth apply',
      'If that address came later than Docker at the last start: docker restart authentik',
    ];
    return wrong(about, 'fail', { problem, why: answer.problem, fix });
  }
  const says = `authentik answers at ${at}:${port} in plain HTTP, to ${proxy} and to everybody else who can reach that port. homeauth cannot see whether there is a firewall, or whether the connection is encrypted (WireGuard).`;
  return skip(proxyPeers, unseen(says));
}

/** What a user does who keeps the proxy's configuration in their own hands, with the texts that homeauth has written. */
export function manualSteps({
  baseDir,
  apps,
  listen,
  proxyAddress,
  tls,
}: Pick<Config, 'baseDir' | 'apps' | 'listen' | 'proxyAddress'> & Partial<Pick<Config, 'tls'>>): readonly string[] {
  const folder = manualFolder(baseDir);
  const open = openAddresses(apps);
  return [
    ...(proxyAddress === undefined ? [] : farSteps(proxyAddress)),
    listen
      ? `authentik listens on ${listen.address}:${listen.port} of this server, for a proxy ${proxyAddress === undefined ? 'on the server itself' : `at ${proxyAddress}`}.`
      : `Let your proxy's container reach authentik and the apps by name: docker network connect ${proxyNetwork} NAME`,
    `Then take the text for it, and load it. After a change, homeauth writes it anew.`,
    `  Caddy                ${folder}/homeauth.caddy: import it at the end of your Caddyfile`,
    `  nginx                ${folder}/nginx.conf: include it in http { }`,
    ...(tls === 'external'
      ? ['  Not for Nginx Proxy Manager and Traefik: their texts cannot say who may ask without TLS.']
      : [
          `  Nginx Proxy Manager  ${folder}/nginx-proxy-manager.conf: a Proxy Host and an Advanced text for each name`,
          `  Traefik              ${folder}/traefik.yml: for the file provider`,
          `                       ${folder}/traefik-labels.yml: labels for the apps' own compose files, beside it`,
        ]),
    'What each of them cannot do is said at its top. Not in all of them: max-body, encode, request-headers,',
    'response-headers and extra, which are for Caddy.',
    'Then:  homeauth verify  asks through your proxy, by the public names.',
    ...(open.length > 0 ? [`Open without a login: ${open.join(', ')}`] : []),
  ];
}

/** For a proxy on another machine. */
const farSteps = (proxy: string): readonly string[] => [
  'What your proxy and this server say to each other is not encrypted, passwords among it: let them speak through',
  `WireGuard or a wire of their own. homeauth sees no firewall: let one take that port, and those of apps, from ${proxy} alone.`,
  'Copy a text over:  homeauth proxy text caddy | ssh PROXY "cat > /etc/caddy/homeauth.caddy"',
];
