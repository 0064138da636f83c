import { believesHeader } from '../config/app-login.ts';
import type { App, AppAt } from '../config/config.ts';
import { Failure, type Issue } from '../model/failure.ts';
import { type Family, type Finding, ok, skip, unseen, wrong } from '../model/finding.ts';
import { proxyNetwork } from '../model/networks.ts';
import { addressIn, behind, gateways, hostName, isPlain } from '../proxy/upstream.ts';
import type { ContainerSummary } from '../world/docker/docker.ts';
import { type ProbeContext, sendProbe } from './probe.ts';

type Told = Pick<Issue, 'problem' | 'why' | 'fix'>;

/** Does Caddy reach one server of an app, and who else does: a container, this server itself, or another machine? */
export async function proveBeside(context: ProbeContext, app: AppAt): Promise<Finding[]> {
  const { world, config } = context;
  const found = await behind(app.upstream, world);
  const reach = aboutReach(app);
  switch (found.is) {
    case 'container': {
      const { container, owner } = found;
      const stopped = [container, owner].find(({ running }) => !running);
      if (stopped) return [wrong(reach, 'fail', notRunning(stopped.name)), ...claimable(app)];
      // One that believes a header is on a network of its own, which has its own proof.
      const shared = config.proxy === 'manual' || believesHeader(app) || owner.networks.includes(proxyNetwork);
      return [shared ? ok(reach) : wrong(reach, 'fail', apart(container, owner)), await published(context, app, owner)];
    }
    case 'here':
      return here(context, app);
    case 'elsewhere':
      return elsewhere(context, app);
    case 'unknown': {
      const { host, port } = addressIn(app.upstream);
      const because = unseen(`${host} is no container of this server, so homeauth cannot see who else reaches it.`);
      const unseenFamily = aboutAround(app, { ...noneAround, is: 'unseen' });
      const isOpen = isPlain(host) ? [wrong(aboutName(app), 'warn', byDevice(host, port))] : [];
      return [skip(unseenFamily, because), ...isOpen];
    }
  }
}

const aboutReach = ({ name }: App) => ({
  id: 'upstream',
  title: `Caddy can reach ${name}`,
  family: { is: 'container', name, title: 'Caddy can reach the apps' },
});
const aboutName = ({ name }: App) => ({
  id: 'upstream-name',
  title: `no other device can impersonate ${name}`,
  family: { is: 'device', name, ...devices },
});
const aboutAround = ({ name }: App, family: Partial<Family>) => ({
  id: 'bypass-port',
  title: `${name} cannot be reached around the login`,
  family: { is: 'container', name, ...family },
});

const notRunning = (name: string): Told => ({
  problem: `The container ${name} does not run.`,
  fix: `docker start ${name}`,
});

function claimable(app: AppAt): Finding[] {
  const { host, port } = addressIn(app.upstream);
  const { family: _, ...alone } = aboutName(app);
  return isPlain(host) && !app.container ? [wrong(alone, 'warn', byStandIn(host, port))] : [];
}

const isLoopback = (address: string): boolean => /^(127\.|::1$)/.test(address);
const isEverywhere = (address: string): boolean => /^(0\.0\.0\.0|::|)$/.test(address);

/** This server's address for people. */
const lanOf = async ({ world, config }: ProbeContext): Promise<string> =>
  config.lanAddress ?? (await world.host.addresses())[0]?.address ?? 'this server';

async function published(context: ProbeContext, app: AppAt, { name, ports }: ContainerSummary): Promise<Finding> {
  const { host, port } = addressIn(app.upstream);
  const around = aboutAround(app, noneAround);
  const open = ports.find((p) => p.inside === port && !isLoopback(p.address));
  if (!open) return ok(around);
  const address = isEverywhere(open.address) ? await lanOf(context) : open.address;
  const who = name === host.replace(`.${proxyNetwork}`, '') ? 'The container' : `The container ${name}`;
  return wrong(around, 'warn', {
    problem: `${app.name} answers on ${address}:${open.port} without a login.`,
    why: `${who} publishes that port.`,
    fix: `Remove "${open.port}:${open.inside}" from its compose file; Caddy reaches it inside ${proxyNetwork}.`,
  });
}

