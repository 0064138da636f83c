import { expect, test } from 'vitest';
import { assertDirectory } from '../../src/installation/storage.ts';
import type { FileStat, Files } from '../../src/world/world.ts';

/** A disk with directories, files and links to somewhere. */
function disk(entries: Readonly<Record<string, string>>): Files {
  const typeOf = (path: string): FileStat['type'] | undefined => {
    const entry = entries[path];
    if (entry === undefined) return undefined;
    return entry.startsWith('/') ? 'link' : (entry as FileStat['type']);
  };
  return {
    stat: async (path: string) => {
      const type = typeOf(path);
      return type && { type };
    },
    filesystem: async (path: string) => ({ realPath: entries[path]?.startsWith('/') ? entries[path] : path }),
  } as unknown as Files;
}

const there = { '/srv': 'directory', '/srv/docker': 'directory', '/srv/file': 'file' };

test.each([
  ['/srv/file', {}, '/srv/file is a file.', 'Name a directory'],
  ['/srv/file/a/b', {}, '/srv/file is a file, so there can be no /srv/file/a/b.', 'Name a directory'],
  ['/srv/link', { '/srv/link': '/gone' }, '/srv/link is a symbolic link to /gone, and nothing is', 'mkdir -p /gone'],
  ['/srv/link/a', { '/srv/link': '/gone' }, '/srv/link is a symbolic link to /gone, and nothing is', 'mkdir -p /gone'],
  ['/srv/link', { '/srv/link': '/srv/docker' }, 'is a symbolic link to /srv/docker.', '--base-dir /srv/docker'],
  ['/srv/link', { '/srv/link': '/srv/file' }, '/srv/link is a file.', 'Name a directory'],
])('%s with %j is no base directory', async (path, more, problem, fix) => {
  const refusal = assertDirectory(path, disk({ ...there, ...more }));
  await expect(refusal).rejects.toMatchObject({
    code: 'base-dir-unfit',
    problem: expect.stringContaining(problem),
    fix: expect.stringContaining(fix),
  });
});

test.each([
  ['/srv/docker', {}],
  ['/srv/new/one', {}],
  ['/link/docker', { '/link': '/srv', '/link/docker': 'directory' }],
])('%s is one', async (path, more) => {
  await expect(assertDirectory(path, disk({ ...there, ...more }))).resolves.toBeUndefined();
});
