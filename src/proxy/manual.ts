import type { Config } from '../config/config.ts';
import { openAddresses } from '../config/open-path.ts';
import { Failure } from '../model/failure.ts';
import { wrong } from '../model/finding.ts';
import { backendNetwork, caddynet, innerName, proxyNetwork } from '../model/networks.ts';
import { manualTexts } from './manual-texts.ts';
import { type ManualFacts, proxyPeers, type ReverseProxy, whatPeersDo } from './proxy.ts';

/** Where the texts for the owner's proxy are kept, below the base directory. */
export const manualFolder = (baseDir: string): string => `${baseDir}/authentik/proxy`;

/** Where the owner's proxy asks authentik: at a port of this server, or by its name in Docker. */
const serverAt = ({ listen }: Pick<Config, 'listen'>): string =>
  listen ? `${listen.address}:${listen.port}` : `${innerName('authentik')}:9000`;

/** A proxy whose configuration its owner keeps: homeauth writes texts for it, and changes nothing of it. */
export const manual = ({ listen, tlsEnd }: ManualFacts): ReverseProxy => ({
  meeting: listen ? { at: 'port', listen, through: backendNetwork } : { at: 'network', network: caddynet },
  // It may be on this machine.
  speaksFrom: ({ subnets }) => subnets,
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
  peers: async () => {
    const problem = `homeauth does not know your proxy, so everything on ${proxyNetwork}, and every account of this server, counts as it.`;
    const fix = `Keep the proxy and authentik on a network of their own with nothing else on it, and who is on this server few.`;
    return [wrong(proxyPeers, 'warn', { problem, why: whatPeersDo, fix })];
  },
  holes: async () => [],
});

/** What a user does who keeps the proxy's configuration in their own hands, with the texts that homeauth has written. */
export function manualSteps({ baseDir, apps, listen }: Pick<Config, 'baseDir' | 'apps' | 'listen'>): readonly string[] {
  const folder = manualFolder(baseDir);
  const open = openAddresses(apps);
  return [
    listen
      ? `authentik listens on ${listen.address}:${listen.port} of this server, for a proxy on the server itself.`
      : `Let your proxy's container reach authentik and the apps by name: docker network connect ${proxyNetwork} NAME`,
    `Then take the text for it, and load it. After a change, homeauth writes it anew.`,
    `  Caddy                ${folder}/homeauth.caddy: import it at the end of your Caddyfile`,
    `  nginx                ${folder}/nginx.conf: include it in http { }`,
    `  Nginx Proxy Manager  ${folder}/nginx-proxy-manager.conf: a Proxy Host and an Advanced text for each name`,
    `  Traefik              ${folder}/traefik.yml: for the file provider`,
    `                       ${folder}/traefik-labels.yml: labels for the apps' own compose files, beside it`,
    'What each of them cannot do is said at its top. Not in all of them: max-body, encode, request-headers,',
    'response-headers and extra, which are for Caddy.',
    'Then:  homeauth verify  asks through your proxy, by the public names.',
    ...(open.length > 0 ? [`Open without a login: ${open.join(', ')}`] : []),
  ];
}
