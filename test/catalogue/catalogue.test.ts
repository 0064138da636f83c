import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseKnownApp } from '../../src/catalogue/catalogue.ts';
import { type Data, fill, placeholders } from '../../src/catalogue/placeholders.ts';
import { findPreset, presets } from '../../src/catalogue/presets.ts';
import { catalogueSchemaText } from '../../src/catalogue/schema.ts';
import { checkAppName } from '../../src/config/app-name.ts';
import { ldapOf } from '../../src/config/ldap.ts';
import { oidcOf } from '../../src/config/oidc.ts';
import { checkOpenPath } from '../../src/config/open-path.ts';
import { checkTitle } from '../../src/config/person.ts';
import { settingsOf, withSettings } from '../../src/formats/settings-file.ts';
import { imagePath } from '../../src/model/image-name.ts';
import { packagedCatalogue } from '../../src/world/catalogue.ts';
import { catalogue } from '../fakes/catalogue.ts';
import { appsPage } from './page.ts';

const names = catalogue.names();
const app = (name: string) => catalogue.find(name)!;
const repeated = (texts: readonly string[]) => texts.filter((text, at) => texts.indexOf(text) !== at);

/** A value for each placeholder, as an installation would have it. */
const values = {
  ...Object.fromEntries(Object.keys(placeholders).map((name) => [name, `some${name}`])),
  host: 'app.home.example.com',
  hostRegex: 'app\\.home\\.example\\.com',
  authHost: 'auth.home.example.com',
  issuer: 'https://auth.home.example.com/application/o/app/',
  wellKnown: 'https://auth.home.example.com/application/o/app/.well-known/openid-configuration',
};

describe('the catalogue', () => {
  test('knows a hundred apps and more', () => {
    expect(names.length).toBeGreaterThanOrEqual(100);
  });

  test('has its JSON Schema and its page kept in the repository (npm run schema)', () => {
    const kept = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
    expect(kept('catalogue.schema.json')).toBe(catalogueSchemaText());
    expect(kept('docs/apps.md')).toContain(`<!-- apps -->\n\n${appsPage()}\n\n<!-- /apps -->`);
  });

  test('calls no two apps by one title, and gives no image to two', () => {
    expect(repeated(catalogue.all().map(({ title }) => title))).toEqual([]);
    const images = catalogue.all().flatMap((one) => [...(one.image ? [one.image] : []), ...one['more-images']]);
    expect(repeated(images.map(imagePath))).toEqual([]);
  });

  test('says of those that homeauth starts what homeauth.yaml is read with', () => {
    const started = catalogue
      .all()
      .flatMap(({ name, title, port, start }) => (start ? [{ name, title, port, ...start }] : []));
    expect(presets).toEqual(started);
    expect(findPreset('whoami')).toBe(presets[0]);
    expect(findPreset('whoam')).toBeUndefined();
  });

  test('switches passwords off by no variable that stays in a file of the app when it goes', () => {
    const variables = catalogue.all().flatMap(({ oidc }) => Object.keys(oidc?.['only-sso']?.env ?? {}));
    expect(variables.length).toBeGreaterThan(20);
    // Their images write these into app.ini, so that nobody could log in after the way back.
    expect(variables.filter((variable) => /^(GITEA|FORGEJO)__/.test(variable))).toEqual([]);
  });

  test('leaves Headscale one place for its secret: with two it does not start', () => {
    const own = 'oidc:\n  client_secret_path: /run/secrets/oidc\n';
    const content = app('headscale').oidc?.file?.content as Parameters<typeof settingsOf>[0];
    const { oidc } = parse(withSettings(own, 'yaml', settingsOf(content)));
    expect(oidc).toMatchObject({ client_secret: '{clientSecret}', client_secret_path: '' });
  });

  test('names the group of an app in all that is written into it', () => {
    const at = { name: 'app', host: 'app.home.example.com', group: 'Mum & Dad' };
    const config = { authHost: 'auth.home.example.com', domain: 'home.example.com' };
    const told = catalogue.all().flatMap((known) =>
      ['c:/f', 'c'].map((place) => {
        const draft = { 'settings-in': place, 'api-key-file': '/key' };
        return JSON.stringify([oidcOf(draft, known, at, config.authHost), ldapOf(draft, known, at, config)]);
      }),
    );
    expect(told.filter((one) => one.includes('{userGroup}'))).toEqual([]);
    expect(told.filter((one) => one.includes('Mum & Dad')).length).toBeGreaterThan(5);
  });

  test('finds nothing by what is no name', () => {
    expect(['immichh', '../package', '', 'IMMICH', 'immich.yaml'].map(catalogue.find)).toEqual(
      Array(5).fill(undefined),
    );
  });
});

