import type { Directive } from '../caddyfile.ts';
import { changed, type Headers, handedOn, valuesOf, withHeader, without } from './headers.ts';
import { byToken, isAmong, isMatcher, type Matcher, named } from './matcher.ts';
import { type Answer, ask } from './upstream.ts';
import { filled, type Visit } from './visit.ts';

/** What is around a route. */
export interface Around {
  dial(name: string, port: number): { host: string; port: number } | undefined;
  /** Whether visitors are believed to be proxies: `trusted_proxies`. */
  readonly believesVisitors: boolean;
}

/** The order in which Caddy carries out what stands in a site. In a `route` it is the order of the text. */
const order = ['forward_auth', 'redir', 'request_header', 'handle', 'route', 'respond', 'reverse_proxy'];

/** Carries out a site's directives for one request. Nothing comes of it where none of them answers. */
export function serve(site: readonly Directive[], visit: Visit, around: Around): Promise<Answer | undefined> {
  const place = ({ words: [name = ''] }: Directive) => order.indexOf(name);
  const known = site.filter((directive) => directive.words[0]?.startsWith('@') || place(directive) >= 0);
  return run(
    known.toSorted((a, b) => place(a) - place(b)),
    visit,
    around,
    new Map(),
  );
}

async function run(
  directives: readonly Directive[],
  visit: Visit,
  around: Around,
  outer: ReadonlyMap<string, Matcher>,
): Promise<Answer | undefined> {
  const isNamed = ({ words }: Directive) => words[0]?.startsWith('@') === true;
  const matchers = new Map([
    ...outer,
    ...directives.filter(isNamed).map((one) => [one.words[0]!, named(one)] as const),
  ]);
  for (const { words, block } of directives.filter((one) => !isNamed(one))) {
    const [name, ...rest] = words;
    const [token] = rest;
    const isFor = token !== undefined && isMatcher(token) ? byToken(token, matchers) : undefined;
    if (isFor && !isFor(visit)) continue;
    const args = (isFor ? rest.slice(1) : rest).map((word) => filled(word, visit));
    const answer = await carryOut({ words: [name!, ...args], block }, visit, around, matchers);
    if (answer) return answer;
  }
  return undefined;
}

async function carryOut(
  { words: [name, ...args], block }: Directive,
  visit: Visit,
  around: Around,
  matchers: ReadonlyMap<string, Matcher>,
): Promise<Answer | undefined> {
  switch (name) {
    case 'route':
    case 'handle':
      return run(block, visit, around, matchers);
    case 'encode':
    case 'request_body':
      return undefined;
    case 'request_header':
      visit.headers = changed(visit.headers, args);
      return undefined;
    case 'redir': {
      const [to = '', status = '302'] = args;
      return { status: Number(status), headers: [['Location', to]], body: Buffer.alloc(0) };
    }
    case 'respond': {
      const [body = '', status = '200'] = args;
      const isBare = args.length === 1 && /^\d{3}$/.test(body);
      return { status: Number(isBare ? body : status), headers: [], body: Buffer.from(isBare ? '' : body) };
    }
    case 'reverse_proxy':
      return proxied(args[0], block, visit, around);
    case 'forward_auth':
      return authenticated(args[0], block, visit, around);
    default:
      throw new Error(`unrecognized directive: ${name}`);
  }
}

/** Hands a request on. `asked`: what is asked for in place of what the visitor wants. */
function proxied(
  upstream = '',
  block: readonly Directive[],
  visit: Visit,
  { dial, believesVisitors }: Around,
  asked: { readonly target?: string; readonly set?: Headers } = {},
): Promise<Answer> {
  const [, host = '', port] = /^(?:https?:\/\/)?(.*?)(?::(\d+))?$/.exec(upstream) ?? [];
  const at = dial(host, Number(port ?? 80));
  if (!at) throw new Error(`dial tcp: lookup ${host}: no such host`);
  const ups = block.filter(({ words }) => words[0] === 'header_up').map(({ words }) => words.slice(1));
  const headers = [...(asked.set ?? []), ...ups.map((words) => words.map((word) => filled(word, visit)))].reduce(
    changed,
    forwarded(handedOn(visit.headers), visit, believesVisitors || trusts(block, visit)),
  );
  const { method, target, body } = visit;
  return asked.target === undefined
    ? ask(at, { method, target, headers, body })
    : ask(at, { method: 'GET', target: asked.target, headers, body: Buffer.alloc(0) });
}

/** `trusted_proxies` of this one way on. */
const trusts = (block: readonly Directive[], { from }: Visit): boolean =>
  block.some(({ words: [name, ...ranges] }) => name === 'trusted_proxies' && isAmong(from, ranges));

function forwarded(headers: Headers, { host, scheme }: Visit, believesVisitors: boolean): Headers {
  const prior = (name: string) => (believesVisitors ? valuesOf(headers, name).at(-1) : undefined);
  const before = prior('X-Forwarded-For');
  const all: Headers = [
    ['X-Forwarded-For', before === undefined ? '192.0.2.7' : `${before}, 192.0.2.7`],
    ['X-Forwarded-Proto', prior('X-Forwarded-Proto') ?? scheme],
    ['X-Forwarded-Host', prior('X-Forwarded-Host') ?? host],
  ];
  return all.reduce((left, [name, value]) => withHeader(left, name, value), headers);
}

/** Asks whether somebody may go on: if so, what is told of them is put on the request; if not, that is the answer. */
async function authenticated(
  upstream: string | undefined,
  block: readonly Directive[],
  visit: Visit,
  around: Around,
): Promise<Answer | undefined> {
  const of = (name: string) => block.filter(({ words }) => words[0] === name);
  const target = of('uri')[0]?.words[1] ?? '/';
  const set: Headers = [
    ['X-Forwarded-Method', visit.method],
    ['X-Forwarded-Uri', visit.target],
  ];
  const answer = await proxied(upstream, block, visit, around, { target, set });
  if (answer.status < 200 || answer.status > 299) return answer;
  const names = of('copy_headers').flatMap(({ words, block: more }) => [
    ...words.slice(1),
    ...more.flatMap((line) => line.words),
  ]);
  for (const name of names) {
    visit.headers = without(visit.headers, name);
    const value = valuesOf(answer.headers, name).join(',');
    if (value !== '') visit.headers = withHeader(visit.headers, name, value);
  }
  return undefined;
}
