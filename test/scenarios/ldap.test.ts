import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { type Flags, homeauthIn } from '../fakes/homeauth.ts';
import { at, installed } from '../fakes/installed.ts';
import { databaseOf } from '../fakes/objects.ts';
import { inDatabase } from '../fakes/people.ts';
import { fakeTerminal } from '../fakes/terminal.ts';
import { theirContainer } from '../fakes/their-container.ts';
import { whoami } from '../fakes/whoami.ts';
import { copyOf, type FakeWorld } from '../fakes/world.ts';
import { Browser } from '../standin/browser.ts';
import type { State } from '../standin/state.ts';
import { temporary } from '../temporary.ts';

const program = (image: string) => (image.includes('jellyfin') ? whoami : undefined);
let fake: FakeWorld;
const nothing = 'Everything is as it should be; nothing was changed.';
const plain = (text: unknown) => [text].flat().join(' ').replace(/\s+/g, ' ');
/** Whatever was shown while these tests ran. */
const shown: string[] = [];

beforeAll(async () => {
  fake = await installed(['whoami'], { program });
  await fake.files.makeDirectory('/root', 0o700, { uid: 0, gid: 0 });
  await theirContainer(fake, 'jellyfin', { image: 'jellyfin/jellyfin:10.11' });
});
afterAll(() => fake.close());

async function run(
  command: Parameters<ReturnType<typeof homeauthIn>>[0],
  args: readonly unknown[] = [],
  flags: Flags = {},
  terminal = fakeTerminal(),
) {
  const told = await homeauthIn(fake)(command, args, flags, terminal);
  shown.push(told.out, told.err, told.failure ? JSON.stringify(told.failure) : '');
  return told;
}
const read = async (path: string) => (await fake.files.read(at(path))) ?? '';
const secrets = new Set(['Anna-Throwaway-1']);
async function bindPassword(): Promise<string> {
  const found = /BIND_PASSWORD=(.+)/.exec(await read('.homeauth/ldap/jellyfin.env'))?.[1] ?? '';
  if (found) secrets.add(found);
  return found;
}
const server = () => fake.docker.dialAddress('authentik-ldap-jellyfin', 3389, 'authentik_backend');

test('an app that asks by LDAP gets a server of its own, and its binds are proven', async () => {
  const { failure, code, out } = await run('add-app', ['jellyfin'], {
    upstream: 'jellyfin:80',
    group: 'family',
    yes: true,
  });
  expect(failure).toBeUndefined();
  expect(plain(out)).toContain('the account of jellyfin gets in by LDAP, and finds people');
  expect(plain(out)).toContain('somebody who may open jellyfin gets in by LDAP with their password alone');
  expect(plain(out)).toContain('somebody outside of family is refused by LDAP');
  expect(plain(out)).toContain('is not on the network homeauth_ldap_jellyfin');
  expect(code).toBe(0);
  const container = await fake.docker.container('authentik-ldap-jellyfin');
  expect(container?.image).toMatch(/^ghcr\.io\/goauthentik\/ldap:2026\.8/);
  expect(container?.networks).toEqual(['authentik_backend', 'homeauth_ldap_jellyfin']);
  expect(container?.ports).toEqual([]);
  expect(await read('ldap/jellyfin.env')).toContain('AUTHENTIK_HOST=');
  expect((await fake.files.stat(at('ldap/jellyfin.env')))?.mode).toBe(0o600);
  expect((await fake.files.stat(at('.homeauth/ldap/jellyfin.env')))?.mode).toBe(0o600);
  const { ldapProviders, outposts, tokens } = await databaseOf(fake);
  expect(ldapProviders).toMatchObject([
    { base_dn: 'DC=home,DC=example,DC=com', bind_mode: 'direct', search_mode: 'cached', mfa_support: false },
  ]);
  expect(outposts.map(({ name, type }) => [name, type])).toContainEqual(['jellyfin LDAP', 'ldap']);
  expect(tokens.find(({ identifier }) => identifier === 'homeauth-ldap-jellyfin')).toMatchObject({
    intent: 'app_password',
    expiring: false,
    key: await bindPassword(),
  });
  const again = await run('apply');
  expect(plain(again.out)).toBe(nothing);
});

