import { asNothing } from '../model/failure.ts';
import { type Finding, ok, wrong } from '../model/finding.ts';
import { bySetting } from '../model/setting.ts';
import type { HttpAnswer } from '../world/world.ts';
import { misdirected } from './over-http.ts';
import type { ProbeContext } from './probe.ts';
import { isRedirect, targetOf } from './stranger.ts';

const patience = 3_000;

/**
 * Does a site answer as visitors come to it: by its public name, through whatever stands before Caddy? Where TLS ends
 * there and Caddy does not know it, Caddy sends everybody to the very address that they asked for. Nothing is said where
 * the name leads nowhere: that is told by itself.
 */
export async function provePublicName({ world, config, entrance }: ProbeContext, host: string): Promise<Finding[]> {
  // By its public name it is asked anyway.
  if (!entrance.via) return [];
  const [address] = await world.host.resolve(host).catch(() => []);
  if (address === undefined) return [];
  const url = `https://${host}/`;
  const via = { host: address, port: 443 };
  const answer = await world.http.dial({ url, via, timeout: patience }).catch(asNothing);
  if (!answer) return [];
  const about = { id: 'tls-elsewhere', title: `${host} is reached over https` };
  if (leadsTo(answer, url)) {
    const family = {
      is: 'endless',
      name: host,
      issue: { ...endless(host), problem: 'These sites redirect to themselves in a loop.' },
    };
    return [wrong({ ...about, family, answer: `${answer.status} → itself` }, 'fail', endless(host))];
  }
  if (answer.status === misdirected && config.tls === 'external') {
    return [
      wrong({ ...about, answer: String(answer.status) }, 'fail', {
        problem: `What ends TLS for ${host} asks Caddy from an address that tls-from does not name.`,
        why: `It says ${config.tlsFrom?.join(', ')}, and Caddy serves nobody else without TLS.`,
        fix: [
          "Look in Caddy's log which address asks, and write that into homeauth.yaml (tls-from), then: homeauth apply",
        ],
      }),
    ];
  }
  if (config.tls !== 'external') return [];
  return [ok({ ...about, answer: String(answer.status) }), certificate(host, answer)];
}

function certificate(host: string, { untrusted }: HttpAnswer): Finding {
  const about = { id: 'certificate', title: `the certificate of ${host} is trusted` };
  if (untrusted === undefined) return ok(about);
  const problem = `The certificate of ${host} is not trusted: ${untrusted}.`;
  return wrong(about, 'fail', { problem, fix: 'See how what ends TLS before Caddy gets its certificates.' });
}

/** Whether an answer leads to the address that was asked for. */
export const leadsTo = (answer: HttpAnswer, url: string): boolean =>
  isRedirect(answer) && targetOf(answer, url)?.href === url;

/** What is wrong where a host sends whoever asks for it to itself. */
export const endless = (host: string) => ({
  problem: `${host} redirects to itself in a loop.`,
  why: 'What ends TLS before the proxy asks it in plain HTTP, and the proxy sends plain HTTP to https.',
  ...bySetting(({ to }) => [
    `Say so, and who ends TLS: ${to('tls', 'external')}, ${to('tls-from', 'cloudflared')} (its container or its address), then: homeauth apply`,
    'Or let it ask the proxy over https: for a Cloudflare Tunnel the service https://caddy:443, with the host as the origin server name.',
    'If you said so already: let it hand on X-Forwarded-Proto as it is.',
  ]),
});
