import { describe, expect, test } from 'vitest';
import { hostsAside } from '../../src/proxy/caddy/aside.ts';
import { asOne, partsOf, withOurs, withoutOurs } from '../../src/proxy/caddy/placement.ts';

const inside = '/etc/caddy/Caddyfile';
const place = { inside, outside: '/srv/caddy/Caddyfile' };
const first = { caddyfile: place, text: 'one.example.com {\n\trespond 1\n}\n', replaces: [] };
const second = { caddyfile: place, text: 'two.example.com {\n\trespond 2\n}\n', replaces: [] };
const forms = ['import', 'block'] as const;

const owners = {
  usual: 'a.example.com {\n\trespond a\n}\n',
  'no newline at the end': 'a.example.com {\n\trespond a\n}',
  'several newlines at the end': 'a.example.com {\n\trespond a\n}\n\n\n',
  'Windows line ends': 'a.example.com {\r\n\trespond a\r\n}\r\n',
  'Windows line ends, none at the end': 'a.example.com {\r\n\trespond a\r\n}',
  'byte order mark': '\ufeffa.example.com {\n\trespond a\n}\n',
  'byte order mark alone': '\ufeff',
  empty: '',
  'one newline': '\n',
  'tabs and spaces at the end': 'a.example.com {\n\trespond a\n}\n \t',
  'a carriage return at the end': 'a.example.com {\n\trespond a\n}\r',
  'one carriage return': '\r',
  'a mark behind what is no line break to Caddy': '# see\u2028import x # homeauth: y\n',
  'comments about homeauth': '# homeauth: see the wiki\n# import x # homeauth: no\na.example.com {\n\trespond a\n}\n',
};

describe.each(forms)('%s', (how) => {
  test.each(Object.entries(owners))('gives back byte for byte: %s', (_, own) => {
    const once = withOurs(own, { ...first, how });
    const again = withOurs(once, { ...second, how });
    expect(partsOf(once).map(({ is }) => is)).toEqual([how]);
    expect(withoutOurs(once)).toBe(own);
    expect(withoutOurs(again)).toBe(own);
    expect(withOurs(once, { ...first, how })).toBe(once);
  });

  test.each(Object.entries(owners))('turns into the other form and back: %s', (_, own) => {
    const other = how === 'import' ? 'block' : 'import';
    const turned = withOurs(withOurs(own, { ...first, how }), { ...first, how: other });
    expect(partsOf(turned).map(({ is }) => is)).toEqual([other]);
    expect(withoutOurs(turned)).toBe(own);
  });

  test.each(Object.entries(owners))('puts a site aside and gives it back byte for byte: %s', (_, own) => {
    const want = { ...first, how, replaces: ['a.example.com'] };
    const once = withOurs(own, want);
    expect(hostsAside(once)).toEqual(own.includes('respond a') ? ['a.example.com'] : []);
    expect(once).not.toMatch(/^\s*respond a/m);
    expect(withOurs(once, want)).toBe(once);
    expect(withOurs(once, { ...first, how })).toBe(withOurs(own, { ...first, how }));
    expect(withoutOurs(once)).toBe(own);
  });

  test('puts no site of its own aside', () => {
    const want = { ...first, how, replaces: ['one.example.com'] };
    const once = withOurs(owners.usual, want);
    expect(once).toBe(withOurs(owners.usual, { ...first, how }));
    expect(withOurs(once, want)).toBe(once);
  });

  test('leaves what was written behind it where it is', () => {
    const text = `${withOurs(owners.usual, { ...first, how })}b.example.com {\n}\n`;
    expect(withoutOurs(text)).toBe(`${owners.usual}b.example.com {\n}\n`);
    expect(withOurs(text, { ...second, how }).endsWith('\nb.example.com {\n}\n')).toBe(true);
  });

  test('is one, even where it was doubled by hand', () => {
    const once = withOurs(owners.usual, { ...first, how });
    const doubled = once + once.slice(owners.usual.length);
    expect(partsOf(doubled)).toHaveLength(2);
    expect(withOurs(doubled, { ...first, how })).toBe(once);
  });
});

test('the import names the exact file beside the Caddyfile', () => {
  expect(withOurs('', { ...first, how: 'import' })).toMatch(/^import \/etc\/caddy\/homeauth\.caddy # homeauth: .*\n$/);
  const odd = { ...first, caddyfile: { ...place, inside: '/my conf/Caddyfile' } };
  expect(withOurs('', { ...odd, how: 'import' })).toMatch(/^import "\/my conf\/homeauth\.caddy" #/);
});

test('the block says its text, whatever the line ends around it', () => {
  for (const own of [owners.usual, owners['Windows line ends'], owners['no newline at the end']]) {
    const [part] = partsOf(withOurs(own, { ...first, how: 'block' }));
    expect(part).toMatchObject({ is: 'block', text: first.text });
  }
});

test('as one text, ours stands where the import line does', () => {
  const imported = withOurs(owners.usual, { ...first, how: 'import' });
  expect(asOne(imported, { ...first, how: 'import' })).toBe(withOurs(owners.usual, { ...first, how: 'block' }));
});

test('a begin mark alone is seen as torn', () => {
  const text = withOurs(owners.usual, { ...first, how: 'block' }).replace('# homeauth: end', '');
  expect(partsOf(text).map(({ is }) => is)).toEqual(['torn']);
});

test('a Caddyfile of 5 MB that is full of marks is read once, not once for each', () => {
  // Once for each took longer than anybody has waited for.
  expect(partsOf('# homeauth: begin\n'.repeat(280_000))).toHaveLength(280_000);
});
