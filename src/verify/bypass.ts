import type { App } from '../config/schema.ts';
import { Failure, type Issue } from '../model/failure.ts';
import { type Family, type Finding, ok, skip, unseen, wrong } from '../model/finding.ts';
import { proxyNetwork } from '../model/networks.ts';
import type { ContainerSummary } from '../world/docker/docker.ts';
import { type ProbeContext, sendProbe } from './probe.ts';

type Told = Pick<Issue, 'problem' | 'fix'>;

/** Is there a way to the app around the login, and is there one for Caddy itself? */
export async function proveBypass(context: ProbeContext, app: App): Promise<Finding[]> {
  const servers = [app.upstream, ...(app.site?.moreUpstreams ?? [])];
  const beside = await Promise.all(servers.map((upstream) => besideCaddy(context, { ...app, upstream })));
  return [...beside.flat(), ...unverified(app), ...(await overHttp(context, app))];
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

async function besideCaddy({ world, config }: ProbeContext, app: App): Promise<Finding[]> {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(app.upstream) ?? [];
  // Docker itself knows a container as NAME.NETWORK, too.
  const container = upstreamOf(await world.docker.containers(), host.replace(`.${proxyNetwork}`, ''));
  const family = (is: string, more: Partial<Family>): { family: Family } => ({
    family: { is, name: app.name, ...more },
  });
  const reach = {
    id: 'upstream',
    title: `Caddy can reach ${app.name}`,
    ...family('container', { title: 'Caddy can reach the apps' }),
  };
  const claimed = {
    id: 'upstream-name',
    title: `no other device can pose as ${app.name}`,
    ...family('device', devices),
  };
  const around = {
    id: 'bypass-port',
    title: `${app.name} cannot be reached around the login`,
    ...family('container', noneAround),
  };
  if (!container) {
    const because = unseen(`${host} is no container of this server, so homeauth cannot see who else reaches it.`);
    const apart = { ...around, ...family('unseen', noneAround) };
    return [skip(apart, because), ...(isPlain(host) ? [wrong(claimed, 'warn', byDevice(host, port))] : [])];
  }
  const { name } = container;
  if (!container.running) {
    const stopped = { problem: `The container ${name} does not run.`, fix: `docker start ${name}` };
    const isClaimable = isPlain(host) && !app.container;
    const { family: _, ...alone } = claimed;
    return [wrong(reach, 'fail', stopped), ...(isClaimable ? [wrong(alone, 'warn', byStandIn(host, port))] : [])];
  }
  const shared = config.proxy === 'manual' || container.networks.includes(proxyNetwork);
  return [shared ? ok(reach) : wrong(reach, 'fail', apart(name)), await published(container)];

  async function published({ ports }: ContainerSummary): Promise<Finding> {
    const open = ports.find((p) => p.inside === Number(port) && !/^(127\.|::1$)/.test(p.address));
    if (!open) return ok(around);
    const lan = config.lanAddress ?? (await world.host.addresses())[0]?.address ?? 'this server';
    const address = /^(0\.0\.0\.0|::|)$/.test(open.address) ? lan : open.address;
    return wrong(around, 'warn', {
      problem: `${app.name} answers on ${address}:${open.port} without a login.`,
      why: 'The container publishes that port.',
      fix: `Remove "${open.port}:${open.inside}" from its compose file; Caddy reaches it inside ${proxyNetwork}.`,
    });
  }
}

/** Said of all apps where it is so of each. */
const noneAround: Partial<Family> = {
  title: 'no app can be reached around the login',
  because: 'They are no containers of this server, so homeauth cannot see who else reaches them.',
};
const devices: Partial<Family> = {
  issue: {
    problem:
      'No containers are called as these apps are reached, so Caddy asks the router who they are. One of the devices that takes such a name is shown who visits, and can show them what it likes.',
    fix: `Write the devices' addresses into homeauth.yaml (upstream: 192.168.0.9:80), or for containers upstream: NAME.${proxyNetwork}:80, then: homeauth apply`,
  },
};

/** A name without a dot, which Docker asks of the router where no running container has it. */
const isPlain = (host: string): boolean => !/[.:[]/.test(host);

const asked = (host: string): string =>
  `Caddy asks the router who ${host} is, and a router knows every device by the name that it gives itself: one that calls itself ${host} is shown who visits, and can show them what it likes.`;

const byStandIn = (host: string, port: string): Told => ({
  problem: `While its container does not run, ${asked(host)}`,
  fix: `Write  upstream: ${host}.${proxyNetwork}:${port}  into homeauth.yaml, a name that only Docker answers for, then: homeauth apply`,
});

const byDevice = (host: string, port: string): Told => ({
  problem: `No container is called ${host}, so ${asked(host)}`,
  fix: `Write the device's address into homeauth.yaml (upstream: 192.168.0.9:${port}), or for a container upstream: ${host}.${proxyNetwork}:${port}, then: homeauth apply`,
});

/** A container goes by its own name, and by its service's name in Compose. */
function upstreamOf(containers: readonly ContainerSummary[], host: string): ContainerSummary | undefined {
  const service = (c: ContainerSummary) => c.labels['com.docker.compose.service'] === host;
  const onNetwork = containers.filter((c) => c.networks.includes(proxyNetwork));
  return containers.find(({ name }) => name === host) ?? onNetwork.find(service) ?? containers.find(service);
}

function apart(name: string): Told {
  return {
    problem: `The container ${name} is not on the network ${proxyNetwork}, so Caddy does not find it.`,
    fix: [
      `docker network connect ${proxyNetwork} ${name}`,
      `So that it stays, in its compose file: "caddynet" below its networks, and at the end`,
      `networks: { caddynet: { external: true, name: ${proxyNetwork} } }`,
    ],
  };
}