test('what to enter is shown, and the password on a terminal alone', async () => {
  const page = plain((await run('app', ['jellyfin'])).out);
  expect(page).toContain('There is no second factor at this app.');
  expect(page).toContain('LdapServer authentik-ldap-jellyfin.homeauth.internal');
  expect(page).toContain('LdapBindUser cn=homeauth-ldap-jellyfin,ou=users,DC=home,DC=example,DC=com');
  expect(page).toContain('(memberOf=cn=family,ou=groups,DC=home,DC=example,DC=com)');
  expect(page).toContain('First install in jellyfin: LDAP Authentication');
  const piped = await homeauthIn(fake)('app', ['jellyfin'], { showSecret: true });
  expect(piped.failure?.code).toBe('secret-not-shown');
  const typed = await homeauthIn(fake)('app', ['jellyfin'], { showSecret: true }, []);
  expect(plain(typed.err)).toContain(await bindPassword());
});

test('homeauth ldap test says who gets in, and of which groups the app is told', async () => {
  await fake.files.write('/root/pw', 'Anna-Throwaway-1', 0o600);
  expect(
    (await run('user add', ['anna'], { passwordFile: '/root/pw', email: 'anna@example.com' })).failure,
  ).toBeUndefined();
  const refused = await run('ldap test', ['anna'], { passwordFile: '/root/pw' });
  expect(refused.code).toBe(4);
  expect(plain(refused.out)).toContain('the app is not for them (50)');
  await run('user groups', ['anna'], { add: ['family'] });
  const fine = await run('ldap test', ['anna'], { passwordFile: '/root/pw' });
  expect([fine.code, plain(fine.out)]).toEqual([
    0,
    '✓ anna gets into jellyfin by LDAP; the app is told of the groups family',
  ]);
  await fake.files.write('/root/wrong', 'Something-Else-1', 0o600);
  const wrong = await run('ldap test', ['anna'], { passwordFile: '/root/wrong', app: 'jellyfin' });
  expect(plain(wrong.out)).toContain('the name or the password is wrong (49)');
  expect((await run('ldap test', ['anna'], { app: 'whoami', passwordFile: '/root/pw' })).failure?.code).toBe(
    'ldap-none',
  );
});

test('a second factor is not asked for', async () => {
  await fake.files.write(
    at('homeauth.yaml'),
    `${await read('homeauth.yaml')}policies:\n  second-factor: everyone\n`,
    0o644,
  );
  expect((await run('apply')).failure).toBeUndefined();
  expect((await run('ldap test', ['anna'], { passwordFile: '/root/pw' })).code).toBe(0);
});

/** What authentik says to a browser that has walked the flow of a bind, and who it is then. */
async function walked(more: Readonly<Record<string, string>> = {}): Promise<[string, number]> {
  const authentik = await fake.docker.dialAddress('authentik', 9000);
  const browser = new Browser(`http://${authentik?.host}:${authentik?.port}`, '203.0.113.7', more);
  const host = 'auth.home.example.com';
  const said = await browser
    .flow(host, '/if/flow/homeauth-ldap-bind/', {
      'ak-stage-identification': { uid_field: 'anna' },
      'ak-stage-password': { password: 'Anna-Throwaway-1' },
    })
    .catch(String);
  return [said, (await browser.open(host, '/api/v3/core/users/me/')).status];
}

test('a browser cannot walk its flow, so that nothing leads around the second factor', async () => {
  const refused = [expect.stringContaining('Flow does not apply to current user.'), 403];
  expect(await walked()).toEqual(refused);
  // Nobody but an outpost has such a token, and authentik believes it beside an address alone.
  const { key } = (await databaseOf(fake)).tokens.find(({ identifier }) => identifier === 'homeauth-ldap-jellyfin')!;
  const address = { 'x-authentik-remote-ip': '203.0.113.7' };
  expect(await walked({ ...address, 'x-authentik-outpost-token': key })).toEqual(refused);
  const token = /AUTHENTIK_TOKEN=(.+)/.exec(await read('ldap/jellyfin.env'))?.[1] ?? '';
  expect(await walked({ 'x-authentik-outpost-token': token })).toEqual(refused);
  expect(await walked({ ...address, 'x-authentik-outpost-token': token })).toEqual(['/', 200]);
});

