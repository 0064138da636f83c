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
  expect(readSettings(text, 'yaml', gone)).toMatchObject(ours);
  expect(withSettings(text, 'yaml', ours)).toBe(text);
});

test('YAML: what was there before comes back, and what is empty without ours goes', () => {
  const before = readSettings(theirs, 'yaml', gone);
  expect(before.map(({ value }) => value)).toEqual(['http://old/', undefined, undefined, undefined, undefined]);
  expect(withSettings(withSettings(theirs, 'yaml', ours), 'yaml', before)).toBe(theirs);
});

const changing = settingsOf({
  a: 'https://x/',
  b: 'odd: "{{ x }}"',
  'group.on': true,
  'group.deep.er': ['p', 'q'],
  list: [{ id: 'ours', more: { x: 1, y: 'z' } }],
});
test.each([
  ['nothing of ours', '# top\nother: 1\n\n\n# the end\n'],
  ['no line break at its end', 'other:\n  - x: 1\n    y: 2'],
  ['only a comment', '# nothing yet\n'],
  ['nothing at all', ''],
  ['lines of Windows', '# top\r\na: old\r\nother:\r\n- x: 1\r\n- y\r\n'],
  ['lists that are indented in both ways', 'l:\n  - a:\n    - x\n  - b\nm:\n- y\n'],
  ['numbers and quotes of its owner', "a: 0x1F # hex\nb: 'it''s'\ngroup: { on: \"no\" }\n"],
  ['keys that wait for their values', 'a:\nb: # why\ngroup: # of nobody\n  # one more\nlist:\n'],
  ['empty groups and lists', 'group: {}\nlist: []\na: ~\n'],
  ['flow over several lines', 'group: {\n  off: 1,\n  deep: {er: [x]}\n}\nlist: [\n  {id: theirs}\n]\n'],
  ['all of it in flow', '{a: 1, group: {on: false}, list: [{id: theirs}, {id: ours, own: 1}]}\n'],
  [
    'a list as a block',
    'group:\n    deep:\n        er:   # the list\n        - a\n        - b # two\n        # more\n    off: 1\nz: 1\n',
  ],
  ['texts of several lines', 'a: |\n  one\n\n  two\n\nb: >-\n  x\n  y\nz: "p\n  q"\n'],
  ['an item of the same name', 'list:\n  - id: theirs\n\n  - id: ours # mine\n    own: 1\n    # after\n  - id: last\n'],
  ['tags, anchors and the end of a document', '---\nx: &k !t {a: 1}\ngroup:\n  y: *k\n  z: !secret name\n...\n'],
])('YAML with %s: ours are set and taken back, and it is the same to the letter', (_, text) => {
  const bare = changing.map(({ path }) => ({ path }));
  const former = JSON.parse(JSON.stringify(readSettings(text, 'yaml', bare)));
  const whole = withSettings(text, 'yaml', changing);
  expect(readSettings(whole, 'yaml', bare)).toMatchObject(changing);
  expect(withSettings(whole, 'yaml', changing)).toBe(whole);
  for (const comment of text.match(/# [a-z ]+/g) ?? []) expect(whole).toContain(comment);
  expect(withSettings(whole, 'yaml', former)).toBe(text);
});

test.each([
  ['two blanks', '{\n  "other": [1, 2,   3],\n  "x": "\\u00e4 \\/",\n  "list": [\n    { "id": "theirs" }\n  ]\n}\n'],
  ['tabs', '{\n\t"group": {\n\t\t"off": 1.0\n\t},\n\t"a": 1e3\n}'],
  ['one line', '{"a":"old","group":{"on":false,"deep":{"er":["1","2"]}},"list":[{"id":"ours","own":1}]}'],
  ['empty groups', '{\r\n    "group": {},\r\n    "list": []\r\n}\r\n'],
  ['nothing in it', '{}\n'],
])('JSON with %s: ours are set and taken back, and it is the same to the letter', (_, text) => {
  const bare = changing.map(({ path }) => ({ path }));
  const former = JSON.parse(JSON.stringify(readSettings(text, 'json', bare)));
  const whole = withSettings(text, 'json', changing);
  expect(readSettings(JSON.stringify(JSON.parse(whole)), 'json', bare)).toMatchObject(changing);
  expect(withSettings(whole, 'json', changing)).toBe(whole);
  expect(withSettings(whole, 'json', former)).toBe(text);
});

test('JSON: what is new is laid out like the rest', () => {
  const text = '{\n  "other": 1\n}\n';
  const whole = withSettings(text, 'json', changing);
  expect(whole).toBe(`${JSON.stringify(JSON.parse(whole), undefined, 2)}\n`);
});

test('YAML: what its owner adds beside ours stays when ours go', () => {
  const text = 'a: 1\n';
  const former = readSettings(text, 'yaml', changing);
  const whole = withSettings(text, 'yaml', changing).replace('id: ours\n', 'id: ours\n    own: 1 # mine\n');
  expect(withSettings(whole, 'yaml', former)).toBe('a: 1\nlist:\n  - own: 1 # mine\n');
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

/** Ours as they are set in a file with values of its owner's, what comes of it, and their ways. */
function trial(format: 'toml' | 'ini' | 'xml', text: string, content: Parameters<typeof settingsOf>[0]) {
  const set = settingsOf(content);
  const before = readSettings(
    text,
    format,
    set.map(({ path }) => ({ path })),
  );
  const whole = withSettings(text, format, set);
  expect(readSettings(whole, format, set)).toEqual(set);
  expect(withSettings(whole, format, set)).toBe(whole);
  expect(withSettings(whole, format, before)).toBe(text);
  return whole;
}

test('TOML: ours stand there, all else stays byte for byte, and the former values come back', () => {
  const text = `# top\ntitle = 'x' # mine\n\n[auth]\n  # odd\n  enabled = false   # off\n  list = [ "a", "b" ]\n\n[[servers]]\nname = "one"\n`;
  const whole = trial('toml', text, { 'auth.enabled': true, auth: { oidc: { id: 'i' } }, added: 'new' });
  expect(whole).toContain("title = 'x' # mine\n");
  expect(whole).toContain('  enabled = true   # off\n  list = [ "a", "b" ]\n');
  expect(whole).toContain('[[servers]]\nname = "one"\n');
});

test('INI: ours stand there, all else stays byte for byte, and the former values come back', () => {
  const text = '; top\ntop=1\n\n[auth]\n# odd: x\nenabled=false\nother = a=b\n\n[more]\nlast=1\n';
  const whole = trial('ini', text, {
    auth: { enabled: true, 'client id': 'i' },
    'auth oidc': { url: 'https://x/?a=b' },
  });
  expect(whole).toBe(
    '; top\ntop=1\n\n[auth]\n# odd: x\nenabled=true\nother = a=b\nclient id=i\n\n[more]\nlast=1\n\n[auth oidc]\nurl=https://x/?a=b\n',
  );
  trial('ini', '', { auth: { enabled: true } });
  trial('ini', 'a = 1\r\n[auth]\r\nb = 2\r\n', { auth: { b: 3, c: 'x' } });
  expect(() => withSettings(text, 'ini', settingsOf({ auth: { x: 'a\n[b]' } }))).toThrow();
  // Python reads both of these as one key.
  expect(trial('ini', '[auth]\nType = none\n', { auth: { type: 'ldap' } })).toBe('[auth]\nType = ldap\n');
  // What is indented deeper goes on with the value above it.
  const list = '[auth]\nhosts = a,\n  type = b\n';
  expect(trial('ini', list, { auth: { type: 'ldap' } })).toBe(`${list}type = ldap\n`);
  expect(() => withSettings(list, 'ini', settingsOf({ auth: { hosts: 'c' } }))).toThrow();
  trial('ini', '[auth]\n\ttype = none\n\tx = 1\n', { auth: { type: 'ldap', y: 2 } });
});

test('XML: ours stand there, all else stays byte for byte, and the former values come back', () => {
  const text = `<?xml version="1.0"?>\r\n<!-- <A>top</A> -->\n<Plugin xmlns:x='y' a='1 > 0'>\n  <A>1 &amp; 2</A> <!-- c -->\n  <B></B>\n  <C>&#xE4;</C><Z />\n  <D><E>x</E></D>\n</Plugin>\n`;
  const whole = trial('xml', text, { A: 'a<b>&', B: true, D: { E: 2, F: 'f' }, G: { H: 'h' } });
  expect(whole).toBe(
    `<?xml version="1.0"?>\r\n<!-- <A>top</A> -->\n<Plugin xmlns:x='y' a='1 > 0'>\n  <A>a&lt;b&gt;&amp;</A> <!-- c -->\n  <B>true</B>\n  <C>&#xE4;</C><Z />\n  <D><E>2</E><F>f</F></D>\n  <G><H>h</H></G>\n</Plugin>\n`,
  );
});

test('XML: an element that is closed at once, and one without any in it, take a value', () => {
  expect(withSettings('<P>\n  <B x="1" />\n</P>', 'xml', settingsOf({ B: 1 }))).toBe('<P>\n  <B x="1">1</B>\n</P>');
  expect(withSettings('<P/>\n', 'xml', settingsOf({ B: 1 }))).toBe('<P>  <B>1</B></P>\n');
});

test.each([
  ['toml', 'a = [1\n'],
  ['xml', '<a><b></a>'],
  ['xml', '<a><A>x</A></a>'],
  ['xml', ''],
] as const)('%s that does not fit is refused: %j', (format, text) => {
  expect(() => withSettings(text, format, settingsOf({ A: { b: 'x' } }))).toThrow();
});
