import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Failure, type Issue } from '../model/failure.ts';
import { outOfHandles } from './out-of-handles.ts';

/** EDQUOT, for which Node has no name: what ZFS says when a quota is used up. */
const quotaExceeded = -122;

/** The code of an error of the operating system, as errno(3) names it. */
export function codeOf(error: unknown): string {
  const { code, errno } = (error ?? {}) as NodeJS.ErrnoException;
  return errno === quotaExceeded ? 'EDQUOT' : (code ?? '');
}

/** Does `work`, and says in a person's words what the operating system objects to. */
export async function inWords<T>(path: string, verb: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const text = error instanceof Failure ? undefined : explain(path, verb, codeOf(error));
    throw text ? new Failure(text, { cause: error }) : error;
  }
}

function explain(path: string, verb: string, code: string): Issue | undefined {
  const problem = `${path} cannot be ${verb}`;
  const folder = dirname(path);
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return {
        code: 'disk-full',
        problem: `${problem}: the disk is full, or a quota is used up.`,
        fix: `Make room, then run the command again:  df -h ${folder}`,
      };
    case 'EROFS':
      return {
        code: 'read-only',
        problem: `${problem}: its file system is mounted read-only.`,
        why: 'That is how it was mounted, or Linux made it so after a disk error: see dmesg.',
        fix: `See how it is mounted, and why:  findmnt -T ${folder}`,
      };
    case 'EACCES':
    case 'EPERM':
      return permission(path, problem);
    case 'ENOTDIR':
      return {
        code: 'not-a-directory',
        problem: `${problem}: a part of that path is a file, not a directory.`,
        fix: `Move that file away, or choose another base directory:  namei -l ${path}`,
      };
    case 'EISDIR':
      return {
        code: 'is-a-directory',
        problem: `${problem}: it is a directory, and a file belongs there.`,
        why: 'Docker makes such a directory when a container is to mount a file that is not there.',
        fix: `Look into it, and remove it if it is empty:  rmdir ${path}`,
      };
    case 'ELOOP':
      return {
        code: 'unexpected-link',
        problem: `${problem}: it is a symbolic link, or the links on the way to it go round in a circle.`,
        fix: `See where it leads:  namei -l ${path}`,
      };
    case 'EBUSY':
      return {
        code: 'mounted',
        problem: `${problem}: something is mounted there or below.`,
        fix: `See what, and unmount it where that is right:  findmnt -R -T ${path}`,
      };
    case 'EMFILE':
    case 'ENFILE':
      return outOfHandles(problem);
    case 'ENOENT':
      return {
        code: 'no-directory',
        problem: `${problem}: ${folder} does not exist, or ${path} was removed a moment ago.`,
        fix: `Run the command again. If that does not help, make the directory:  mkdir -p ${folder}`,
      };
    case 'EIO':
      return {
        code: 'disk-error',
        problem: `${problem}: the disk reports an error.`,
        fix: 'Look for its cause before anything else is written there:  dmesg | tail -n 30',
      };
    default:
      return undefined;
  }
}

function permission(path: string, problem: string): Issue {
  const uid = process.getuid?.();
  if (uid !== 0) {
    return {
      code: 'permission',
      problem: `${problem}: permission denied.`,
      why: `homeauth runs as user ${uid}, not as root.`,
      fix: 'Run the same command as root, with sudo in front of it.',
    };
  }
  const shift = shiftIn(uidMap());
  if (shift !== undefined) return shifted(path, problem, shift);
  return {
    code: 'permission',
    problem: `${problem}: permission denied.`,
    why: 'homeauth runs as root, so something stronger forbids it: an immutable flag (chattr +i), a network share that does not trust root (root_squash), or a container without that right.',
    fix: `See which:  lsattr -d ${path}; findmnt -T ${dirname(path)}`,
  };
}

/** root of an unprivileged container is somebody else outside, and has no right to what was made there. */
export function shifted(path: string, problem: string, shift: number): Issue {
  return {
    code: 'permission',
    problem: `${problem}: permission denied.`,
    why: `This is an unprivileged container (LXC, Proxmox): its root is user ${shift} of the machine around it, and has no right to what was made there and mounted here.`,
    fix: [
      `On the machine around it, give this container what is mounted at ${dirname(path)} or above:  chown ${shift}:${shift} DIRECTORY`,
      'or choose a base directory on the disk of this container. Then run the command again.',
    ],
  };
}

/** Who root is outside of this user namespace; undefined where there is none. */
export function shiftIn(map: string): number | undefined {
  const [inside, outside] = map.trim().split(/\s+/).map(Number);
  return inside === 0 && outside ? outside : undefined;
}

function uidMap(): string {
  try {
    return readFileSync('/proc/self/uid_map', 'utf8');
  } catch {
    return '';
  }
}
