import { describe, expect, test } from 'vitest';
import { checkBaseDir } from '../../src/config/directory.ts';
import { checkHostName } from '../../src/config/host-name.ts';

describe('the base directory', () => {
  test.each([
    ['/etc', 'belongs to the system'],
    ['/etc/docker', 'belongs to the system'],
    ['/usr', 'belongs to the system'],
    ['/usr/local', 'belongs to the system'],
    ['/usr/share/x', 'belongs to the system'],
    ['/boot/', 'belongs to the system'],
    ['/lib64', 'belongs to the system'],
    ['/proc', 'belongs to the kernel'],
    ['/dev/shm', 'belongs to the kernel'],
    ['/sys', 'belongs to the kernel'],
    ['/run/docker', 'is emptied'],
    ['/tmp', 'is emptied'],
    ['/var/lib/docker/volumes/x', 'belongs to Docker'],
    ['/', 'is the root'],
  ])('is not %s', (path, problem) => {
    const refusal = checkBaseDir(path);
    expect(refusal?.problem).toContain(problem);
    expect(refusal?.fix).toContain('for example /rpool/encrypted/docker');
  });

  test.each([
    '/home/helen/docker',
    '/srv',
    '/srv/docker',
    '/opt/docker',
    '/mnt/user/appdata',
    '/volume1/docker',
    '/var/lib/homeauth',
    '/var/lib/dockers',
    '/usr/local/docker',
    '/etcetera',
    '/root/docker',
  ])('may be %s', (path) => {
    expect(checkBaseDir(path)).toBeUndefined();
  });
});

test.each([
  ['{env.X}.com', 'has a brace in it'],
  ['home.{x}.com', 'has a brace in it'],
  ['home.example.com}', 'has a brace in it'],
  ['$HOME.com', 'has a dollar sign in it'],
  ['${DOMAIN}', 'has a dollar sign in it'],
])('a domain like %s is told for what it is', (domain, problem) => {
  expect(checkHostName(domain)).toMatchObject({ problem, fix: 'Write the name alone, for example home.example.com.' });
});
