import { readdir, readFile, readlink } from 'node:fs/promises';

/** State "listening" in /proc/net/tcp. */
const listening = '0A';

/** Who listens on a TCP port; "another process" where only root may know. */
export async function listenerOf(port: number): Promise<{ process: string } | undefined> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'utf8').catch(() => '')),
  );
  const inodes = new Set(tables.flatMap((table) => inodesOf(table, port)));
  if (inodes.size === 0) return undefined;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) if (await holds(pid, inodes)) return { process: await nameOf(pid) };
  return { process: 'another process' };
}

function inodesOf(table: string, port: number): string[] {
  const [, ...lines] = table.trim().split('\n');
  return lines.flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    return state === listening && Number.parseInt(local.split(':')[1] ?? '', 16) === port ? [inode] : [];
  });
}

async function holds(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const handles = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const targets = await Promise.all(handles.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
  return targets.some((target) => inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? ''));
}

const nameOf = async (pid: string): Promise<string> =>
  (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'another process')).trim();
