import { checkCaddyLines } from '../../config/site.ts';
import { type Block, blocksOf } from '../../formats/caddyfile-blocks.ts';
import { Failure } from '../../model/failure.ts';
import type { TakenOver } from '../proxy.ts';
import { hostIn, isSiteOf } from './aside.ts';

/** What homeauth has for every site: certificates, where it listens, and the login. `log` belongs to a whole site. */
const ofOurs = new Set(['tls', 'bind', 'log', 'forward_auth', 'basic_auth', 'basicauth']);
const groups = new Set(['route', 'handle', 'handle_path']);

/**
 * The owner's site for a host, out of their Caddyfile, as an app: a site of its own, or its part of one like
 * `*.example.com`. `path`: where the Caddyfile is.
 * @throws Failure site-not-found, site-shared, site-lines
 */
export function takeOver(caddyfile: string, host: string, path: string): TakenOver {
  const blocks = blocksOf(caddyfile) ?? [];
  const body = bodyFor(blocks, host, path);
  const snippets = new Map(blocks.flatMap(({ words: [name = ''], body }) => (body ? [[name, body] as const] : [])));
  const found = kept(expanded(body, snippets));
  const refused = found.kept.flatMap(refusedIn);
  if (refused.length > 0) throw cannot(host, path, refused);
  const leftBehind = found.left.map(({ head }) => head);
  const proxies = found.kept.flatMap(proxiesIn);
  const [first, ...more] = proxies.toSorted((a, b) => Number(isMatched(a)) - Number(isMatched(b))).flatMap(dialledIn);
  const alike = more.filter((one) => one !== first && one.startsWith('https:') === first?.startsWith('https:'));
  const upstreams = {
    ...(first !== undefined && { upstream: first }),
    ...(alike.length > 0 && { 'more-upstreams': [...new Set(alike)] }),
  };
  const plain = plainly(found.kept);
  if (plain && first !== undefined) return { ...upstreams, ...plain, leftBehind };
  // In a handle Caddy sorts them, as it did in the site. What they do not answer is not the app's either.
  const lines = ['handle {', ...found.kept.flatMap(linesOf).map((line) => `  ${line}`), '}', 'respond 404'];
  return { ...upstreams, extra: `${lines.join('\n')}\n`, leftBehind };
}

/** What the owner's site for this host alone says. */
function bodyFor(blocks: readonly Block[], host: string, path: string): readonly Block[] {
  const own = blocks.filter((block) => isSiteOf(block, host));
  // One for plain http is often no more than the way to the other.
  const site = own.find(({ words: [address = ''] }) => !address.startsWith('http://')) ?? own[0];
  if (site?.body) return site.body;
  for (const { words, body } of blocks) {
    if (!body) continue;
    if (words.length > 1 && words.some((word) => hostIn(word) === host)) throw shared(host, path, words);
    for (const matcher of body) {
      const [condition, ...others] = matcher.body ?? [];
      const [name = '', ...conditions] = [...matcher.words, ...(others.length === 0 ? (condition?.words ?? []) : [])];
      if (!name.startsWith('@') || conditions[0] !== 'host') continue;
      const hosts = conditions.slice(1).map((one) => one.toLowerCase());
      if (!hosts.includes(host)) continue;
      if (hosts.length > 1) throw shared(host, path, hosts);
      const handle = body.find((one) => one.body && one.words[0] === 'handle' && one.words[1] === name);
      if (handle?.body) return handle.body;
    }
  }
  throw new Failure({
    code: 'site-not-found',
    problem: `${path} has no site for ${host} alone.`,
    why: 'homeauth does not look into imported files.',
    fix: [
      `Write its site into ${path} itself, reload Caddy, then run the command again.`,
      `Or take the site out and: homeauth add-app NAME --host ${host} --upstream HOST:PORT`,
    ],
  });
}

/** With what a snippet says in its place, where that takes arguments or has something of homeauth's in it. */
function expanded(
  body: readonly Block[],
  snippets: ReadonlyMap<string, readonly Block[]>,
  depth = 0,
): readonly Block[] {
  return body.flatMap((block): readonly Block[] => {
    const [directive, name = '', ...given] = block.words;
    if (directive === 'import') {
      const snippet = depth < 10 ? snippets.get(`(${name})`) : undefined;
      if (!snippet) return [block];
      const inner = expanded(
        snippet.map((one) => filled(one, given)),
        snippets,
        depth + 1,
      );
      return given.length > 0 || inner.some(({ words: [word = ''] }) => ofOurs.has(word)) ? inner : [block];
    }
    return groups.has(directive ?? '') && block.body
      ? [{ ...block, body: expanded(block.body, snippets, depth) }]
      : [block];
  });
}

/** A line of a snippet with its arguments. */
function filled(block: Block, given: readonly string[]): Block {
  const fill = (text: string) =>
    text.replace(/\{args(?:\[(\d+)\]|\.(\d+))\}/g, (whole, a?: string, b?: string) => given[Number(a ?? b)] ?? whole);
  const { body } = block;
  return {
    ...block,
    words: block.words.map(fill),
    head: fill(block.head),
    ...(body && { body: body.map((one) => filled(one, given)) }),
  };
}

