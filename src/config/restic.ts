import { checkBaseDir } from './directory.ts';
import type { Refusal } from './refusal.ts';

/** A repository of restic as it is written: `restic:ADDRESS`, or with a copy in it `restic:ADDRESS:COPY`. */
export interface ResticPlace {
  /** As restic takes it; undefined where its environment says it. */
  readonly address: string | undefined;
  /** The name of a copy, or the id of a snapshot. */
  readonly copy: string | undefined;
}

const form = /^restic:(.*?)(?::(\d{4}-\d{2}-\d{2}T\d{6}Z(?:-\d+)?|[0-9a-f]{8,64}))?$/;
const remote = /^(rest|sftp|s3|swift|b2|azure|gs|rclone):/;

/** Takes it apart; undefined where it is a path. */
export function resticIn(text: string): ResticPlace | undefined {
  const [, address, copy] = form.exec(text) ?? [];
  return address === undefined ? undefined : { address: address || undefined, copy };
}

/** Whether an address is a path that depends on where one is. */
export const isRelative = (address: string): boolean => !address.startsWith('/') && !remote.test(address);

/** What stands behind `restic:`. */
export function checkRestic(value: string): Refusal | undefined {
  const { address } = resticIn(value) ?? {};
  if (address === undefined) return undefined;
  if (/:\/\/[^/@]*:[^/@]*@/.test(address)) {
    return {
      problem: 'has a password in it',
      why: 'Everybody on this server sees the words of a command, and homeauth.yaml is not secret.',
      fix: 'Write RESTIC_REPOSITORY=… into the file behind backup.restic-env (or --restic-env), and only restic: here.',
    };
  }
  return undefined;
}

/** A directory for copies, or a repository. */
export function checkCopies(value: string): Refusal | undefined {
  const { address } = resticIn(value) ?? {};
  if (!value.startsWith('restic:')) return checkBaseDir(value);
  if (address !== undefined && isRelative(address))
    return { problem: 'is no absolute path', fix: 'Write it from the root on, such as restic:/mnt/usb/restic.' };
  return checkRestic(value);
}
