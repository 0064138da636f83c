import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';
import { complaint, complaintAbout, full, small } from './sample.ts';

describe('a valid file', () => {
  test('resolves every default', () => {
    expect(parseConfig(small, 'homeauth.yaml').config).toEqual({
      domain: 'home.example.com',
      baseDir: '/srv',
      backup: { to: '/srv/backups' },
      notify: {},
      authHost: 'auth.home.example.com',
      admin: { username: 'helen', name: 'helen', email: 'helen@example.com' },
      authentik: { version: '2026.8.6', consent: 'explicit', allowUnsupported: false },
      proxy: 'caddy',
      tls: 'auto',
      zfsDataset: true,
      policies: { secondFactor: 'off', recovery: false, invitations: false },
      groups: [],
      apps: [],
    });
  });

  test('keeps what was said', () => {
    expect(parseConfig(full, 'homeauth.yaml').config).toEqual({
      domain: 'home.example.com',
      baseDir: '/rpool/encrypted/docker',
      backup: { to: '/rpool/encrypted/docker/backups' },
      notify: {},
      authHost: 'login.home.example.com',
      lanAddress: '192.168.0.4',
      admin: { username: 'helen', name: 'Helen', email: 'helen@example.com' },
      authentik: { version: '2026.8.6', consent: 'implicit', allowUnsupported: false },
      proxy: 'caddy',
      tls: 'cloudflare',
      zfsDataset: false,
      mail: {
        host: 'smtp.example.com',
        port: 587,
        username: 'helen',
        passwordFile: '/root/smtp-password',
        from: 'Home <auth@example.com>',
        tls: 'starttls',
      },
      policies: { secondFactor: 'off', recovery: true, invitations: false },
      groups: ['family', 'guests'],
      apps: [
        {
          name: 'whoami',
          title: 'whoami',
          host: 'whoami.home.example.com',
          upstream: 'whoami:80',
          mode: 'app',
          container: { image: 'traefik/whoami:v1.11.0' },
        },
        {
          name: 'wiki',
          title: 'wiki',
          host: 'wiki.home.example.com',
          upstream: 'wiki:3000',
          mode: 'app',
          group: 'family',
          openPaths: ['/health', '/share/*'],
        },
        {
          name: 'photos',
          title: 'photos',
          host: 'photos.home.example.com',
          upstream: '192.168.0.5:2283',
          mode: 'domain',
        },
      ],
    });
  });

  test.each([
    ['Windows line ends', full.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\uFEFF${full}`],
    ['no line end at the end', full.trimEnd()],
  ])('may have %s', (_, text) => {
    expect(parseConfig(text, 'homeauth.yaml').config).toEqual(parseConfig(full, 'homeauth.yaml').config);
  });

  test.each(['apps:\n', 'apps:\n  # - whoami\n', 'apps: []\n', 'apps: null\n'])('%j is no apps', (apps) => {
    expect(parseConfig(small + apps, 'homeauth.yaml').config.apps).toEqual([]);
  });

  test('a preset with an upstream of its own is not started by us', () => {
    const { apps } = parseConfig(`${small}apps: [{ name: whoami, upstream: 'mine:81' }]`, 'homeauth.yaml').config;
    expect(apps[0]).toMatchObject({ upstream: 'mine:81' });
    expect(apps[0]).not.toHaveProperty('container');
  });

  test.each([
    ['starttls', 587],
    ['implicit', 465],
    ['none', 25],
  ])('mail with tls %s goes to port %i', (tls, port) => {
    const mail = `mail: { host: smtp.example.com, from: a@example.com, tls: ${tls} }\n`;
    expect(parseConfig(small + mail, 'homeauth.yaml').config.mail?.port).toBe(port);
  });
});

describe('a problem', () => {
  test('is shown with its line, a caret, the nearest value and the fix', () => {
    const text = `${small}apps:\n  - name: wiki\n    upstream: wiki:80\n    mode: domian\n`;
    const failure = complaint(() => parseConfig(text, '/srv/authentik/homeauth.yaml'));
    expect(failure).toBe(
      [
        '/srv/authentik/homeauth.yaml:8:11  mode: "domian" is not a mode.',
        '  6 │   - name: wiki',
        '  7 │     upstream: wiki:80',
        '  8 │     mode: domian',
        '    │           ^^^^^^ did you mean "domain"?  (app, domain)',
        'Write domain.',
      ].join('\n'),
    );
  });

  test('comes with all the others, at most five of them in full, in the order of the file', () => {
    const text = complaintAbout(
      'domain: Home.example.com\nbase-dir: srv\nadmin: { username: akadmin, email: nobody }\n' +
        'authentik: { version: latest }\nproxy: nginx\ntls: maybe\nzfs-dataset: yes\n',
    );
    expect(text).toContain('8 things are wrong in homeauth.yaml.');
    expect(text?.match(/^homeauth\.yaml:\d+:\d+/gm)).toEqual([
      'homeauth.yaml:1:9',
      'homeauth.yaml:2:11',
      'homeauth.yaml:3:20',
      'homeauth.yaml:3:36',
      'homeauth.yaml:4:23',
    ]);
    expect(text).toContain('and 3 more.');
    expect(text?.split('\n').at(-1)).toBe('Correct them in homeauth.yaml, then run the command again.');
  });

  test('counts columns in characters and lines across Windows line ends', () => {
    const text = small.replace('helen, email', '"hélène 🏠", email').replaceAll('\n', '\r\n');
    expect(complaintAbout(text)).toContain('homeauth.yaml:3:20  username: "hélène 🏠" has characters other than');
    expect(complaintAbout(text)).toContain(`\n    │ ${' '.repeat(19)}${'^'.repeat(10)}\n`);
  });

  test('never shows a password, nor what would move the cursor', () => {
    const mail = 'mail:\n  host: smtp.example.com\n  from: a@example.com\n  password: hunter2\n';
    expect(complaintAbout(small + mail)).toContain('password: ••••••');
    expect(complaintAbout(small + mail)).toContain(
      'Put the password in a file of its own and name it with password-file.',
    );
    expect(complaintAbout(small + mail)).not.toContain('hunter2');
    const moved = complaintAbout(small.replace('/srv', '"/srv\\e[2Jx"'));
    expect(moved).toContain('has a control character in it');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(moved).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  });

  test('is the misspelt key alone, not also the missing one', () => {
    const text = complaintAbout(small.replace('base-dir', 'baseDir'));
    expect(text).toContain('homeauth.yaml:2:1  baseDir is not a key here.');
    expect(text).toContain('did you mean "base-dir"?');
    expect(text).not.toContain('missing');
  });
});
