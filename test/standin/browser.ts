import { request } from 'node:http';

export interface Page {
  status: number;
  location: string | undefined;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** A person's browser behind a TLS proxy: sends forwarded headers, keeps cookies, follows nothing by itself. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #origin: string;

  readonly #address: string | undefined;
  readonly #more: Readonly<Record<string, string>>;

  /** `address`: whose it is, where that matters; `more`: headers that it sends with everything. */
  constructor(origin: string, address?: string, more: Readonly<Record<string, string>> = {}) {
    this.#origin = origin;
    this.#address = address;
    this.#more = more;
  }

  /** Opens `path` as if it were asked from `https://host`. */
  open(host: string, path: string, method = 'GET', body?: unknown): Promise<Page> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers: Record<string, string> = {
      host,
      accept: path.startsWith('/api/') ? 'application/json' : 'text/html',
      'x-forwarded-host': host,
      'x-forwarded-proto': 'https',
      referer: `https://${host}/`,
      cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      'x-authentik-csrf': this.cookies.get('authentik_csrf') ?? '',
      ...this.#more,
    };
    if (this.#address) headers['x-forwarded-for'] = this.#address;
    if (payload) headers['content-type'] = 'application/json';
    return this.#send(path, method, headers, payload);
  }

  /** Asks the outpost, as Caddy would, whether this browser may see `https://host<uri>`. */
  ask(host: string, uri = '/'): Promise<Page> {
    return this.#send('/outpost.goauthentik.io/auth/caddy', 'GET', {
      'x-forwarded-host': host,
      'x-forwarded-proto': 'https',
      'x-forwarded-uri': uri,
      cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    });
  }

  /** Drives a flow: answers each stage with what `answers` has for its component, until it leads elsewhere. */
  async flow(host: string, page: string, answers: Record<string, object>): Promise<string> {
    const [path = '', search = ''] = page.split(/\?(.*)/s);
    const executor = `/api/v3/flows/executor/${path.split('/')[3]}/?query=${encodeURIComponent(search)}`;
    let shown = await this.open(host, executor);
    for (let turn = 0; turn < 12; turn++) {
      if (shown.status === 302) {
        shown = await this.open(host, executor);
        continue;
      }
      const stage = JSON.parse(shown.text);
      if (stage.component === 'xak-flow-redirect') return stage.to;
      const answer = answers[stage.component];
      if (!answer || stage.response_errors) throw new Error(`stuck at ${shown.text}`);
      const token = stage.token ? { token: stage.token } : {};
      shown = await this.open(host, executor, 'POST', { component: stage.component, ...token, ...answer });
    }
    throw new Error('the flow does not end');
  }

  #send(path: string, method: string, headers: Record<string, string>, payload?: string): Promise<Page> {
    return new Promise((resolve, reject) => {
      const out = request(`${this.#origin}${path}`, { method, headers, agent: false }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => {
          for (const cookie of answer.headers['set-cookie'] ?? []) this.#keep(cookie);
          const text = Buffer.concat(parts).toString();
          resolve({ status: answer.statusCode ?? 0, location: answer.headers.location, headers: answer.headers, text });
        });
      });
      out.on('error', reject);
      out.end(payload);
    });
  }

  #keep(cookie: string): void {
    const [name = '', value = ''] = cookie.split(';')[0]?.split(/=(.*)/s) ?? [];
    if (/Max-Age=0/.test(cookie)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}