/** An address of this server: who listens there, and whether that is the way in of everybody else, too. */
async function here(context: ProbeContext, app: AppAt): Promise<Finding[]> {
  const { world, config, entrance } = context;
  const { host, port } = addressIn(app.upstream);
  const [reach, around] = [aboutReach(app), aboutAround(app, noneAround)];
  const lan = await lanOf(context);
  const hosts =
    host === hostName && entrance.container && (await world.docker.readFile(entrance.container, '/etc/hosts'));
  if (typeof hosts === 'string' && !hosts.includes(hostName)) {
    return [wrong(reach, 'fail', withoutHostName(entrance.container!, `${lan}:${port}`))];
  }
  const container = (await world.docker.containers()).find(
    ({ running, ports }) => running && ports.some((one) => one.port === port),
  );
  if (container) {
    const opens = container.ports.filter((one) => one.port === port);
    const open = opens.find(({ address }) => !isLoopback(address));
    const inside = opens[0]?.inside ?? port;
    const way = [
      `Remove "${port}:${inside}" from the compose file of ${container.name}, let it join ${proxyNetwork}, and write`,
      `upstream: ${container.name}:${inside}  into homeauth.yaml. Then: homeauth apply`,
    ];
    if (!open && config.proxy !== 'manual') {
      const problem = `${container.name} publishes port ${port} on ${opens[0]?.address} alone, where Caddy's container does not reach it.`;
      return [wrong(reach, 'fail', { problem, fix: way })];
    }
    const own = await gateways(world.docker);
    if (!open || own.includes(open.address)) return [ok(reach), ok(around)];
    const address = isEverywhere(open.address) ? lan : open.address;
    const problem = `${app.name} answers on ${address}:${port} without a login.`;
    const why = `The container ${container.name} publishes that port, and everybody on your network reaches it.`;
    return [ok(reach), wrong(around, 'warn', { problem, why, fix: way })];
  }
  const listener = await world.host.listener(port);
  if (!listener) {
    const problem = `Nothing listens on port ${port} of this server, where ${app.name} should be.`;
    return [wrong(reach, 'fail', { problem, fix: `Start it, or correct its upstream in homeauth.yaml.` })];
  }
  return byProcess(context, app, listener);
}

/** A program of this server listens there. */
async function byProcess(
  context: ProbeContext,
  app: AppAt,
  { process, addresses }: { readonly process: string; readonly addresses: readonly string[] },
): Promise<Finding[]> {
  const { world, config } = context;
  const { port } = addressIn(app.upstream);
  const [reach, around] = [aboutReach(app), aboutAround(app, noneAround)];
  const inDocker = await gateways(world.docker);
  const [gateway = 'the address of this server in Docker'] = inDocker;
  const inside = [
    `Let ${process} listen on ${gateway} alone, this server's address in Docker, and write`,
    `upstream: ${gateway}:${port}  into homeauth.yaml. Then: homeauth apply`,
  ];
  if (addresses.every(isLoopback) && config.proxy !== 'manual') {
    const problem = `${process} listens on port ${port} of ${addresses[0]} alone, where Caddy's container does not reach it.`;
    return [wrong(reach, 'fail', { problem, fix: inside })];
  }
  const open = addresses.find((address) => !isLoopback(address) && !inDocker.includes(address));
  if (open === undefined) return [ok(reach), ok(around)];
  const problem = `${app.name} answers on ${isEverywhere(open) ? await lanOf(context) : open}:${port} without a login.`;
  const why = `${process} listens there, and everybody on your network reaches it, unless a firewall of this server is in between.`;
  return [ok(reach), wrong(around, 'warn', { problem, why, fix: inside })];
}

