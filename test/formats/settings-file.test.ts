import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { nameOf, readSettings, settingsOf, withSettings } from '../../src/formats/settings-file.ts';

const content = {
  public_baseurl: 'https://chat.example.com/',
  'password_config.enabled': false,
  oidc_providers: [{ idp_id: 'authentik', issuer: 'https://auth/', scopes: ['openid', 'email'] }],
};
const ours = settingsOf(content);
const gone = ours.map(({ path }) => ({ path }));
const theirs = `# The server's own name.
server_name: "example.com" # never change it
public_baseurl: http://old/
listeners:
- port: 8008
  tls: false
oidc_providers:
- idp_id: google
  issuer: https://accounts.google.com/
signing_key: !vault secrets/key
`;

test('a setting is one value: a dot parts levels, and a map in a list is known by its first key', () => {
  expect(ours.map(nameOf)).toEqual([
    'public_baseurl',
    'password_config.enabled',
    'oidc_providers[authentik].idp_id',
    'oidc_providers[authentik].issuer',
    'oidc_providers[authentik].scopes',
  ]);
});

test('YAML: ours stand there, comments, tags and all that is beside them stay', () => {
  const text = withSettings(theirs, 'yaml', ours);
  for (const line of theirs.split('\n').filter((one) => !one.startsWith('public_baseurl')))
    expect(text).toContain(line);
  expect(parse(text, { logLevel: 'silent' })).toMatchObject({
    public_baseurl: 'https://chat.example.com/',
    password_config: { enabled: false },
    oidc_providers: [{ idp_id: 'google' }, content.oidc_providers[0]],
    listeners: [{ port: 8008, tls: false }],
  });
  expect(readSettings(text, 'yaml', gone)).toEqual(ours);
  expect(withSettings(text, 'yaml', ours)).toBe(text);
});

test('YAML: what was there before comes back, and what is empty without ours goes', () => {
  const before = readSettings(theirs, 'yaml', gone);
  expect(before.map(({ value }) => value)).toEqual(['http://old/', undefined, undefined, undefined, undefined]);
  expect(withSettings(withSettings(theirs, 'yaml', ours), 'yaml', before)).toBe(theirs);
});

test('YAML: an empty file, and a key that waits for its map', () => {
  expect(parse(withSettings('', 'yaml', ours))).toMatchObject({ oidc_providers: content.oidc_providers });
  const waiting = 'password_config:\noidc_providers:\n';
  expect(parse(withSettings(waiting, 'yaml', ours))).toMatchObject({ password_config: { enabled: false } });
});

test('JSON: the same, as its owner indents it', () => {
  const text = '{\n\t"web_host": "",\n\t"oidc_providers": {\n\t\t"google": {}\n\t}\n}\n';
  const set = settingsOf({
    web_host: 'https://x',
    oidc_providers: { authentik: { client_id: 'i' } },
    domains: { '': { a: 1 } },
  });
  const whole = withSettings(text, 'json', set);
  expect(JSON.parse(whole)).toEqual({
    web_host: 'https://x',
    oidc_providers: { google: {}, authentik: { client_id: 'i' } },
    domains: { '': { a: 1 } },
  });
  expect(whole).toMatch(/^\{\n\t"web_host"/);
  const before = readSettings(
    text,
    'json',
    set.map(({ path }) => ({ path })),
  );
  expect(withSettings(whole, 'json', before)).toBe(text);
});

test.each([
  ['yaml', 'a: [1\n'],
  ['yaml', 'public_baseurl: x\npassword_config: 5\n'],
  ['json', '{"a": 1,}'],
  ['json', '{"password_config": 5}'],
] as const)('%s that does not fit is refused: %j', (format, text) => {
  expect(() => withSettings(text, format, ours)).toThrow();
});
