import type { App } from '../config/config.ts';
import { Failure } from '../model/failure.ts';
import { type Finding, wrong } from '../model/finding.ts';
import { addressIn, behind, upstreamsOf } from '../proxy/upstream.ts';
import { proveBeside } from './beside.ts';
import { besideHostCaddy } from './bypass-host.ts';
import { type ProbeContext, sendProbe } from './probe.ts';

/** Is there a way to the app around the login, and is there one for Caddy itself? */
export async function proveBypass(context: ProbeContext, app: App): Promise<Finding[]> {
  const beside = await Promise.all(
    upstreamsOf(app).map(async (upstream) => {
      const one = { ...app, upstream };
      return (await isBesideCaddy(context, upstream)) ? besideHostCaddy(context, one) : proveBeside(context, one);
    }),
  );
  return [...beside.flat(), ...unverified(app), ...(await overHttp(context, app))];
}

/** On the same server as a Caddy that is in no network of Docker's: its loopback is Caddy's, too. */
async function isBesideCaddy({ world, config }: ProbeContext, upstream: string): Promise<boolean> {
  if (config.proxy !== 'host-caddy') return false;
  const isLoopback = /^(localhost|127\.[\d.]+|\[::1\])$/i.test(addressIn(upstream).host);
  return isLoopback || (await behind(upstream, world)).is === 'here';
}

/** The owner's own choice, and worth a word every time. */
function unverified({ name, upstream, site }: App): Finding[] {
  if (!site?.tls?.insecureSkipVerify) return [];
  return [
    wrong({ id: 'upstream-insecure', title: `Caddy knows that it is ${name} that answers` }, 'warn', {
      problem: `Caddy takes any certificate from ${upstream}.`,
      why: `Whoever gets in between reads along, and can pose as ${name}.`,
      fix: 'Give Caddy the authority that signed it (upstream-tls: ca), in homeauth.yaml. If all of the way is yours, leave it so.',
    }),
  ];
}

/** Caddy sends plain http on to https by itself, unless another site takes it. Worth a word only where it does. */
async function overHttp(context: ProbeContext, app: App): Promise<Finding[]> {
  const { via, httpPort = 80 } = context.entrance;
  const entrance = via ? { via: { ...via, port: httpPort } } : {};
  const answer = await sendProbe({ ...context, entrance }, { url: `http://${app.host}/` });
  if (answer instanceof Failure || answer.status >= 300 || answer.body === '') return [];
  return [
    wrong({ id: 'bypass-http', title: `${app.name} cannot be reached over plain http` }, 'fail', {
      problem: `http://${app.host} answers without a login.`,
      why: 'A site of your own in the Caddyfile takes plain http.',
      fix: `Take the site out that serves http://${app.host} (or everything on port 80), then: homeauth apply`,
    }),
  ];
}
