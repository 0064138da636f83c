import { Codes } from './codes.ts';
import type { Answer } from './send.ts';

/**
 * What the values of a recording are called in this run: ids, tokens, keys and cookies differ, so each is learnt
 * from the first answer that shows it and put into every later request.
 */
export class Names {
  readonly #texts = new Map<string, string>();
  readonly #numbers = new Map<string, number>();
  readonly codes = new Codes();

  learn(recorded: Answer, actual: Answer, path: string): void {
    this.#walk(recorded.body, actual.body);
    const collection = /^\/api\/v3\/(providers|core\/users)\/(?:proxy\/|oauth2\/|service_account\/)?$/.exec(path)?.[1];
    if (collection) this.#number(collection, recorded.body, actual.body);
    const kind = /^\/api\/v3\/authenticators\/admin\/(totp|static)\//.exec(path)?.[1];
    if (kind) this.#devices(`authenticators/admin/${kind}`, recorded.body, actual.body);
    this.#fixed(field(recorded.body, 'codes'), field(actual.body, 'codes'));
    this.codes.learn(recorded.body, actual.body);
    this.#cookies(recorded.headers['set-cookie'], actual.headers['set-cookie']);
    for (const [theirs, ours] of [
      [recorded.headers['location'], actual.headers['location']],
      [field(recorded.body, 'to'), field(actual.body, 'to')],
      [field(recorded.body, 'link'), field(actual.body, 'link')],
    ])
      this.#query(theirs, ours);
    for (const [name, value] of Object.entries(recorded.headers))
      if (name.startsWith('x-authentik-')) this.#pair(value, actual.headers[name]);
  }

  /** A recorded value with this run's names in it. */
  translate<T>(value: T): T {
    let text = JSON.stringify(value);
    if (text === undefined) return value;
    for (const [theirs, ours] of this.#texts) text = text.replaceAll(theirs, ours);
    return JSON.parse(text) as T;
  }

  /** The numbers of users and providers, in the path and in the body. */
  numbers(request: { path: string; body?: unknown }): { path: string; body: unknown } {
    const path = request.path
      .replace(
        /^\/api\/v3\/(providers|core\/users|authenticators\/admin)(\/\w+)?\/(\d+)\//,
        (_all, collection: string, rest = '', given: string) => {
          const known = collection === 'authenticators/admin' ? `${collection}${rest}` : collection;
          return `/api/v3/${collection}${rest}/${this.#mine(known, Number(given))}/`;
        },
      )
      .replace(
        /([?&]user=)(\d+)/,
        (_all, name: string, given: string) => name + this.#mine('core/users', Number(given)),
      );
    const { body } = request;
    if (body === null || typeof body !== 'object' || Array.isArray(body)) return { path, body };
    const mine = (name: string, value: unknown): unknown => {
      if (Array.isArray(value)) return value.map((one) => mine(name, one));
      const collection = /^providers?$/.test(name) ? 'providers' : name === 'user' ? 'core/users' : undefined;
      return collection && typeof value === 'number' ? this.#mine(collection, value) : value;
    };
    return { path, body: Object.fromEntries(Object.entries(body).map(([name, value]) => [name, mine(name, value)])) };
  }

  /** Devices by their owners: a person has one of a kind. */
  #devices(collection: string, theirs: unknown, ours: unknown): void {
    const owned = (body: unknown): [unknown, unknown][] =>
      ((field(body, 'results') ?? []) as unknown[]).map((one) => [field(field(one, 'user'), 'username'), one]);
    const mine = new Map(owned(ours));
    for (const [owner, one] of owned(theirs)) this.#number(collection, one, mine.get(owner));
  }

  /** Lists of short texts in the same order. */
  #fixed(theirs: unknown, ours: unknown): void {
    if (!Array.isArray(theirs) || !Array.isArray(ours)) return;
    for (const [index, one] of theirs.entries())
      if (typeof one === 'string' && typeof ours[index] === 'string') this.#texts.set(one, ours[index]);
  }

  #mine(collection: string, given: number): number {
    return this.#numbers.get(`${collection} ${given}`) ?? given;
  }

  #pair(theirs: unknown, ours: unknown): void {
    if (typeof theirs !== 'string' || typeof ours !== 'string' || theirs === ours) return;
    if (!isName(theirs) || this.#texts.has(theirs)) return;
    this.#texts.set(theirs, ours);
  }

  #walk(theirs: unknown, ours: unknown): void {
    if (Array.isArray(theirs) && Array.isArray(ours)) {
      for (const [index, one] of theirs.entries()) this.#walk(one, twin(one, ours) ?? ours[index]);
    } else if (isObject(theirs) && isObject(ours)) {
      // A flow names its stages in no particular order.
      for (const [key, value] of Object.entries(theirs)) if (key !== 'stages') this.#walk(value, ours[key]);
    } else this.#pair(theirs, ours);
  }

  #number(collection: string, theirs: unknown, ours: unknown): void {
    const pk = (body: unknown): unknown => field(body, 'pk') ?? field(body, 'user_pk');
    const [from, to] = [pk(theirs), pk(ours)];
    if (typeof from === 'number' && typeof to === 'number') this.#numbers.set(`${collection} ${from}`, to);
  }

  #cookies(theirs: unknown, ours: unknown): void {
    const pairs = (value: unknown): string[][] =>
      [value ?? []].flat().map((cookie) => String(cookie).split(';')[0]?.split(/=(.*)/s) ?? []);
    const mine = pairs(ours);
    for (const [name = '', value = ''] of pairs(theirs)) {
      const match = mine.find(([other = '']) => kind(other) === kind(name));
      if (name !== match?.[0] && match?.[0]) this.#texts.set(name, match[0]);
      this.#pair(value, match?.[1]);
    }
  }

  #query(theirs: unknown, ours: unknown): void {
    if (typeof theirs !== 'string' || typeof ours !== 'string') return;
    const [from, to] = [theirs, ours].map((one) => new URL(one, 'http://none.invalid').searchParams);
    for (const [name, value] of from ?? []) this.#pair(value, to?.get(name));
  }
}

/** The outpost's cookies carry the client id's hash in their name. */
export const kind = (cookie: string): string => cookie.replace(/^(authentik_proxy_)[0-9a-f]{8}$/, '$1');

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const isName = (text: string): boolean =>
  UUID.test(text) || /^(ak-outpost-)?[A-Za-z0-9]{20,}$/.test(text) || /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(text);

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

const field = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined);

/** The object of a list that is the same thing, by the names that people give. */
export function twin(one: unknown, others: readonly unknown[]): unknown {
  const key = ['username', 'slug', 'identifier', 'managed', 'path', 'name'].find((name) => field(one, name));
  return key === undefined ? undefined : others.find((other) => field(other, key) === field(one, key));
}