const validate = new Ajv2020({ strict: false }).compile(JSON.parse(catalogueSchemaText()));

describe.each(names)('%s', (name) => {
  const text = packagedCatalogue.text(name) ?? '';

  test('keeps to the schema, also in an editor', () => {
    expect(app(name)).toBeDefined();
    expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true);
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/catalogue\.schema\.json\n/);
  });

  test('is called like its file, by a name that authentik takes', () => {
    expect(app(name).name).toBe(name);
    expect(checkAppName(name)).toBeUndefined();
    expect(checkTitle(app(name).title)).toBeUndefined();
  });

  test('has every placeholder filled', () => {
    const { literal } = app(name);
    const filled = JSON.stringify(fill(parse(text) as Data, values, literal));
    const left = [...filled.matchAll(/(?<!\$)\{(\w*[A-Za-z]\w*)\}/g)].map(([, word]) => word);
    expect(left.filter((word) => !literal.includes(word ?? ''))).toEqual([]);
    expect(literal.filter((word) => !left.includes(word))).toEqual([]);
  });

  test('is sent back to addresses that authentik takes, the first one https', () => {
    const { oidc } = app(name);
    const uris = fill((oidc?.['redirect-uris'] ?? []) as Data, values) as { url: string; 'matching-mode': string }[];
    for (const [at, uri] of uris.entries()) {
      const isRegex = uri['matching-mode'] === 'regex';
      if (isRegex) expect(() => new RegExp(uri.url)).not.toThrow();
      else expect(URL.canParse(uri.url), uri.url).toBe(true);
      const isHttps = (isRegex ? /^\^?https:\/\/app\\\.home/ : /^https:\/\/app\.home/).test(uri.url);
      const isOwn = /^(?!https?:|javascript:|data:|vbscript:)[a-z][a-z0-9+.-]*:/.test(uri.url);
      // A program on somebody's own machine waits there for its browser.
      const isHere = isRegex && /^http:\/\/(localhost|127\\\.0\\\.0\\\.1):\\d\+$/.test(uri.url);
      expect(isHttps || (at > 0 && (isOwn || isHere)), uri.url).toBe(true);
    }
    const clients = oidc?.['second-clients'].flatMap((client) => client['redirect-uris']) ?? [];
    for (const { url, 'matching-mode': mode } of clients) {
      if (mode === 'regex') expect(() => new RegExp(url)).not.toThrow();
    }
    const addresses = [oidc?.['login-start']?.url, oidc?.['logout-uri'], ...(oidc?.['post-logout'] ?? [])];
    for (const address of fill(addresses.filter((one) => one !== undefined) as string[], values))
      expect(address).toMatch(/^https:\/\/app\.home\.example\.com(\/\S*)?$/);
  });

  test('has what its login needs', () => {
    const { login, oidc, ldap, 'forward-auth': forward } = app(name);
    const needs = { oidc, ldap, header: forward['header-login'], 'forward-auth': forward, none: forward };
    expect(needs[login.use]).toBeDefined();
    expect(oidc?.['logout-uri'] === undefined).toBe(oidc?.['logout-method'] === undefined);
    // Nobody asks a public client for its secret: without a challenge, whoever reads the code has the account.
    if (oidc?.client === 'public' && !oidc.grants.includes('implicit')) expect(oidc.pkce).toBe('sends');
    if (oidc?.grants.includes('refresh_token')) expect(oidc.scopes).toContain('offline_access');
  });

  test('names paths that homeauth.yaml can open', () => {
    const paths = app(name)['forward-auth']['open-paths'].map(({ path }) => path);
    expect(paths.map((path) => checkOpenPath(path)).filter((refusal) => refusal !== undefined)).toEqual([]);
    expect(repeated(paths)).toEqual([]);
  });

  test('says where it was read, unless it is a guess', () => {
    const { sources, confidence } = app(name);
    expect(sources.length > 0 || confidence === 'guess').toBe(true);
  });
});

test.each([
  ['a key that is none', 'nam: x', 'nam'],
  [
    'a way that is not described',
    'oidc: { redirect-uris: [{ url: "https://{host}/" }], scopes: [openid], configured-by: env }',
    'configured-by',
  ],
])('%s is refused, by the name of its file', (_, line, what) => {
  const whole = `name: x\ntitle: X\ncategory: files\nport: 80\nlogin: { use: none, reason: x }\nconfidence: guess\n${line}`;
  expect(() => parseKnownApp(whole, 'x')).toThrow(new RegExp(`catalogue/x\\.yaml: [\\s\\S]*${what}`));
});