const withoutHostName = (caddy: string, address: string): Told => ({
  problem: `Caddy's container ${caddy} does not know the name ${hostName}.`,
  fix: [
    `Write  upstream: ${address}  into homeauth.yaml, then: homeauth apply`,
    `Or in the compose file of ${caddy}:  extra_hosts: ["${hostName}:host-gateway"]`,
  ],
});

/** Another machine: it is asked there directly, as everybody on the network could. */
async function elsewhere(context: ProbeContext, app: AppAt): Promise<Finding[]> {
  const { upstream, site } = app;
  const reach = { ...aboutReach(app), family: { ...aboutReach(app).family, is: 'elsewhere' } };
  const around = aboutAround(app, { ...noneAround, is: 'elsewhere', issue: askedThere });
  const answer = await sendProbe(
    { ...context, entrance: {} },
    { url: `${site?.tls ? 'https' : 'http'}://${upstream}/` },
  );
  if (answer instanceof Failure) {
    const problem = `${app.name} does not answer at ${upstream}.`;
    const fix = 'Check that it runs there, and that no firewall blocks this server.';
    return [wrong(reach, 'fail', { problem, why: answer.problem, fix })];
  }
  if ([401, 403].includes(answer.status)) return [ok(reach), ok({ ...around, answer: `${answer.status} there` })];
  return [
    ok(reach),
    wrong(around, 'warn', {
      problem: `${app.name} answers at ${upstream} without this login.`,
      why: 'It is on another machine, and homeauth cannot see whether that machine accepts only this server.',
      fix: `Allow that port only from ${await lanOf(context)} in its firewall, or keep a login in ${app.name} itself.`,
    }),
  ];
}

/** Said of all apps where it is so of each. */
const noneAround: Partial<Family> = {
  title: 'no app can be reached around the login',
  because: 'They are no containers of this server, so homeauth cannot see who else reaches them.',
};
const askedThere = {
  problem:
    'Apps on other machines answer there without this login, and homeauth cannot see whether those machines accept only this server.',
  fix: 'Allow these ports only from this server in their firewalls, or keep a login in the apps themselves.',
};
const devices: Partial<Family> = {
  issue: {
    problem:
      'No containers are called as these apps are reached, so Caddy asks the router who they are. One of the devices that takes such a name is shown who visits, and can show them what it likes.',
    fix: `Write the devices' addresses into homeauth.yaml (upstream: 192.168.0.9:80), or for containers upstream: NAME.${proxyNetwork}:80, then: homeauth apply`,
  },
};

const asked = (host: string): string =>
  `Caddy asks the router who ${host} is, and a router knows every device by the name that it gives itself: one that calls itself ${host} is shown who visits, and can show them what it likes.`;

const byStandIn = (host: string, port: number): Told => ({
  problem: `While its container does not run, ${asked(host)}`,
  fix: `Write  upstream: ${host}.${proxyNetwork}:${port}  into homeauth.yaml, a name that only Docker resolves, then: homeauth apply`,
});

const byDevice = (host: string, port: number): Told => ({
  problem: `No container is called ${host}, so ${asked(host)}`,
  fix: `Write the device's address into homeauth.yaml (upstream: 192.168.0.9:${port}), or for a container upstream: ${host}.${proxyNetwork}:${port}, then: homeauth apply`,
});

function apart({ name: app }: ContainerSummary, { name }: ContainerSummary): Told {
  const whose = name === app ? '' : `, whose network ${app} has,`;
  return {
    problem: `The container ${name}${whose} is not on the network ${proxyNetwork}, so Caddy does not find it.`,
    fix: [
      `docker network connect ${proxyNetwork} ${name}`,
      `So that it stays, in its compose file: "caddynet" below its networks, and at the end`,
      `networks: { caddynet: { external: true, name: ${proxyNetwork} } }`,
    ],
  };
}
