import { causeOf, Failure, type Issue } from '../model/failure.ts';
import type { Finding } from '../model/finding.ts';
import { quotationOf, textOf } from '../model/shown.ts';
import { findProxy } from '../proxy/choose.ts';
import type { ProxyFacts } from '../proxy/proxy.ts';
import { type Check, observe, reasonFrom, skipped } from './checks/check.ts';
import { diskCheck, isBegun, placeCheck } from './checks/disk.ts';
import { engineCheck } from './checks/engine.ts';
import { clockCheck, ipv6Check, lxcCheck, memoryCheck, rootCheck } from './checks/machine.ts';
import { namesCheck } from './checks/names.ts';
import { portsCheck } from './checks/ports.ts';
import type { Installation } from './installation.ts';

/** Whether this machine can carry it: what `init` asks before it writes, and `doctor` at any time. */
export async function machineChecks(installation: Installation): Promise<Finding[]> {
  const { world, surroundings } = installation;
  const [root, engine, machine] = await Promise.all([
    observe([{ id: 'not-root', title: 'homeauth runs as root', look: async () => rootCheck(world) }]),
    observe([{ id: 'docker-unreachable', title: 'Docker answers', look: () => engineCheck(world, surroundings.env) }]),
    observe(ofMachine(installation)),
  ]);
  const down = engine.find(({ status }) => status !== 'ok');
  const withDocker = ofDocker(installation);
  return [
    // Without root Docker does not answer either: what is at the bottom of the others comes first.
    ...root,
    ...engine,
    ...machine,
    ...(down ? skipped(withDocker, reasonFrom(down)) : await observe(withDocker)),
  ];
}

/** The Caddy to work with, or why there is none. */
export async function caddyOf({ world, config, ledger }: Installation): Promise<ProxyFacts | Failure> {
  try {
    return await findProxy(world, config, new Set((await ledger.read()).map(({ id }) => id)));
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

function ofMachine(installation: Installation): Check[] {
  const { world } = installation;
  return [
    { id: 'base-dir-unfit', title: 'there is a place for it', look: () => placeCheck(installation) },
    { id: 'disk-full', title: 'there is room for it', look: () => diskCheck(installation) },
    {
      id: 'memory-low',
      title: 'there is enough memory',
      look: async () => memoryCheck(world, await isBegun(installation)),
    },
    { id: 'clock-wrong', title: "this machine's clock can be right", look: async () => clockCheck(new Date()) },
    { id: 'ipv6', title: 'this machine speaks IPv6', look: () => ipv6Check(world) },
    { id: 'lxc', title: 'this is an LXC container', look: () => lxcCheck(world) },
  ];
}

function ofDocker(installation: Installation): Check[] {
  return [
    { id: 'name-taken', title: 'the names of containers are free, or ours', look: () => namesCheck(installation) },
    { id: 'port-taken', title: 'Caddy is there, or its ports are free', look: () => caddyCheck(installation) },
  ];
}

/** @throws Failure where there is a Caddy that homeauth cannot work with */
async function caddyCheck(installation: Installation): Promise<Finding[]> {
  const caddy = await caddyOf(installation);
  const ports = await portsCheck(installation.world, caddy);
  if (caddy instanceof Failure && !ports.some(({ status }) => status === 'fail')) throw caddy;
  return ports;
}

/**
 * What must be true before the first byte is written.
 * @returns what is worth a word and stops nothing
 * @throws Failure for the first that is wrong, with the others in its details
 */
export async function preflight(installation: Installation): Promise<readonly Finding[]> {
  const findings = await machineChecks(installation);
  const issues = findings.flatMap((found): Issue[] => (found.status === 'fail' ? [found.issue] : []));
  const [first, ...more] = issues;
  if (!first) return findings.filter(({ status }) => status === 'warn');
  const others = more.map((issue) => `${causeOf(issue)}\n${textOf(issue.fix)}`);
  const details = [
    first.details && quotationOf(first.details),
    ...(others.length > 0 ? ['Also wrong:', ...others] : []),
  ]
    .filter(Boolean)
    .join('\n\n');
  throw new Failure({ ...first, ...(details && { details }) });
}
