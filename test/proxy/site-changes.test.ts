import { expect, test } from 'vitest';
import { opened } from '../../src/proxy/caddy/site-changes.ts';

const site = (host: string, ...openPaths: readonly string[]) => ({ host, openPaths });

test.each([
  ['a site that comes', [], [site('wiki.home', '/a')], ['wiki.home/a opens without a login']],
  ['a site that goes shuts nothing behind it', [site('wiki.home', '/a'), site('b.home')], [site('b.home')], []],
  [
    'a path that is taken out',
    [site('wiki.home', '/a', '/b/*')],
    [site('wiki.home', '/a')],
    ['wiki.home/b/* is behind the login'],
  ],
  ['a site whose name begins alike', [site('a.home', '/x'), site('a.home.net')], [site('a.home.net')], []],
])('%s', (_, before, after, told) => {
  expect(opened(before, after)).toEqual(told);
});
