import { describe, expect, test } from 'vitest';
import { createConfig, draftFrom } from '../../src/config/create.ts';
import { addApp, removeApp } from '../../src/config/edit.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { complaint, full } from './sample.ts';

const answers = {
  domain: 'home.example.com',
  'base-dir': '/rpool/encrypted/docker',
  name: 'Helen',
  admin: 'helen',
  email: 'helen@example.com',
  'authentik-version': '2026.8.6',
} as const;

describe('a new file', () => {
  test('names the schema, explains itself, and has the essential keys only', () => {
    const defaults = { consent: 'explicit', proxy: 'caddy', tls: 'auto', 'allow-unsupported': false } as const;
    const text = createConfig(draftFrom({ ...answers, ...defaults }));
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=.homeauth/homeauth.schema.json');
    expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([
      'domain: home.example.com',
      'base-dir: /rpool/encrypted/docker',
      'admin:',
      '  username: helen',
      '  name: Helen',
      '  email: helen@example.com',
      'authentik:',
      '  version: 2026.8.6',
      'apps: []',
    ]);
  });

  test('keeps every answer that is not the default', () => {
    const others = { consent: 'implicit', proxy: 'manual', tls: 'internal', 'allow-unsupported': true } as const;
    const draft = draftFrom({ ...answers, ...others, 'caddy-container': 'caddy-1' }, { lanAddress: '192.168.0.4' });
    expect(parseConfig(createConfig(draft), 'x').config).toMatchObject({
      authentik: { consent: 'implicit', allowUnsupported: true },
      proxy: 'manual',
      tls: 'internal',
      caddyContainer: 'caddy-1',
      lanAddress: '192.168.0.4',
    });
  });

  test('means what the file it was drafted from means', () => {
    const { file, config } = parseConfig(full, 'x');
    expect(parseConfig(createConfig(file), 'x').config).toEqual(config);
  });

  test('comes back to itself after an app came and went', () => {
    const text = createConfig(draftFrom(answers));
    expect(removeApp(addApp(text, 'whoami'), 'whoami')).toBe(text);
  });

  test('survives names that YAML would read otherwise', () => {
    for (const name of ['null', '42', 'yes: no', '# x', '"Helen"', 'Hélène 🏠', "O'Neil", '- a', '{}', '*x', '<<']) {
      expect(parseConfig(createConfig(draftFrom({ ...answers, name })), 'x').config.admin.name).toBe(name);
    }
  });

  test('is refused where an answer would not do or is missing', () => {
    expect(complaint(() => createConfig(draftFrom({ ...answers, domain: 'localhost' })))).toContain('is a single word');
    const { email: _, ...rest } = answers;
    expect(complaint(() => createConfig(draftFrom(rest)))).toContain('admin.email is missing.');
  });
});
