import { posix } from 'node:path';
import { firstOf, type Refusal } from './refusal.ts';

/** Whose icon it is: the app's own, or a file's. */
export const checkIcon = (value: string): Refusal | undefined =>
  value === 'app' || value.startsWith('/')
    ? checkAbsolutePath(value === 'app' ? '/' : value)
    : {
        problem: 'is neither "app" nor an absolute path',
        fix: 'Write icon: app, or the path of a picture: /srv/icons/wiki.svg',
      };

/** A path that can be mounted into a container: absolute, plain, and free of Docker's own separators. */
export function checkAbsolutePath(value: string): Refusal | undefined {
  const example = 'for example /rpool/encrypted/docker';
  if (value.trim() === '') return { problem: 'is empty', fix: `Write an absolute path, ${example}.` };
  if (/\p{Cc}/u.test(value)) {
    return { problem: 'has a control character in it', fix: `Write the path as ls shows it, ${example}.` };
  }
  if (value !== value.trim()) {
    return { problem: 'begins or ends with a space', fix: `Write ${value.trim()} without it.` };
  }
  if (value.startsWith('~')) {
    return { problem: 'begins with ~, which only a shell understands', fix: `Write the whole path, ${example}.` };
  }
  if (!value.startsWith('/')) {
    return { problem: 'is not an absolute path', fix: `Begin it with a slash, ${example}.` };
  }
  if (value.split('/').includes('..')) {
    return { problem: 'has .. in it', fix: `Write ${posix.normalize(value)} if that is what you mean.` };
  }
  if (/[:,]/.test(value)) {
    return {
      problem: 'has a colon or a comma in it',
      why: 'Docker reads these as separators in a mount.',
      fix: `Use a directory without them, ${example}.`,
    };
  }
  return undefined;
}

const kernel = ['proc', 'sys', 'dev'];
const system = ['bin', 'boot', 'etc', 'lib', 'lib32', 'lib64', 'libx32', 'lost+found', 'sbin', 'usr'];

/** The directory that `authentik` is made in. */
export const checkBaseDir = firstOf(checkAbsolutePath, (value) => {
  const path = normaliseDir(value);
  const fix = 'Name a directory for it, for example /rpool/encrypted/docker.';
  if (path === '/') {
    return { problem: 'is the root of the file system', why: 'authentik would land beside /etc and /usr.', fix };
  }
  const [, first] = path.split('/');
  if (first !== undefined && kernel.includes(first)) {
    return { problem: 'belongs to the kernel', why: 'Nothing can be kept there.', fix };
  }
  if (first === 'run' || path === '/tmp' || path === '/var/tmp' || /^\/var\/run(\/|$)/.test(path)) {
    return { problem: 'is emptied by the system', why: 'Your users and the database would be gone with it.', fix };
  }
  if (/^\/var\/lib\/docker(\/|$)/.test(path)) {
    return { problem: 'belongs to Docker', why: 'Docker changes and removes what lies there.', fix };
  }
  if (first !== undefined && system.includes(first) && !path.startsWith('/usr/local/')) {
    return {
      problem: 'belongs to the system',
      why: 'Updates replace what lies there, and a backup of your data would leave it out.',
      fix,
    };
  }
  return undefined;
});

/** Without doubled slashes, `.` segments and a slash at the end. */
export function normaliseDir(path: string): string {
  const plain = posix.normalize(path);
  return plain === '/' ? plain : plain.replace(/\/+$/, '');
}
