/** One line of a Caddyfile, and what stands in the braces behind it. */
export interface Directive {
  readonly words: readonly string[];
  readonly block: readonly Directive[];
}

/** One site of a Caddyfile, as far as the loopback Caddy understands it. */
export interface Site {
  readonly host: string;
  /** For plain HTTP alone. */
  readonly isPlain: boolean;
  /** With what its snippets stand for in their place. */
  readonly body: readonly Directive[];
  /** The login is asked for first. */
  readonly guarded: boolean;
  /** The address of its own listener, `bind`; empty for every one. */
  readonly bind: string;
  readonly revision?: string;
}

type Imported = (path: string) => string | undefined;

/**
 * Reads the little of the Caddyfile's language that homeauth writes, and a site of a user that is as simple. What is not
 * balanced is refused, as Caddy would refuse it; what is not known is carried along.
 */
export function sitesOf(text: string, imported: Imported): Site[] {
  const sites = sitesIn(text, imported, new Map());
  const twice = sites.find(({ host }, n) => sites.findIndex((other) => other.host === host) < n);
  if (twice) throw new Error(`ambiguous site definition: ${twice.host}`);
  return sites;
}

function sitesIn(text: string, imported: Imported, snippets: Map<string, readonly Directive[]>): Site[] {
  return directivesIn(text).flatMap(({ words, block, isBlock, line }) => {
    const [head = ''] = words;
    if (isBlock) {
      const snippet = /^\((.*)\)$/.exec(head)?.[1];
      if (snippet !== undefined) snippets.set(snippet, block);
      return head === '' || snippet !== undefined ? [] : [site(head, expanded(block, snippets))];
    }
    if (head !== 'import') throw new Error(`unrecognized directive: ${head}, at Caddyfile:${line}`);
    const content = imported(words[1] ?? '');
    if (content === undefined) throw new Error(`File to import not found: ${words[1]}, at Caddyfile:${line}`);
    return sitesIn(content, imported, snippets);
  });
}

interface Open extends Directive {
  readonly block: Open[];
  readonly isBlock: boolean;
  readonly line: number;
}

function directivesIn(text: string): readonly Open[] {
  const top: Open[] = [];
  const around: Open[][] = [];
  let inside = top;
  for (const [n, raw] of text.split('\n').entries()) {
    const line = raw.replace(/(^|\s)#.*$/, '').trim();
    if (line === '') continue;
    if (line === '}') {
      const outer = around.pop();
      if (!outer) throw new Error(`unexpected '}', at Caddyfile:${n + 1}`);
      inside = outer;
      continue;
    }
    const isBlock = line.endsWith('{');
    const directive: Open = { words: wordsOf(isBlock ? line.slice(0, -1) : line), block: [], isBlock, line: n + 1 };
    inside.push(directive);
    if (!isBlock) continue;
    around.push(inside);
    inside = directive.block;
  }
  if (around.length > 0) throw new Error('unexpected end of file: a { is not closed');
  return top;
}

const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/"([^"]*)"|`([^`]*)`|(\S+)/g)].map(([, quoted, raw, bare]) => quoted ?? raw ?? bare ?? '');

/** Snippets in the place of the lines that import them, with the arguments of those. */
function expanded(
  block: readonly Directive[],
  snippets: ReadonlyMap<string, readonly Directive[]>,
): readonly Directive[] {
  return block.flatMap(({ words: [name = '', ...args], block: inner }) => {
    if (name !== 'import') return [{ words: [name, ...args], block: expanded(inner, snippets) }];
    const snippet = snippets.get(args[0] ?? '');
    if (!snippet) throw new Error(`File to import not found: ${args[0]}`);
    return expanded(withArguments(snippet, args.slice(1)), snippets);
  });
}

const withArguments = (block: readonly Directive[], args: readonly string[]): readonly Directive[] =>
  block.map(({ words, block: inner }) => ({
    words: words.map((word) => word.replace(/\{args\[(\d+)\]\}/g, (whole, n) => args[Number(n)] ?? whole)),
    block: withArguments(inner, args),
  }));

function site(head: string, body: readonly Directive[]): Site {
  const has = (name: string, block = body): boolean =>
    block.some((one) => one.words[0] === name || has(name, one.block));
  const revision = body.find(({ words }) => words[0] === 'vars' && words[1] === 'homeauth_revision')?.words[2];
  return {
    host: head.replace(/^https?:\/\//, ''),
    isPlain: head.startsWith('http://'),
    body,
    guarded: has('forward_auth'),
    bind: body.find(({ words }) => words[0] === 'bind')?.words[1] ?? '',
    ...(revision !== undefined && { revision }),
  };
}

/** Whether the global options have it that visitors are proxies. */
export const trustsProxies = (text: string): boolean => /^[^\S\n]*trusted_proxies /m.test(text);

/** The same as Caddy's JSON has it, as far as anybody looks: a server for each listener. */
export function configurationOf(sites: readonly Site[]): string {
  const listenOf = ({ bind, isPlain }: Site) => `${bind}:${isPlain ? 80 : 443}`;
  const servers = [...new Set(sites.map(listenOf))].map((listen, n) => [
    `srv${n}`,
    {
      listen: [listen],
      routes: sites
        .filter((site) => listenOf(site) === listen)
        .map(({ host, body, revision }) => ({
          match: [{ host: [host] }],
          handle: [...(revision ? [{ handler: 'vars', homeauth_revision: revision }] : []), ...handlersOf(body)],
        })),
    },
  ]);
  return JSON.stringify(sites.length === 0 ? null : { apps: { http: { servers: Object.fromEntries(servers) } } });
}

const handlersOf = (body: readonly Directive[]): readonly object[] =>
  body
    .filter(({ words: [name = ''] }) => !['vars', 'bind', 'tls'].includes(name))
    .map(({ words: [handler = '', ...args], block }) => ({
      handler,
      args,
      ...(/^(reverse_proxy|forward_auth)$/.test(handler) && {
        upstreams: [
          { dial: args.find((word) => !word.startsWith('/') && !word.startsWith('@'))?.replace('http://', '') },
        ],
      }),
      ...(handler === 'forward_auth' && {
        rewrite: { uri: block.find(({ words: [name] }) => name === 'uri')?.words[1] ?? '' },
      }),
      ...(block.length > 0 && { routes: handlersOf(block) }),
    }));
