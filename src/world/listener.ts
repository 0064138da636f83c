import { readdir, readFile, readlink } from 'node:fs/promises';
import { endianness } from 'node:os';

/** State "listening" in /proc/net/tcp. */
const listening = '0A';

/** Who listens on a TCP port, and where; "another process" where only root may know. */
export async function listenerOf(
  port: number,
): Promise<{ process: string; pid?: number; addresses: string[] } | undefined> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'utf8').catch(() => '')),
  );
  const found = tables.flatMap((table) => listeningAt(table, port));
  const inodes = new Set(found.map(({ inode }) => inode));
  if (inodes.size === 0) return undefined;
  const addresses = [...new Set(found.map(({ address }) => address))];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    if (await holds(pid, inodes)) return { process: await nameOf(pid), pid: Number(pid), addresses };
  }
  return { process: 'another process', addresses };
}

function listeningAt(table: string, port: number): { inode: string; address: string }[] {
  const [, ...lines] = table.trim().split('\n');
  return lines.flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    const [address = '', at = ''] = local.split(':');
    return state === listening && Number.parseInt(at, 16) === port ? [{ inode, address: written(address) }] : [];
  });
}

/** An address as the kernel shows it: words of four bytes, each in the machine's own order. */
function written(hex: string): string {
  const words = (hex.match(/.{8}/g) ?? []).map((word) => word.match(/../g)!.map((byte) => Number.parseInt(byte, 16)));
  const bytes = words.flatMap((word) => (endianness() === 'LE' ? word.toReversed() : word));
  if (bytes.length === 4) return bytes.join('.');
  const groups = bytes.flatMap((byte, n) => (n % 2 === 0 ? [((byte << 8) | bytes[n + 1]!).toString(16)] : []));
  const isMapped = /^(0:){5}ffff:/.test(groups.join(':'));
  return isMapped ? bytes.slice(12).join('.') : new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
}

async function holds(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const handles = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const targets = await Promise.all(handles.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
  return targets.some((target) => inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? ''));
}

const nameOf = async (pid: string): Promise<string> =>
  (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'another process')).trim();
