import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { Failure } from '../model/failure.ts';
import type { ExecResult } from './docker/docker.ts';
import type { Program } from './world.ts';

/** A program that reads a large configuration on a slow disk takes seconds. In ms. */
const patience = 60_000;

/**
 * The programs of this name that run on this server itself: with its own files and its own network. One in a container
 * has others, whoever made the container.
 */
export async function programsNamed(name: string): Promise<readonly Program[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const found = await Promise.all(pids.map((pid) => programOf(pid, name).catch(gone)));
  return found.filter((one) => one !== undefined);
}

/** A process may end while it is looked at. */
const gone = (): undefined => undefined;

async function programOf(pid: string, name: string): Promise<Program | undefined> {
  const at = (file: string) => `/proc/${pid}/${file}`;
  if ((await readFile(at('comm'), 'utf8')).trim() !== name || !(await isHere(at))) return undefined;
  const [path, argv, environment, workingDirectory, status, cgroup] = await Promise.all([
    readlink(at('exe')),
    readFile(at('cmdline'), 'utf8'),
    readFile(at('environ'), 'utf8'),
    readlink(at('cwd')),
    readFile(at('status'), 'utf8'),
    readFile(at('cgroup'), 'utf8'),
  ]);
  const ids = (field: string) =>
    (new RegExp(`^${field}:(.*)$`, 'm').exec(status)?.[1] ?? '').trim().split(/\s+/).filter(Boolean).map(Number);
  // A unit of the system's: only root puts a program there. Those of a person are in their own slice.
  const unit = /^\d+:[^:]*:\/system\.slice\/(?:[^/\n]+\/)*([^/\n]+\.service)/m.exec(cgroup)?.[1];
  return {
    pid: Number(pid),
    // The mark of a file that an upgrade has replaced since.
    path: path.replace(/ \(deleted\)$/, ''),
    argv: argv.split('\0').slice(0, -1),
    environment: Object.fromEntries(environment.split('\0').flatMap(nameAndValue)),
    workingDirectory,
    uid: ids('Uid')[1] ?? -1,
    gid: ids('Gid')[1] ?? -1,
    groups: ids('Groups'),
    ...(unit !== undefined && { unit }),
  };
}

async function isHere(at: (file: string) => string): Promise<boolean> {
  const [net, own, root, ours] = await Promise.all([
    readlink(at('ns/net')),
    readlink('/proc/self/ns/net'),
    stat(at('root/.')),
    stat('/'),
  ]);
  return net === own && root.dev === ours.dev && root.ino === ours.ino;
}

const nameAndValue = (line: string): [string, string][] => {
  const at = line.indexOf('=');
  return at < 1 ? [] : [[line.slice(0, at), line.slice(at + 1)]];
};

/** Runs the same program once more, as the same account and in the same environment, and waits for its end. */
export async function runAs(
  program: Program,
  args: readonly string[],
  { stdin, cwd }: { readonly stdin?: string; readonly cwd: string },
): Promise<ExecResult> {
  const { execa } = await import('execa');
  const { uid, gid, groups, path, environment } = program;
  const as =
    uid === 0
      ? []
      : [
          'setpriv',
          `--reuid=${uid}`,
          `--regid=${gid}`,
          groups.length > 0 ? `--groups=${groups.join(',')}` : '--clear-groups',
          '--',
        ];
  const [command = path, ...rest] = [...as, path, ...args];
  const { exitCode, stdout, stderr, timedOut, code } = await execa(command, rest, {
    cwd,
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ...environment },
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    timeout: patience,
    ...(stdin === undefined ? { stdin: 'ignore' as const } : { input: stdin }),
  });
  if (exitCode === undefined || timedOut) throw notRun(command, timedOut ? 'It did not end in time.' : code);
  return { code: exitCode, stdout, stderr };
}

const notRun = (command: string, details = 'It gave no reason.'): Failure =>
  new Failure({
    code: 'program-not-run',
    problem: `${command} cannot be run on this server.`,
    details,
    fix: `See whether it is there, and can be run: ls -l ${command}   (setpriv is in the package util-linux)`,
  });
