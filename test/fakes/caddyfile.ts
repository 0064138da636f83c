/** One site of a Caddyfile, as far as the loopback Caddy understands it. */
export interface Site {
  readonly host: string;
  /** Behind the snippet `authentik`: the login is asked for first. */
  readonly guarded: boolean;
  /** `name:port`. */
  readonly upstream?: string;
  readonly respond?: string;
  readonly revision?: string;
}

const word = (text: string): string =>
  text
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .replace(/^https?:\/\//, '');

/**
 * Reads the little of the Caddyfile's language that homeauth writes, and a site with `respond` or `reverse_proxy` of a
 * user. Anything else that is not balanced is refused, as Caddy would refuse it.
 */
export function sitesOf(text: string, imported: (path: string) => string | undefined): Site[] {
  const lines = text.split('\n').map((line) => line.replace(/(^|\s)#.*$/, '').trim());
  const sites: Site[] = [];
  let depth = 0;
  let head = '';
  let body: string[] = [];
  for (const [n, line] of lines.entries()) {
    if (depth === 0 && line.startsWith('import ')) {
      const path = line.slice('import '.length).trim();
      const content = imported(path);
      if (content === undefined) throw new Error(`File to import not found: ${path}, at Caddyfile:${n + 1}`);
      sites.push(...sitesOf(content, imported));
      continue;
    }
    if (depth === 0 && line !== '' && !line.endsWith('{'))
      throw new Error(`unrecognized directive: ${line.split(/\s/)[0]}, at Caddyfile:${n + 1}`);
    if (depth === 0 && line.endsWith('{')) {
      head = line.slice(0, -1);
      body = [];
    } else if (depth > 0) body.push(line);
    depth += (line.endsWith('{') ? 1 : 0) - (line === '}' ? 1 : 0);
    if (depth < 0) throw new Error(`unexpected '}', at Caddyfile:${n + 1}`);
    if (depth === 0 && line === '}' && head.trim() !== '' && !head.startsWith('(')) sites.push(site(word(head), body));
  }
  if (depth > 0) throw new Error('unexpected end of file: a { is not closed');
  const twice = sites.find(({ host }, n) => sites.findIndex((other) => other.host === host) < n);
  if (twice) throw new Error(`ambiguous site definition: ${twice.host}`);
  return sites;
}

function site(host: string, body: readonly string[]): Site {
  const argument = (directive: string) =>
    body
      .find((line) => line.startsWith(`${directive} `))
      ?.slice(directive.length + 1)
      .replace(/ \{$/, '');
  const [guard, proxy, respond, revision] = [
    'import authentik',
    'reverse_proxy',
    'respond',
    'vars homeauth_revision',
  ].map(argument);
  const upstream = guard ?? proxy;
  return {
    host,
    guarded: guard !== undefined,
    ...(upstream !== undefined && { upstream: word(upstream) }),
    ...(respond !== undefined && { respond: word(respond) }),
    ...(revision !== undefined && { revision: word(revision) }),
  };
}

/** The same as Caddy's JSON has it, as far as anybody looks. */
export const configurationOf = (sites: readonly Site[]): string =>
  JSON.stringify({
    apps: {
      http: {
        servers: {
          srv0: {
            routes: sites.map(({ host, revision }) => ({
              match: [{ host: [host] }],
              handle: revision ? [{ handler: 'vars', homeauth_revision: revision }] : [],
            })),
          },
        },
      },
    },
  });
