import type { Issue } from './failure.ts';
import type { Owner } from './resource.ts';

/** One name on the way to a path: a directory, a link on its way, or the thing at the end. */
export interface Step {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'link' | 'other';
  /** Permission bits. */
  readonly mode: number;
  readonly owner: Owner;
}

const groupMayWrite = 0o020;
const othersMayWrite = 0o002;
const sticky = 0o1000;

/**
 * Why what lies at a path is not to be believed: somebody who is not trusted owns a part of it, or may
 * change it. Undefined where nobody else can. `trusted`: user ids; root is always one.
 */
export function distrust(path: string, way: readonly Step[], ...trusted: readonly number[]): Issue | undefined {
  for (const step of way) {
    const here = step.path === path ? step.path : `${step.path}, on the way to ${path},`;
    if (step.owner.uid !== 0 && !trusted.includes(step.owner.uid)) {
      const fix = `${step.type === 'link' ? 'chown -h' : 'chown'} root ${step.path}`;
      const home = "Where that is somebody's home, leave it theirs, and choose another place.";
      return refusal(
        `${here} belongs to user ${step.owner.uid}, not to root.`,
        step.type === 'directory' && step.path !== path ? [fix, home] : [fix],
      );
    }
    if (isOpen(step)) {
      // In a sticky directory everybody may make things, and nobody may replace what is root's.
      const fix = step.type === 'directory' ? `chmod +t ${step.path}` : `chmod go-w ${step.path}`;
      const mode = step.mode.toString(8).padStart(4, '0');
      return refusal(`${here} can be changed by others than root: its mode is ${mode}.`, [fix]);
    }
  }
  return undefined;
}

/** A link has no mode of its own, and the group 0 is root's. */
function isOpen({ type, mode, owner }: Step): boolean {
  if (type === 'link' || (type === 'directory' && (mode & sticky) !== 0)) return false;
  return (mode & othersMayWrite) !== 0 || ((mode & groupMayWrite) !== 0 && owner.gid !== 0);
}

const refusal = (problem: string, fix: readonly string[]): Issue => ({
  code: 'untrusted-path',
  problem,
  why: 'homeauth does as root what it reads there, so whoever can replace it would be root. Nothing was changed.',
  fix: [...fix, 'Then run the command again.'],
});
