import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';
import { assertSpeakable } from '../../src/installation/assert-possible.ts';
import { Failure } from '../../src/model/failure.ts';
import { type Era, eraOf } from '../../src/model/release.ts';
import { catalogue } from '../fakes/catalogue.ts';

const head = `domain: home.example.com
base-dir: /srv/docker
admin: { username: helen, email: helen@example.com }
authentik: { version: 2026.8.6 }
apps:
`;

function refusal(entry: string, release = '2026.8.6'): string | undefined {
  const { config } = parseConfig(`${head}  - ${entry}\n`, 'homeauth.yaml', catalogue.find);
  try {
    assertSpeakable(config, eraOf(release) as Era, 'homeauth.yaml');
    return undefined;
  } catch (error) {
    return error instanceof Failure ? error.code : String(error);
  }
}

const own = (oidc: string) => `{ name: wiki, upstream: 'wiki:80', login: oidc, oidc: { ${oidc} } }`;
const callback = "redirect-uris: [{ url: 'https://{host}/cb' }]";

test('an app of one’s own needs to say where people come back to', () => {
  expect(refusal("{ name: wiki, upstream: 'wiki:80', login: oidc }")).toBe('oidc-undescribed');
  expect(refusal(own(callback))).toBeUndefined();
});

test('a client without a secret has to send a challenge', () => {
  expect(refusal(own(`${callback}, client: public, pkce: sends`))).toBeUndefined();
});

test.each([
  ['2026.5.8', undefined],
  ['2025.2.4', undefined],
  ['2024.12.5', undefined],
  ['2024.10.5', 'oidc-release'],
  ['2024.8.6', 'oidc-release'],
])('authentik %s', (release, code) => {
  expect(refusal(own(callback), release)).toBe(code);
});

test('every app of the catalogue that speaks OpenID Connect can be set up, or it is said why not', () => {
  const found = catalogue
    .all()
    .filter(({ oidc }) => oidc)
    .map(({ name }): [string, string | undefined] => [
      name,
      refusal(`{ name: ${name}, upstream: 'somewhere:80', login: oidc, group: family }`),
    ]);
  const refused = found.filter(([, code]) => code !== undefined);
  expect(found.length).toBeGreaterThan(70);
  expect(new Set(refused.map(([, code]) => code))).toEqual(
    new Set(['oidc-undescribed', 'oidc-mapping', 'oidc-public']),
  );
  expect(refused.length).toBeLessThan(15);
});

test('where the settings of an app name the group of its users, none is made up', () => {
  const headscale = (more: string) => refusal(`{ name: headscale, upstream: 'headscale:8080', login: oidc${more} }`);
  expect(headscale('')).toBe('oidc-group');
  expect(headscale(', group: family')).toBeUndefined();
});