test('where somebody opens the flow, a browser gets no session at its end; both are put back', async () => {
  const flowOf = ({ flows }: State) => flows.find(({ slug }) => slug === 'homeauth-ldap-bind')!;
  const guards = ({ policies, bindings }: State) => {
    const policy = policies.find(({ name }) => name === 'homeauth-ldap-bind-outpost-alone');
    return bindings.filter((one) => one.policy === policy?.pk);
  };
  expect(guards(await databaseOf(fake))).toMatchObject([{ enabled: true, negate: false, failure_result: false }]);
  await inDatabase(fake, (state) => {
    flowOf(state).authentication = 'none';
  });
  expect(await walked()).toEqual(['/', 403]);
  await inDatabase(fake, (state) => {
    const [guard] = guards(state);
    state.bindings = state.bindings.filter((one) => one !== guard);
  });
  expect(await walked()).toEqual(['/', 200]);
  expect((await run('apply')).failure).toBeUndefined();
  const now = await databaseOf(fake);
  expect([flowOf(now).authentication, guards(now).length]).toEqual(['require_outpost', 1]);
  const yaml = await read('homeauth.yaml');
  await fake.files.write(at('homeauth.yaml'), yaml.replace(/policies:\n.*\n/, ''), 0o644);
  expect((await run('apply')).failure).toBeUndefined();
});

test('who guesses is stopped here, too', async () => {
  for (let n = 0; n < 12; n++) await run('ldap test', ['anna'], { passwordFile: '/root/wrong' });
  expect((await run('ldap test', ['anna'], { passwordFile: '/root/pw' })).code).toBe(4);
  expect((await run('user unlock', ['anna'])).failure).toBeUndefined();
  expect((await run('ldap test', ['anna'], { passwordFile: '/root/pw' })).code).toBe(0);
});

test('what somebody changed is put right: the password, the right to search, the provider', async () => {
  await inDatabase(fake, (state) => {
    for (const token of state.tokens) if (token.identifier === 'homeauth-ldap-jellyfin') token.description = '';
    for (const role of state.roles) role.permissions = [];
    for (const one of state.ldapProviders) one.mfa_support = true;
  });
  const planned = plain((await run('plan')).out);
  expect(planned).toContain('it is another one than on disk');
  expect(planned).toContain('may not search');
  expect(planned).toContain('mfa support');
  expect((await run('apply')).failure).toBeUndefined();
  expect(plain((await run('apply')).out)).toBe(nothing);
  expect((await run('verify')).code).toBe(0);
});

test('ldapsearch binds against it, as an app does', async (context) => {
  const ldapsearch = promisify(execFile);
  const has = await ldapsearch('ldapsearch', ['-VV']).then(
    () => true,
    () => false,
  );
  // Debian's package ldap-utils.
  if (!has) return context.skip();
  const found = await server();
  const base = 'DC=home,DC=example,DC=com';
  const folder = await temporary();
  await writeFile(`${folder}/pw`, await bindPassword(), { mode: 0o600 });
  const { stdout } = await ldapsearch('ldapsearch', [
    ...['-x', '-LLL', '-H', `ldap://${found?.host}:${found?.port}`, '-D', `cn=homeauth-ldap-jellyfin,ou=users,${base}`],
    ...['-y', `${folder}/pw`, '-b', base, `(&(objectClass=user)(memberOf=cn=family,ou=groups,${base}))`, 'cn'],
  ]);
  expect(stdout).toBe(`dn: cn=anna,ou=users,${base}\ncn: anna\n\n`);
});

const ldapSecrets = async () => [
  await bindPassword(),
  /AUTHENTIK_TOKEN=(.+)/.exec(await read('ldap/jellyfin.env'))?.[1] ?? '',
];

test.each([
  ['after a leak', 'rotate', 'all', { leaked: true }],
  ['of one app', 'rotate app', 'jellyfin', {}],
] as const)(
  'rotate, %s: bind password and key of the outpost are others, and the former refused',
  async (_, command, what, given) => {
    const before = await ldapSecrets();
    const rotated = await run(command, [what], given);
    expect(rotated.failure).toBeUndefined();
    expect(rotated.code).toBe(0);
    const said = plain(rotated.out);
    expect(said).toContain('the account of jellyfin gets in by LDAP with its new password');
    expect(said).toContain("the former bind password and the outpost's former key are refused");
    expect(said).toContain('homeauth app jellyfin --show-secret');
    expect(said).not.toMatch(/app passwords of others.*homeauth-ldap-jellyfin/);
    const after = await ldapSecrets();
    for (const [n, secret] of before.entries()) {
      expect(after[n]).toMatch(/.{20}/);
      expect(after[n]).not.toBe(secret);
    }
    const keys = (await databaseOf(fake)).tokens.map(({ key }) => key);
    expect([before, after].map((all) => all.map((one) => keys.includes(one)))).toEqual([
      [false, false],
      [true, true],
    ]);
    expect((await run('ldap test', ['anna'], { passwordFile: '/root/pw' })).code).toBe(0);
    expect(plain((await run('apply')).out)).toBe(nothing);
  },
);

