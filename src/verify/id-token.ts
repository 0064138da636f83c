import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { parseJson } from '../formats/json.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** What an id token has to say to be believed. */
export interface Expected {
  readonly issuer: string;
  readonly audience: string;
  readonly nonce: string;
}

/**
 * Reads an id token as an app's library would: signed with RS256 by one of the keys that are shown, from this issuer,
 * for this client, in answer to this request, and not expired.
 * @returns its claims, or what an app would have against it
 */
export function readIdToken(token: string, jwks: unknown, expected: Expected, now: number): Claims | string {
  const [head = '', body = '', signature = ''] = token.split('.');
  const header = decoded(head);
  const claims = decoded(body);
  if (!header || !claims) return 'it is no JWT';
  if (header['alg'] !== 'RS256') return `it is signed with ${String(header['alg'])}, and not with RS256`;
  const keys = (jwks as { keys?: unknown } | null)?.keys;
  const key = Array.isArray(keys) ? keys.find((one) => one?.kid === header['kid']) : undefined;
  if (!key) return 'authentik does not show the key that it is signed with';
  const signed = Buffer.from(`${head}.${body}`);
  const isSigned = verify('sha256', signed, publicKey(key), Buffer.from(signature, 'base64url'));
  if (!isSigned) return 'its signature is not right';
  if (claims['iss'] !== expected.issuer) return `it is from ${String(claims['iss'])}, and not from ${expected.issuer}`;
  if (![claims['aud']].flat().includes(expected.audience)) return 'it is for another client';
  if (claims['nonce'] !== expected.nonce) return 'it answers another request';
  if (typeof claims['exp'] !== 'number' || claims['exp'] * 1000 < now) return 'it has expired already';
  return claims;
}

const publicKey = (key: JsonWebKey) => createPublicKey({ key, format: 'jwk' });

const decoded = (part: string): Claims | undefined =>
  parseJson(Buffer.from(part, 'base64url').toString()) as Claims | undefined;
