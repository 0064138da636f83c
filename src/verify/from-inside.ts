import { issuerOf, type Speaker } from '../config/oidc.ts';
import { jsonObject } from '../formats/json.ts';
import { asFailure, Failure } from '../model/failure.ts';
import { type Finding, ok, skip, unseen, wrong } from '../model/finding.ts';
import { proxyNetwork } from '../model/networks.ts';
import type { Shown } from '../model/shown.ts';
import { trusts } from '../proxy/trust.ts';
import { behind } from '../proxy/upstream.ts';
import type { ProbeContext } from './probe.ts';

/**
 * Does the container of an app reach authentik by the name that people log in at, and does it trust the certificate
 * there? It is asked in the network of that container: what this server reaches tells nothing about it.
 */
export async function proveFromInside(context: ProbeContext, app: Speaker): Promise<Finding[]> {
  const { world, config } = context;
  const about = { id: 'login-from-inside', title: `${app.name} itself reaches ${config.authHost}` };
  const found = app.upstream === undefined ? undefined : await behind(app.upstream, world);
  if (found?.is !== 'container') return [skip(about, unseen('It is not in a container on this server.'))];
  const container = await world.docker.container(found.container.name);
  const pid = (await world.docker.container(found.owner.name))?.pid;
  if (!container || pid === undefined)
    return [skip(about, unseen(`Its container ${found.container.name} does not run.`))];
  const no = (status: 'fail' | 'warn', problem: string, fix: Shown, why?: Shown) => [
    wrong(about, status, { problem, ...(why && { why }), fix }),
  ];
  const issuer = issuerOf(config.authHost, app.name);
  const url = `${issuer}.well-known/openid-configuration`;
  const answer = await world.http.dial({ url, within: pid }).catch(asFailure);
  if (answer instanceof Failure) {
    if (answer.code === 'network-not-entered') return [skip(about, unseen(answer.problem))];
    return no(
      'fail',
      `The container ${container.name} does not reach https://${config.authHost}/.`,
      way(context, app),
      answer.problem,
    );
  }
  const { address = '', status } = answer;
  if (jsonObject(answer.body)?.['issuer'] !== issuer) {
    const problem = `In the container ${container.name}, ${config.authHost} is ${address}, and it is not authentik that answers there.`;
    return no('fail', problem, way(context, app), `It answers ${status}.`);
  }
  const { authority } = context.entrance;
  const isTrusted = authority !== undefined && (await trusts(container.name, authority, world));
  if (answer.untrusted !== undefined && !isTrusted) {
    const problem = `The container ${container.name} does not trust the certificate of ${config.authHost}.`;
    const why = `Caddy's own authority signed it: ${answer.untrusted}.`;
    return no('warn', problem, `homeauth app ${app.name}   says what belongs into its compose file`, why);
  }
  return [ok({ ...about, answer: `${address}, certificate trusted, ${status}` })];
}

/** How the name is made to lead to the proxy in there. */
function way({ config: { proxy, authHost } }: ProbeContext, { name }: Speaker): readonly string[] {
  if (proxy !== 'caddy')
    return [
      `In the compose file of ${name}:  extra_hosts: ["${authHost}:host-gateway"]`,
      'Then make its container anew: docker compose up -d',
    ];
  return [
    'homeauth apply',
    `Where Caddy is a container of your own, in its compose file, below ${proxyNetwork} in its networks:  aliases: ["${authHost}"]`,
    'Then, in its folder: docker compose up -d',
  ];
}
