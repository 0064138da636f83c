import { createHash, createHmac, randomBytes, randomInt, scryptSync, timingSafeEqual } from 'node:crypto';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export const randomText = (length: number): string =>
  Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join('');

export const hex = (algorithm: 'sha1' | 'sha256' | 'sha512', text: string): string =>
  createHash(algorithm).update(text).digest('hex');

/** The outpost's session ids: 52 characters of base32. */
export const base32 = (length: number): string =>
  Array.from(randomBytes(length), (byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32]).join('');

export function hashPassword(password: string): string {
  const salt = randomText(16);
  return `${salt}$${scryptSync(password, salt, 32, { N: 1024 }).toString('hex')}`;
}

export function checkPassword(password: string, stored: string | null): boolean {
  const [salt, digest] = stored?.split('$') ?? [];
  if (!salt || !digest) return false;
  return timingSafeEqual(scryptSync(password, salt, 32, { N: 1024 }), Buffer.from(digest, 'hex'));
}

/** A JWT signed with HS256. */
export function signJwt(claims: object, key: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${head}.${createHmac('sha256', key).update(head).digest('base64url')}`;
}

/** The claims of a JWT, or undefined when it is malformed or signed with another key. */
export function readJwt(token: string, key: string): Record<string, unknown> | undefined {
  const [head, claims, signature] = token.split('.');
  if (!head || !claims || !signature) return undefined;
  const right = createHmac('sha256', key).update(`${head}.${claims}`).digest();
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
  return JSON.parse(Buffer.from(claims, 'base64url').toString());
}
