import { describe, expect, test } from 'vitest';
import { addApp, removeApp, setValue } from '../../src/config/edit.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { pick, seeded } from './random.ts';
import { complaint, full, small } from './sample.ts';

const wiki = { name: 'wiki', upstream: 'wiki:80' };

describe('addApp', () => {
  const rows: [name: string, before: string, after: string][] = [
    ['no apps key', '', 'apps:\n  - name: wiki\n    upstream: wiki:80\n'],
    ['a key without value', 'apps:   # mine\n', 'apps: # mine\n  - name: wiki\n    upstream: wiki:80\n'],
    ['null', 'apps: ~\n', 'apps:\n  - name: wiki\n    upstream: wiki:80\n'],
    ['an empty list', 'apps: [] # mine\n', 'apps: # mine\n  - name: wiki\n    upstream: wiki:80\n'],
    ['a list on one line', 'apps: [whoami]  # mine\n', 'apps: [whoami, { name: wiki, upstream: wiki:80 }]  # mine\n'],
    [
      'commented-out apps',
      'apps:\n  - whoami # first\n  # - old\ntls: internal\n',
      'apps:\n  - whoami # first\n  # - old\n  - name: wiki\n    upstream: wiki:80\ntls: internal\n',
    ],
    ['no indentation', 'apps:\n- whoami\n# end\n', 'apps:\n- whoami\n- name: wiki\n  upstream: wiki:80\n# end\n'],
    ['no line end', 'apps:\n    -   whoami', 'apps:\n    -   whoami\n    - name: wiki\n      upstream: wiki:80\n'],
    ['an end mark', 'apps:\n  - whoami\n...\n', 'apps:\n  - whoami\n  - name: wiki\n    upstream: wiki:80\n...\n'],
  ];
  test.each(rows)('%s', (_, before, after) => {
    expect(addApp(small + before, wiki)).toBe(small + after);
    expect(addApp(small + after, wiki)).toBe(small + after);
  });

  test('a map on one line', () => {
    const flow =
      '{ domain: a.de, base-dir: /srv, admin: {username: h, email: h@a.de}, authentik: {version: 2026.8.6} }';
    expect(addApp(flow, 'whoami')).toBe(flow.replace(' }', ', apps: [ whoami ] }'));
  });

  test('keeps Windows line ends', () => {
    expect(addApp(full.replaceAll('\n', '\r\n'), { name: 'a', upstream: 'b:1' })).toBe(
      addApp(full, { name: 'a', upstream: 'b:1' }).replaceAll('\n', '\r\n'),
    );
  });

  test('writes a preset as its name, leaves defaults out and quotes what needs it', () => {
    expect(addApp(small, { name: 'whoami', mode: 'app' })).toBe(`${small}apps:\n  - whoami\n`);
    expect(addApp(small, { ...wiki, title: 'Wiki: "ours" # 1', mode: 'app' })).toContain('title: \'Wiki: "ours" # 1\'');
  });

  test('an app that means the same is left as it is written', () => {
    expect(addApp(full, { name: 'wiki', upstream: 'wiki:3000', group: 'family', host: 'wiki.home.example.com' })).toBe(
      full,
    );
  });

  test('says what to do where the name stands for something else', () => {
    const text = complaint(() => addApp(full, wiki, '/srv/homeauth.yaml'));
    expect(text).toContain('/srv/homeauth.yaml has an app "wiki" already, with other settings.');
    expect(text?.split('\n').at(-1)).toContain('homeauth remove-app wiki');
  });

  test('refuses what the file would not allow', () => {
    expect(complaint(() => addApp(small, { ...wiki, host: 'auth.home.example.com' }))).toContain(
      'is where people log in',
    );
    expect(complaint(() => addApp(small, 'nothing'))).toContain('knows no app by that name');
  });
});