test('cut off between the file and authentik, apply makes both agree again', async () => {
  // Nothing is named beside the key: authentik is asked which one is right.
  const path = at('ldap/jellyfin.env');
  const text = await read('ldap/jellyfin.env');
  await fake.files.write(path, text.replace(/HOMEAUTH_OUTPOST=.*/, 'HOMEAUTH_OUTPOST='), 0o600);
  await inDatabase(fake, (state) => {
    const outpost = state.outposts.find(({ name }) => name === 'jellyfin LDAP');
    for (const token of state.tokens)
      if (token.identifier === `ak-outpost-${outpost?.pk}-api`) token.key = 'k'.repeat(60);
  });
  expect((await run('apply')).failure).toBeUndefined();
  expect((await ldapSecrets())[1]).toBe('k'.repeat(60));
  expect((await run('ldap test', ['anna'], { passwordFile: '/root/pw' })).code).toBe(0);
});

test('uninstall takes the server away, and what is in the database stays with the data', async () => {
  const copy = await copyOf(fake, { program });
  const homeauth = homeauthIn(copy);
  const gone = await homeauth('uninstall', [], { yes: true });
  expect(gone.failure).toBeUndefined();
  expect(await copy.docker.container('authentik-ldap-jellyfin')).toBeUndefined();
  expect(await copy.docker.network('homeauth_ldap_jellyfin')).toBeUndefined();
  expect(await copy.files.stat(at('ldap'))).toBeUndefined();
  expect((await copy.files.stat(at('.homeauth/ldap/jellyfin.env')))?.mode).toBe(0o600);
  await copy.close();
});

test('all of it leaves with the app', async () => {
  const removed = await run('remove-app', ['jellyfin'], { yes: true });
  expect(removed.failure).toBeUndefined();
  expect(plain(removed.err)).toMatch(/accounts in Jellyfin stay.*set the authentication provider to LDAP/);
  expect(await fake.docker.container('authentik-ldap-jellyfin')).toBeUndefined();
  expect(await fake.docker.network('homeauth_ldap_jellyfin')).toBeUndefined();
  expect(await fake.files.stat(at('ldap/jellyfin.env'))).toBeUndefined();
  const { ldapProviders, outposts, tokens, users, roles, flows, applications } = await databaseOf(fake);
  expect([ldapProviders, roles]).toEqual([[], []]);
  expect(applications.map(({ slug }) => slug)).not.toContain('jellyfin');
  expect(tokens.map(({ identifier }) => identifier)).not.toContain('homeauth-ldap-jellyfin');
  expect(users.map(({ username }) => username)).not.toContain('homeauth-ldap-jellyfin');
  expect(flows.map(({ slug }) => slug)).not.toContain('homeauth-ldap-bind');
  // That release cannot delete one.
  expect(outposts.filter(({ type }) => type === 'ldap').map(({ name }) => name)).toEqual([
    expect.stringMatching(/^unused: jellyfin LDAP /),
  ]);
  expect((await run('apply')).out).toBe(nothing);
});

/** As the plugin saves it where nobody has entered anything. */
const untouched = `<?xml version="1.0" encoding="utf-8"?>
<PluginConfiguration xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
  <LdapServer>ldap-server.contoso.com</LdapServer>
  <LdapPort>389</LdapPort>
  <AllowPassChange>false</AllowPassChange>
  <UseSsl>true</UseSsl>
  <UseStartTls>false</UseStartTls>
  <SkipSslVerify>false</SkipSslVerify>
  <LdapBindUser>CN=BindUser,DC=contoso,DC=com</LdapBindUser>
  <LdapBindPassword>password</LdapBindPassword>
  <LdapBaseDn>o=domains,dc=contoso,dc=com</LdapBaseDn>
  <LdapSearchFilter>(memberOf=CN=JellyfinUsers,DC=contoso,DC=com)</LdapSearchFilter>
  <LdapAdminBaseDn />
  <LdapAdminFilter>(enabledService=JellyfinAdministrator)</LdapAdminFilter>
  <LdapSearchAttributes>uid, cn, mail, displayName</LdapSearchAttributes>
  <EnableCaseInsensitiveUsername>false</EnableCaseInsensitiveUsername>
  <CreateUsersFromLdap>true</CreateUsersFromLdap>
  <LdapUsernameAttribute>uid</LdapUsernameAttribute>
  <LdapPasswordAttribute>userPassword</LdapPasswordAttribute>
  <EnableAllFolders>false</EnableAllFolders>
  <EnabledFolders />
</PluginConfiguration>`;
/** The same as the app has to have it. */
const ours = (password: string, base = 'DC=home,DC=example,DC=com') =>
  Object.entries({
    LdapServer: 'authentik-ldap-jellyfin.homeauth.internal',
    LdapPort: '3389',
    UseSsl: 'false',
    LdapBindUser: `cn=homeauth-ldap-jellyfin,ou=users,${base}`,
    LdapBindPassword: password,
    LdapBaseDn: base,
    LdapSearchFilter: `(&amp;(objectClass=user)(memberOf=cn=Mum &amp; \\28Dad \\7b1\\7d\\25\\29,ou=groups,${base}))`,
    LdapAdminFilter: `(memberOf=cn=authentik Admins,ou=groups,${base})`,
    LdapSearchAttributes: 'cn',
    EnableCaseInsensitiveUsername: 'true',
    LdapUsernameAttribute: 'cn',
  }).reduce(
    (text, [name, is]) => text.replace(new RegExp(`<${name}>.*</${name}>`), () => `<${name}>${is}</${name}>`),
    untouched,
  );
