import pMap from 'p-map';
import { Failure, reasonOf } from '../model/failure.ts';
import { type Finding, ok, skip, wrong } from '../model/finding.ts';
import { type ProbeContext, sendProbe } from './probe.ts';

/** Is the certificate of a host one that browsers trust, or at least one of Caddy's own authority? */
export async function proveCertificate(context: ProbeContext, host: string): Promise<Finding[]> {
  const { log, via, copyAuthority } = context.entrance;
  // It is elsewhere, and told with the public name.
  if (via?.afterTls) return [];
  const request = { url: `https://${host}/` };
  const common = { id: 'certificate', title: `the certificate of ${host} is trusted` };
  const publicly = await sendProbe({ ...context, entrance: via ? { via } : {} }, request);
  if (publicly instanceof Failure) return [skip(common, reasonOf(publicly))];
  if (publicly.untrusted === undefined) return [ok(common)];
  const owned = await sendProbe(context, request);
  if (copyAuthority !== undefined && !(owned instanceof Failure) && owned.untrusted === undefined) {
    return [
      ok({
        ...common,
        answer: `by Caddy's own authority. Browsers warn until you import its certificate: ${copyAuthority}`,
      }),
    ];
  }
  const problem = `The certificate of ${host} is not trusted: ${publicly.untrusted}.`;
  const fix = `See how Caddy gets its certificates: ${log ?? 'look into its log.'}`;
  return [wrong(common, 'fail', { problem, fix })];
}

/** A certificate that a host was seen with: its life, in ms since 1970. */
export interface Served {
  readonly host: string;
  readonly from: number;
  readonly until: number;
}

/** Hosts at once. */
const concurrency = 8;

/** The certificates that visitors of the login page and of each app get; none of a host that was not reached. */
export async function certificatesAt(context: ProbeContext): Promise<readonly Served[]> {
  const { config, world, entrance } = context;
  const hosts = [...new Set([config.authHost, ...config.apps.map(({ host }) => host)])];
  const all = await pMap(
    hosts,
    async (host): Promise<Served[]> => {
      const url = `https://${host}/`;
      const [address] = entrance.via?.afterTls ? await world.host.resolve(host).catch(() => []) : [];
      if (entrance.via?.afterTls && address === undefined) return [];
      const via = address === undefined ? entrance.via : { host: address, port: 443 };
      const asked = { ...context, entrance: { ...entrance, ...(via && { via }) } };
      const answer = await sendProbe(asked, { url, method: 'HEAD' });
      return answer instanceof Failure || !answer.certificate ? [] : [{ host, ...answer.certificate }];
    },
    { concurrency },
  );
  return all.flat();
}
