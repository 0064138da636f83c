import type { Installation } from '../installation/installation.ts';
import { Failure, reasonOf } from '../model/failure.ts';
import { type About, type Finding, ok, skip, unseen, wrong } from '../model/finding.ts';
import { type ProbeContext, sendProbe } from '../verify/probe.ts';
import type { World } from '../world/world.ts';

/** What authentik, its worker and PostgreSQL take, in bytes. Source: authentik's own minimum. */
const memoryNeeded = 2e9;
/** A machine that is sold with 2 GB shows a little less. */
const memorySold = 0.9 * memoryNeeded;
/** Below this a machine with everything running is about to end programs. */
const memorySpare = 0.3e9;
/** A second factor is good for 30 seconds. */
const tolerated = 30_000;

/** Files can be given to the users of containers, and secrets be kept, by root alone. */
export function rootCheck({ world: { host } }: Pick<Installation, 'world'>, about: About): Finding[] {
  if (host.uid === 0) return [ok(about)];
  const problem = 'homeauth must run as root.';
  const why = 'It makes folders belong to the users of the containers, and secrets readable by root alone.';
  return [wrong(about, 'fail', { problem, why, fix: 'Run it again with sudo.' })];
}

/** `begun`: something runs already, and what it takes is no longer free. */
export function memoryCheck({ host }: Pick<World, 'host'>, begun: boolean): Finding[] {
  const { total, available } = host.memory();
  const gb = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  const common = { id: 'memory-low', title: `there is enough memory (${gb(available)} of ${gb(total)} free)` };
  const fix = 'Stop something that is not needed, or give the machine more memory: free -m';
  if (total < memorySold) {
    const problem = `This machine has ${gb(total)} of memory.`;
    const why = 'authentik and its database need 2 GB. When memory runs out, the kernel kills them without a message.';
    return [wrong(common, 'warn', { problem, why, fix })];
  }
  if (available >= (begun ? memorySpare : memoryNeeded)) return [ok(common)];
  const why = begun ? 'When it runs out, the kernel kills programs.' : 'authentik and its database need 2 GB.';
  return [wrong(common, 'warn', { problem: `Only ${gb(available)} of memory is free.`, why, fix })];
}

/** Certificates and second factors depend on the time; a board without a battery starts years ago. */
export function clockCheck(now: Date, about: About): Finding[] {
  if (now.getUTCFullYear() >= 2026) return [ok(about)];
  const problem = `The clock of this machine says ${now.toISOString().slice(0, 10)}.`;
  const why = 'Certificates and second factors do not work with a wrong clock.';
  return [wrong(about, 'fail', { problem, why, fix: 'timedatectl set-ntp true' })];
}

/** Do this machine and what answers as authentik agree on the time? */
export async function clockSkewCheck(
  { scene: context }: { readonly scene: ProbeContext },
  about: About,
  now = Date.now,
): Promise<Finding[]> {
  const answer = await sendProbe(context, { url: `https://${context.config.authHost}/-/health/live/` });
  if (answer instanceof Failure) return [skip(about, reasonOf(answer))];
  const theirs = Date.parse(answer.headers['date'] ?? '');
  if (Number.isNaN(theirs)) return [skip(about, unseen('its answer carries no date'))];
  const skew = Math.abs(theirs - now());
  if (skew <= tolerated) return [ok(about)];
  const problem = `The clock of this machine and the one behind ${context.config.authHost} are ${Math.round(skew / 1000)} s apart.`;
  const why = 'Second factors are good for 30 s.';
  return [wrong(about, 'warn', { problem, why, fix: 'timedatectl set-ntp true, on both machines' })];
}

/** Only told: both are provided for. */
export async function ipv6Check({ world: { host } }: Pick<Installation, 'world'>): Promise<Finding[]> {
  const there = await host.hasIpv6();
  const title = there ? 'this machine has IPv6' : 'this machine has no IPv6; authentik listens on IPv4 only';
  return [ok({ id: 'ipv6', title })];
}

/** Only told: whether containers start there at all shows when one is started. */
export async function lxcCheck({ world: { files } }: Pick<Installation, 'world'>): Promise<Finding[]> {
  const read = (path: string) => files.read(path).catch(() => undefined);
  const marks = [await read('/run/systemd/container'), await read('/proc/1/environ')];
  if (!marks.some((text) => /(^|\0|container=)lxc\b/.test(text ?? ''))) return [];
  const title = 'this is an LXC container; Docker in it needs containerd 1.7.29 or newer';
  return [ok({ id: 'lxc', title })];
}
