import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyPairKeyObjectResult,
  sign,
} from 'node:crypto';
import { signJwt } from '../secrets.ts';
import type { KeyPair, OAuthProvider, State } from '../state.ts';
import { selfSigned } from './certificate.ts';

/** The key pair that a provider signs with; none means its client secret. */
const keyOf = (state: State, provider: OAuthProvider): KeyPair | undefined =>
  state.keypairs.find((one) => one.pk === provider.signing_key);

/** How a provider's tokens are signed. */
export const algorithmOf = (state: State, provider: OAuthProvider): string =>
  keyOf(state, provider) ? 'RS256' : 'HS256';

/** To make a pair takes a moment: the servers of one process share theirs, a first one, a second, and so on for each. */
const made: KeyPairKeyObjectResult[] = [];

/** Made when it is first asked for, and kept. */
function pairOf(keypair: KeyPair, { keypairs }: State): { key: string; certificate: string } {
  if (keypair.key_type !== 'rsa')
    throw new Error(`the stand-in does not sign with a key of the sort ${keypair.key_type}`);
  if (keypair.pair) return keypair.pair;
  const n = keypairs.filter(({ pair }) => pair).length;
  made[n] ??= generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { privateKey, publicKey } = made[n];
  keypair.pair = {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    certificate: selfSigned(keypair.name, privateKey, publicKey).toString('base64'),
  };
  return keypair.pair;
}

const kidOf = (certificate: string): string => createHash('sha512').update(certificate).digest('base64url');

/** The public half, as apps read it: nothing at all where there is no key. */
export function jwksOf(state: State, provider: OAuthProvider): object {
  const keypair = keyOf(state, provider);
  if (!keypair) return {};
  const { key, certificate } = pairOf(keypair, state);
  const { n, e } = createPublicKey(createPrivateKey(key)).export({ format: 'jwk' });
  const print = (hash: string) => createHash(hash).update(Buffer.from(certificate, 'base64')).digest('base64url');
  return {
    keys: [
      {
        alg: 'RS256',
        kid: kidOf(certificate),
        kty: 'RSA',
        use: 'sig',
        n,
        e,
        x5c: [certificate],
        x5t: print('sha1'),
        'x5t#S256': print('sha256'),
      },
    ],
  };
}

/** A JWT as this provider signs it. */
export function signedBy(state: State, provider: OAuthProvider, claims: object): string {
  const keypair = keyOf(state, provider);
  if (!keypair) return signJwt(claims, provider.client_secret);
  const { key, certificate } = pairOf(keypair, state);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = `${part({ alg: 'RS256', kid: kidOf(certificate), typ: 'JWT' })}.${part(claims)}`;
  return `${head}.${sign('sha256', Buffer.from(head), key).toString('base64url')}`;
}
