import { Failure } from '../model/failure.ts';
import { type Finding, ok, wrong } from '../model/finding.ts';
import type { HttpAnswer } from '../world/world.ts';
import { type ProbeContext, sendProbe } from './probe.ts';

/** What homeauth's sites answer to who asks them in clear, where TLS ends before Caddy. */
export const misdirected = 421;

/**
 * Is a site closed to who speaks plain http to Caddy? Caddy sends such a visitor on to https by itself, unless another
 * site takes it; where TLS ends before Caddy, only what ends it may ask so. Worth a word only where it is not so.
 */
export async function proveOverHttp(context: ProbeContext, host: string): Promise<Finding[]> {
  const { via, httpPort = 80 } = context.entrance;
  const entrance = via ? { via: { host: via.host, port: httpPort } } : {};
  const answer = await sendProbe({ ...context, entrance }, { url: `http://${host}/` });
  const about = { id: 'bypass-http', title: `${host} cannot be reached over plain http` };
  if (via?.afterTls) return afterTls(answer, host, about, context);
  if (answer instanceof Failure || answer.status >= 300 || answer.body === '') return [];
  return [
    wrong(about, 'fail', {
      problem: `http://${host} answers without a login.`,
      why: 'A site of your own in the Caddyfile takes plain http.',
      fix: `Take the site out that serves http://${host} (or everything on port 80), then: homeauth apply`,
    }),
  ];
}

function afterTls(
  answer: HttpAnswer | Failure,
  host: string,
  about: { readonly id: string; readonly title: string },
  { config: { proxy, tlsFrom = [] } }: ProbeContext,
): Finding[] {
  // That nobody answers is told by the other proofs; and who ends TLS on this server itself asks from where we do.
  if (answer instanceof Failure || (proxy === 'host-caddy' && tlsFrom.some((one) => /^(127\.|::1)/.test(one))))
    return [];
  if (answer.status === misdirected) return [ok(about)];
  return [
    wrong({ ...about, answer: String(answer.status) }, 'fail', {
      problem: `http://${host} is served to somebody who is not in tls-from.`,
      why: 'Passwords and sessions go over the network in clear.',
      fix: `Take the site out of your Caddyfile that serves http://${host}, then: homeauth apply`,
    }),
  ];
}
