import type { App, AppAt } from '../config/config.ts';
import { asFailure, Failure, reasonOf } from '../model/failure.ts';
import { type Family, type Finding, ok, wrong } from '../model/finding.ts';
import { addressIn, behind, upstreamsOf } from '../proxy/upstream.ts';
import { proveOverHttp } from './over-http.ts';
import type { ProbeContext } from './probe.ts';
import { proveBeside } from './upstream.ts';

/** Is there a way to the app around the login, and is there one for Caddy itself? */
export async function proveBypass(context: ProbeContext, app: App): Promise<Finding[]> {
  const beside = await Promise.all(
    upstreamsOf(app).map(async (upstream) => {
      const one = { ...app, upstream };
      return (await isBesideCaddy(context, upstream)) ? besideHostCaddy(context, one) : proveBeside(context, one);
    }),
  );
  return [...beside.flat(), ...unverified(app), ...(await proveOverHttp(context, app.host))];
}

/** On the same server as a Caddy that is in no network of Docker's: its loopback is Caddy's, too. */
async function isBesideCaddy({ world, config }: ProbeContext, upstream: string): Promise<boolean> {
  if (config.proxy === 'caddy' || (config.proxy === 'manual' && !config.listen)) return false;
  const isLoopback = /^(localhost|127\.[\d.]+|\[::1\])$/i.test(addressIn(upstream).host);
  return isLoopback || (await behind(upstream, world)).is === 'here';
}

/** The owner's own choice, and worth a word every time. */
function unverified({ name, upstream, site }: App): Finding[] {
  if (!site?.tls?.insecureSkipVerify) return [];
  return [
    wrong({ id: 'upstream-insecure', title: `Caddy verifies the certificate of ${name}` }, 'warn', {
      problem: `Caddy takes any certificate from ${upstream}.`,
      why: `An attacker in between can read everything, and impersonate ${name}.`,
      fix: 'Give Caddy the authority that signed it (upstream-tls: ca), in homeauth.yaml. If you trust the whole path, leave it.',
    }),
  ];
}

/** What tells that somebody listens there, although it is no answer. */
const listening = new Set(['cut', 'no-tls', 'unanswered']);

/**
 * Is there a way around a Caddy on this server itself? Its apps are asked at their ports from the LAN's side: whoever
 * publishes such a port there lets everybody past the login.
 */
async function besideHostCaddy({ world, config }: ProbeContext, app: AppAt): Promise<Finding[]> {
  const { port } = addressIn(app.upstream);
  const family: Family = { is: 'container', name: app.name, title: 'no app can be reached around the login' };
  const around = { id: 'bypass-port', title: `${app.name} cannot be reached around the login`, family };
  const { proxyAddress, listen } = config;
  const isFar = proxyAddress !== undefined;
  const lan = isFar ? listen?.address : (config.lanAddress ?? (await world.host.addresses())[0]?.address);
  if (lan === undefined) return [ok(around)];
  const url = `${app.site?.tls ? 'https' : 'http'}://${lan}:${port}/`;
  const answer = await world.http.dial({ url, timeout: 3_000 }).catch(asFailure);
  if (answer instanceof Failure && !listening.has(reasonOf(answer).code)) return [ok(around)];
  const publisher = (await world.docker.containers()).find(({ running, ports }) =>
    ports.some((one) => running && one.port === port),
  );
  const inside = publisher?.ports.find((one) => one.port === port)?.inside ?? port;
  return [
    wrong(around, 'warn', {
      problem: `${app.name} answers on ${lan}:${port} without a login.`,
      why: publisher ? `The container ${publisher.name} publishes that port.` : 'It listens there for everybody.',
      fix: isFar
        ? `Publish it at ${lan} alone, and let a firewall take that port from ${proxyAddress} alone: docs/proxies.md, "A Caddy on another machine". homeauth cannot see that you did.`
        : publisher
          ? `Publish it for this server alone, in its compose file: "127.0.0.1:${port}:${inside}"`
          : `Let it listen on 127.0.0.1 alone, or close port ${port} in the firewall.`,
    }),
  ];
}
