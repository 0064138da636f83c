import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { hostname, networkInterfaces, totalmem } from 'node:os';
import { rootCertificates } from 'node:tls';
import { busyWith } from './busy.ts';
import { listenerOf } from './listener.ts';
import { programsNamed, runAs } from './programs.ts';
import type { Host } from './world.ts';

/** Bridges and pairs that Docker, libvirt, LXC and Kubernetes make for themselves: no way in from the network. */
const internal = /^(?:docker|br-[0-9a-f]{12}|veth|virbr|lxcbr|lxdbr|cni|flannel|cali|podman|vnet|tap)/;

/** This machine, read from /proc as proc(5) describes it. */
export const linuxHost: Host = {
  uid: process.getuid?.() ?? -1,
  hostname,

  async addresses() {
    const first = await defaultInterface();
    const found = Object.entries(networkInterfaces())
      .filter(([name]) => !internal.test(name))
      .flatMap(([name, addresses = []]) =>
        addresses.filter((a) => a.family === 'IPv4' && !a.internal).map(({ address }) => ({ name, address })),
      );
    return found.toSorted((a, b) => Number(b.name === first) - Number(a.name === first));
  },

  hasIpv6: async () => (await textOf('/proc/net/if_inet6')).trim() !== '',

  async resolve(name) {
    const found = await lookup(name, { all: true }).catch(() => []);
    return found.map(({ address }) => address);
  },

  authorities: () => `${rootCertificates.join('\n')}\n`,

  memory() {
    const available = /^MemAvailable:\s*(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
    return { total: totalmem(), available: Number(available) * 1024 };
  },

  listener: listenerOf,

  programs: programsNamed,

  run: runAs,

  async systemctl(args) {
    const { execa } = await import('execa');
    const { exitCode = 127, stdout, stderr } = await execa('systemctl', args, { reject: false, stdin: 'ignore' });
    return { code: exitCode, stdout, stderr };
  },

  program: [process.execPath, ...process.argv.slice(1, 2)],

  busy: busyWith,

  async distribution() {
    const text = await textOf('/etc/os-release');
    const field = (name: string) => new RegExp(`^${name}=(["']?)(.*)\\1$`, 'm').exec(text)?.[2];
    const like = (field('ID_LIKE') ?? '').split(' ').filter((id) => id !== '');
    return { id: field('ID') ?? 'linux', like, name: field('PRETTY_NAME') ?? 'Linux' };
  },
};

/** A file's text; nothing where there is none. */
const textOf = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

/** The interface of the IPv4 default route with the lowest metric. */
async function defaultInterface(): Promise<string | undefined> {
  const [, ...lines] = (await textOf('/proc/net/route')).split('\n');
  const routes = lines.flatMap((line) => {
    const [name, destination, , , , , metric, mask] = line.trim().split(/\s+/);
    return name && destination === '00000000' && mask === '00000000' ? [{ name, metric: Number(metric) }] : [];
  });
  return routes.toSorted((a, b) => a.metric - b.metric)[0]?.name;
}
