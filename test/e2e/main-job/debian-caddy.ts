import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

const root = join(import.meta.dirname, '../../..');
const caddyfile = '/etc/caddy/Caddyfile';
/** What a package writes, beside /etc, which a copy lies over already. */
const covered = ['/usr', '/var'];

/** Debian's Caddy, as `apt install caddy` leaves it: its account, its files, and its service, which systemd runs. */
export interface DebianCaddy {
  readonly caddyfile: string;
  /** The certificate of its own authority. */
  authority(): Promise<string>;
  /** What this server's `systemctl` does. */
  systemctl(...args: readonly string[]): Promise<string>;
  /** A command, as this server would start it: one that sees which service a process belongs to. */
  readonly here: readonly string[];
  close(): Promise<void>;
}

/** The package's own scripts run, and what they change is gone with `close`: it lies over the machine's files. */
export async function startDebianCaddy(text: string): Promise<DebianCaddy> {
  const layer = await mkdtemp(join(tmpdir(), 'debian-caddy-'));
  await execa('mount', ['-t', 'tmpfs', 'tmpfs', layer]);
  for (const path of covered) {
    const [upper, work] = [join(layer, path), join(layer, `work${path}`)];
    await execa('mkdir', ['--parents', upper, work]);
    await execa('mount', [
      '-t',
      'overlay',
      '-o',
      `lowerdir=${path},upperdir=${upper},workdir=${work}`,
      'overlay',
      path,
    ]);
  }
  await execa('dpkg', ['--force-depends', '--no-triggers', '--install', join(root, '.cache/test/caddy.deb')]);
  await writeFile(caddyfile, text);
  const systemd = execa(join(root, 'test/machine/systemd'), ['/usr/lib/systemd/system/caddy.service'], {
    reject: false,
    buffer: false,
    stdio: 'ignore',
  });
  const [first] = [systemd.pid];
  return {
    caddyfile,
    authority: () => readFile('/var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt', 'utf8'),
    async systemctl(...args) {
      const { stdout: pid } = await execa('pgrep', ['--parent', String(first)]);
      const { stdout } = await execa('nsenter', [`--target=${pid}`, '--mount', '--pid', 'systemctl', ...args]);
      return stdout;
    },
    here: ['nsenter', `--cgroup=/proc/${first}/ns/cgroup`],
    async close() {
      systemd.kill('SIGKILL');
      await systemd;
      // Lazily: what still runs may have been started from there.
      for (const path of [...covered, layer]) await execa('umount', ['--lazy', path]);
      await rm(layer, { recursive: true });
    },
  };
}