/** What comes along, and what homeauth's own part has the like of. */
function kept(body: readonly Block[]): { kept: readonly Block[]; left: readonly Block[] } {
  const left: Block[] = [];
  const rest = body.flatMap((block): Block[] => {
    const [directive = '', first = ''] = block.words;
    if (ofOurs.has(directive) || (directive === 'reverse_proxy' && first.startsWith('/outpost.goauthentik.io'))) {
      left.push(block);
      return [];
    }
    if (!groups.has(directive) || !block.body) return [block];
    const inner = kept(block.body);
    left.push(...inner.left);
    return [{ ...block, body: inner.kept }];
  });
  return { kept: rest, left };
}

/** Lines that cannot stand behind the login, or whose braces only Caddy could pair, each with the reason. */
function refusedIn(block: Block): readonly string[] {
  const [directive = ''] = block.words;
  if (directive === 'handle_errors') return [`${block.head}: answers without a login`];
  if (block.body && groups.has(directive)) return block.body.flatMap(refusedIn);
  const refusal = checkCaddyLines(linesOf(block).join('\n'));
  return refusal ? [`${block.head}: ${refusal.problem}`] : [];
}

function proxiesIn(block: Block): readonly Block[] {
  if (block.words[0] === 'reverse_proxy') return [block];
  return groups.has(block.words[0] ?? '') ? (block.body ?? []).flatMap(proxiesIn) : [];
}

const isMatcher = (word: string): boolean => /^(@|\/|\*$)/.test(word);
const isMatched = ({ words: [, first = ''] }: Block): boolean => isMatcher(first) && first !== '*';

/** The servers of a reverse_proxy as homeauth.yaml has them; those that it has no word for are left out. */
function dialledIn({ words: [, ...rest], body = [] }: Block): readonly string[] {
  const to = body.flatMap(({ words: [name, ...servers] }) => (name === 'to' ? servers : []));
  return [...rest.filter((word, n) => n > 0 || !isMatcher(word)), ...to].flatMap((server) => {
    const [, scheme = '', host = '', port] = /^(https?:\/\/)?(\[[\da-f:]+\]|[\w.-]*)(?::(\d+))?$/i.exec(server) ?? [];
    if (host === '' && port === undefined) return [];
    const isTls = scheme.toLowerCase() === 'https://' || (scheme === '' && port === '443');
    return [`${isTls ? 'https://' : ''}${host || 'localhost'}:${port ?? (isTls ? 443 : 80)}`];
  });
}

/** A site that homeauth's own keys say all of. */
function plainly(body: readonly Block[]): Pick<TakenOver, 'encode' | 'upstream-tls'> | undefined {
  const [only, ...others] = body;
  if (only?.body && others.length === 0 && only.words.length === 1 && /^(route|handle)$/.test(only.words[0] ?? '')) {
    return plainly(only.body);
  }
  const encodes = body.filter(({ words: [name] }) => name === 'encode');
  const proxies = body.filter(({ words: [name] }) => name === 'reverse_proxy');
  const [proxy] = proxies;
  if (!proxy || proxies.length + encodes.length !== body.length || proxies.length > 1 || isMatched(proxy))
    return undefined;
  if (encodes.some(({ words, body }) => body ?? words.slice(1).some((one) => !/^(zstd|gzip)$/.test(one))))
    return undefined;
  if (dialledIn(proxy).length !== proxy.words.filter((word, n) => n > 0 && !isMatcher(word)).length) return undefined;
  const tls = tlsOf(proxy.body ?? []);
  if (!tls) return undefined;
  return { ...(encodes.length > 0 && { encode: true }), ...tls };
}

/** What a reverse_proxy says about TLS, where it says nothing else. */
function tlsOf(body: readonly Block[]): Pick<TakenOver, 'upstream-tls'> | undefined {
  if (body.length === 0) return {};
  const [transport, ...more] = body;
  const options = transport?.body?.map(({ words }) => words.join(' ')) ?? [];
  const isPlain =
    transport?.words.join(' ') === 'transport http' &&
    options.every((one) => /^tls(_insecure_skip_verify)?$/.test(one));
  if (more.length > 0 || !isPlain) return undefined;
  return options.includes('tls_insecure_skip_verify') ? { 'upstream-tls': { 'insecure-skip-verify': true } } : {};
}

/** A line and what it opens, laid out anew. */
const linesOf = ({ head, body }: Block): readonly string[] =>
  body
    ? [`${head} {`, ...body.flatMap(linesOf).map((line) => `  ${line}`), '}']
    : head.replaceAll('\r', '').split('\n');

const shared = (host: string, path: string, names: readonly string[]): Failure =>
  new Failure({
    code: 'site-shared',
    problem: `The site for ${host} in ${path} is also for other names.`,
    details: names.join(', '),
    fix: `Give ${host} a site of its own there, reload Caddy, then run the command again.`,
  });

const cannot = (host: string, path: string, lines: readonly string[]): Failure =>
  new Failure({
    code: 'site-lines',
    problem: `${lines.length === 1 ? 'A line' : `${lines.length} lines`} of the site for ${host} cannot be moved behind the login.`,
    details: lines.join('\n'),
    fix: `Write them in another way in ${path}, or remove them. Reload Caddy, then run the command again.`,
  });