describe('removeApp', () => {
  const rows: [name: string, before: string, after: string][] = [
    ['the only one', 'apps: # mine\n  # first\n  - whoami # demo\n# end\n', 'apps: [] # mine\n  # first\n# end\n'],
    [
      'the first',
      'apps:\n  - whoami\n  # note: this\n  - { name: wiki, upstream: wiki:80 }\n',
      'apps:\n  # note: this\n  - { name: wiki, upstream: wiki:80 }\n',
    ],
    [
      'the last',
      'apps:\n  - { name: wiki, upstream: wiki:80 }\n  - name: whoami\n    title: Demo # x\n\ntls: auto',
      'apps:\n  - { name: wiki, upstream: wiki:80 }\n\ntls: auto',
    ],
    [
      'on one line, first',
      'apps: [ whoami, { name: wiki, upstream: wiki:80 } ]',
      'apps: [ { name: wiki, upstream: wiki:80 } ]',
    ],
    [
      'on one line, last',
      'apps: [{ name: wiki, upstream: wiki:80 }, whoami,]',
      'apps: [{ name: wiki, upstream: wiki:80 },]',
    ],
    ['on one line, alone', 'apps: [ whoami, ] # mine', 'apps: [] # mine'],
  ];
  test.each(rows)('%s', (_, before, after) => {
    expect(removeApp(small + before, 'whoami')).toBe(small + after);
    expect(removeApp(small + after, 'whoami')).toBe(small + after);
  });
});

describe('setValue', () => {
  const rows: [name: string, keys: string[], value: string | boolean | number, from: string, to: string][] = [
    ['plain text', ['domain'], 'example.org', 'domain: home.example.com ', 'domain: example.org '],
    ['quoted text', ['authentik', 'version'], '2026.8.7', "version: '2026.8.6' # pinned", 'version: 2026.8.7 # pinned'],
    ['a switch', ['zfs-dataset'], true, 'zfs-dataset: false', 'zfs-dataset: true'],
    ['text that looks like something else', ['admin', 'name'], 'true', '"Helen"', '"true"'],
    [
      'a new key in a section',
      ['authentik', 'allow-unsupported'],
      true,
      'implicit\n',
      'implicit\n  allow-unsupported: true\n',
    ],
    ['a new number', ['mail', 'port'], 2525, 'auth@example.com>\n', 'auth@example.com>\n  port: 2525\n'],
    ['a new key at the top', ['caddy-container'], 'caddy', 'domain}\n', 'domain}\ncaddy-container: caddy\n'],
  ];
  test.each(rows)('%s', (_, keys, value, from, to) => {
    const text = full
      .replace('login.home', 'login.example.org.home')
      .replace('auth-host: login.example.org.home.example.com\n', '');
    const result = setValue(text, keys, value);
    expect(result).toBe(text.replace(from, to));
    expect(setValue(result, keys, value)).toBe(result);
  });

  test('in a section on one line', () => {
    expect(setValue(small, ['authentik', 'consent'], 'implicit')).toBe(
      small.replace('2026.8.6 }', '2026.8.6, consent: implicit }'),
    );
  });

  test('refuses a value that the file would not allow', () => {
    expect(complaint(() => setValue(small, ['authentik', 'version'], 'latest'))).toContain('is a moving tag');
    expect(complaint(() => setValue('domain: "', ['tls'], 'auto'))).toContain('missing here');
  });
});

test('twenty chains of edits keep every comment and mean what they should', () => {
  const random = seeded(7);
  const comments = full.match(/#.*/g)?.filter((comment) => !/demo|and friends/.test(comment)) ?? [];
  const names = ['whoami', 'wiki', 'photos', 'a', 'b', 'c'];
  for (let chain = 0; chain < 20; chain += 1) {
    let text = chain % 2 === 0 ? full : full.replaceAll('\n', '\r\n');
    let apps = parseConfig(text, 'x').config.apps.map(({ name }) => name);
    for (let step = 0; step < 12; step += 1) {
      const name = pick(random, names);
      if (random() < 0.5) {
        text = removeApp(text, name);
        apps = apps.filter((other) => other !== name);
      } else if (!apps.includes(name)) {
        text = addApp(
          text,
          name === 'whoami' ? name : { name, upstream: `${name}:80`, group: pick(random, ['x', 'y: z']) },
        );
        apps = [...apps, name];
      }
      const version = `2026.8.${Math.floor(random() * 9)}`;
      text = setValue(text, ['authentik', 'version'], version);
      const { config } = parseConfig(text, 'x');
      expect(config.apps.map((app) => app.name)).toEqual(apps);
      expect(config.authentik.version).toBe(version);
    }
    for (const comment of comments) expect(text).toContain(comment);
  }
});