const plugin = '/config/plugins/configurations/LDAP-Auth.xml';
const pluginFile = () => fake.docker.readFile('jellyfin', plugin);
const add = () =>
  run('add-app', ['jellyfin'], {
    ...{ upstream: 'jellyfin:80', group: 'Mum & (Dad {1}%)', yes: true },
    settingsIn: `jellyfin:${plugin}`,
  });

test("what the app's plugin reads is written into its file, and nothing is made where the plugin is not there", async () => {
  const refused = await add();
  expect(refused.failure).toMatchObject({ code: 'app-plugin-missing' });
  expect(plain(refused.failure?.fix)).toContain('LDAP Authentication');
  expect(await read('homeauth.yaml')).not.toContain('jellyfin');
  await fake.docker.writeFile('jellyfin', plugin, new Secret(untouched));
  const added = await add();
  expect(added.failure).toBeUndefined();
  expect(await pluginFile()).toBe(ours(await bindPassword()));
  expect(plain((await run('app', ['jellyfin'])).out)).toContain('jellyfin has its settings from homeauth.');
  expect((await run('plan', [], { exitCode: true })).code).toBe(0);
  await fake.docker.writeFile('jellyfin', plugin, new Secret(ours('another one')));
  expect(plain((await run('plan')).out)).toContain('LdapBindPassword: changed');
  expect((await run('apply')).failure).toBeUndefined();
  expect(await pluginFile()).toBe(ours(await bindPassword()));
});

test('its new bind password is written into it, and what was there before comes back when the app leaves', async () => {
  const before = await bindPassword();
  const rotated = await run('rotate app', ['jellyfin']);
  expect(plain(rotated.out)).toContain(
    `jellyfin:${plugin} has the new bind password, and its container was restarted.`,
  );
  expect(await bindPassword()).not.toBe(before);
  expect(await pluginFile()).toBe(ours(await bindPassword()));
  expect(plain((await run('apply')).out)).toBe(nothing);
  expect((await run('remove-app', ['jellyfin'], { yes: true })).failure).toBeUndefined();
  expect(await pluginFile()).toBe(untouched);
});

test('an app that takes variables gets them as a file, and everybody may use one without a group', async () => {
  const added = await run('add-app', ['mealie'], { upstream: 'jellyfin:80', login: 'ldap', yes: true });
  expect(added.failure).toBeUndefined();
  const variables = await read('apps/mealie.env');
  const [, password = ''] = /BIND_PASSWORD=(.+)/.exec(await read('.homeauth/ldap/mealie.env')) ?? [];
  secrets.add(password);
  expect(variables).toContain(`LDAP_QUERY_PASSWORD=${password}\n`);
  expect(variables).toContain('LDAP_USER_FILTER=(objectClass=user)\n');
  expect((await fake.files.stat(at('apps/mealie.env')))?.mode).toBe(0o600);
  expect(plain((await run('app', ['mealie'])).out)).toContain(at('apps/mealie.env'));
  expect((await run('plan', [], { exitCode: true })).code).toBe(0);
  const rotated = await run('rotate', ['all'], { leaked: true });
  expect(plain(rotated.out)).toContain('mealie.env has the new bind password');
  expect((await run('remove-app', ['mealie'], { yes: true })).failure).toBeUndefined();
  expect(await fake.files.stat(at('apps/mealie.env'))).toBeUndefined();
});

test('no secret was shown', () => {
  expect(secrets.size).toBeGreaterThan(4);
  for (const secret of secrets) expect(shown.join('\n')).not.toContain(secret);
});
