import { expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import type { OAuth2ProviderSpec } from '../../src/model/sso.ts';
import { steppingClock } from '../world/authentik/up.ts';
import { failing, type Sso, sso } from './sso.ts';

const managed = (scope: string) => `goauthentik.io/providers/oauth2/scope-${scope}`;
const photos = (over: Partial<OAuth2ProviderSpec> = {}) => ({
  kind: 'oauth2-provider' as const,
  key: 'photos OpenID Connect',
  spec: {
    authorizationFlow: 'default-provider-authorization-implicit-consent',
    invalidationFlow: 'default-provider-invalidation-flow',
    clientType: 'confidential',
    client: { id: 'photosid', secret: new Secret('photossecret') },
    grants: ['authorization_code'],
    returnTo: [{ url: 'https://photos.home.example.com/cb', mode: 'strict', type: 'authorization' }],
    mappings: ['openid', 'email', 'profile'].map(managed),
    subjectMode: 'hashed_user_id',
    accessTokenValidity: 'hours=1',
    logout: { uri: '', method: 'backchannel' },
    ...over,
  },
});
const row = async (here: Sso) => (await here.state()).oauthProviders[0];
const keyOf = (name: string, key_type: string) => ({
  pk: `${name}-0000-4000-8000-000000000000`.padStart(36, '0'),
  name,
  fingerprint_sha256: '',
  fingerprint_sha1: '',
  cert_expiry: new Date().toISOString(),
  cert_subject: '',
  key_type,
  managed: null,
});

test('signs with an RSA key, found by what it is and not by its name, and keeps one that its owner chose', async () => {
  const clock = steppingClock();
  const here = await sso({ clock });
  const elliptic = keyOf('00000001', 'ec');
  await here.edit(({ keypairs }) => void keypairs.unshift({ ...elliptic, name: 'AAA elliptic' }));
  expect(await here.run([[photos()]])).toEqual(['create oauth2-provider:photos OpenID Connect']);
  const { keypairs } = await here.state();
  expect(keypairs[1]?.key_type).toBe('rsa');
  expect((await row(here))?.signing_key).toBe(keypairs[1]?.pk);
  const own = keyOf('00000002', 'rsa');
  await here.edit((state) => {
    state.keypairs.push(own);
    for (const one of state.oauthProviders) one.signing_key = own.pk;
  });
  clock.pass(10_000);
  expect(await here.plan([photos()])).toEqual([]);
  await here.edit((state) => {
    for (const one of state.oauthProviders) one.signing_key = elliptic.pk;
  });
  clock.pass(10_000);
  await here.run([[photos()]]);
  expect((await row(here))?.signing_key).not.toBe(elliptic.pk);
});

test('without any RSA key it says so, and makes nothing', async () => {
  const here = await sso();
  await here.edit((state) => {
    for (const one of state.keypairs) one.key_type = 'ec';
  });
  expect((await failing(here.run([[photos()]]))).code).toBe('no-rsa-key');
  expect(await row(here)).toBeUndefined();
});

test('another subject mode is refused, whatever else is right', async () => {
  const here = await sso();
  await here.run([[photos()]]);
  expect(await here.plan([photos({ subjectMode: 'user_email' })])).toEqual([
    'update oauth2-provider:photos OpenID Connect: subject mode: hashed_user_id → user_email',
  ]);
});

test('what its owner has it tell besides stays', async () => {
  const clock = steppingClock();
  const here = await sso({ clock });
  await here.run([[photos()]]);
  const own = (await here.state()).mappings.find((one) => one.managed === managed('offline_access'))?.pk ?? '';
  await here.edit((state) => {
    for (const one of state.oauthProviders) one.property_mappings = [own];
  });
  clock.pass(10_000);
  await here.run([[photos()]]);
  expect((await row(here))?.property_mappings).toContain(own);
  expect((await row(here))?.property_mappings).toHaveLength(4);
});
