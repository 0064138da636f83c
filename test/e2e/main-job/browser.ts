import { type RequestOptions, request } from 'node:https';
import { CookieJar } from 'tough-cookie';
import type { Engine } from '../../machine/engine.ts';
import { domain } from './place.ts';

/** Where Caddy's published ports are found: this host in the home LAN of the tests. */
const lan = '192.168.0.4';

export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One visitor with their own cookies, who trusts Caddy's own authority and nothing else. */
export class Visitor {
  readonly #jar = new CookieJar();
  readonly #authority: string;

  constructor(authority: string) {
    this.#authority = authority;
  }

  /** One request, redirects not followed. Header names go out as they are written. */
  async ask(address: string | URL, { method = 'GET', headers = {}, body }: Ask = {}): Promise<Page> {
    const url = new URL(address);
    const cookie = await this.#jar.getCookieString(url.href);
    const all = { Host: url.host, Accept: 'text/html', ...headers, ...(cookie && { Cookie: cookie }) };
    const { cookies, ...page } = await send(url, this.#authority, { method, headers: all, body });
    for (const line of cookies) await this.#jar.setCookie(line, url.href, { ignoreError: true });
    return page;
  }

  /** Opens a page as a browser does, and answers the login and the consent that come on the way. */
  async open(address: string, username: string, password: string): Promise<Page> {
    let url = new URL(address);
    for (let n = 0; n < 30; n++) {
      const page = await this.ask(url);
      const to = page.headers['location'];
      if (to !== undefined) url = new URL(to, url);
      else if (page.status === 200 && url.pathname.startsWith('/if/flow/')) {
        const end = await this.#flow(url, username, password);
        if (typeof end === 'string') return { ...page, body: end };
        url = end;
      } else return page;
    }
    throw new Error(`${address} leads round in circles, lately to ${url.href}.`);
  }

  /** @returns where the flow leads; or, where it says no, its last word */
  async #flow(page: URL, username: string, password: string): Promise<URL | string> {
    const slug = page.pathname.split('/')[3];
    const at = new URL(`/api/v3/flows/executor/${slug}/?query=${encodeURIComponent(page.search.slice(1))}`, page);
    const answers: Readonly<Record<string, (challenge: Record<string, unknown>) => object>> = {
      'ak-stage-identification': () => ({ uid_field: username }),
      'ak-stage-password': () => ({ password }),
      'ak-stage-consent': ({ token }) => ({ token }),
    };
    let challenge = await this.#step(at);
    for (let n = 0; n < 10; n++) {
      const component = String(challenge['component']);
      if (component === 'xak-flow-redirect') return new URL(String(challenge['to']), page);
      const answer = challenge['response_errors'] ? undefined : answers[component];
      if (!answer) return JSON.stringify(challenge);
      challenge = await this.#step(at, JSON.stringify({ component, ...answer(challenge) }));
    }
    throw new Error(`The flow ${slug} has no end.`);
  }

  async #step(at: URL, body?: string): Promise<Record<string, unknown>> {
    const csrf = (await this.#jar.getCookies(at.href)).find(({ key }) => key === 'authentik_csrf')?.value ?? '';
    const headers = { Accept: 'application/json', Referer: `${at.origin}/`, 'X-authentik-CSRF': csrf };
    const json = { ...headers, 'Content-Type': 'application/json' };
    let page = await this.ask(at, body === undefined ? { headers } : { method: 'POST', headers: json, body });
    for (let n = 0; n < 5 && page.headers['location'] !== undefined; n++) {
      page = await this.ask(new URL(page.headers['location'], at), { headers });
    }
    return JSON.parse(page.body);
  }
}

type Answer = Page & { readonly cookies: readonly string[] };

function send(url: URL, ca: string, { body, ...rest }: { method: string; headers: object; body: string | undefined }) {
  const path = url.pathname + url.search;
  return new Promise<Answer>((resolve, reject) => {
    const out = request({ host: lan, servername: url.hostname, ca, agent: false, path, ...rest } as RequestOptions);
    out.on('error', reject).on('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      const { 'set-cookie': cookies = [], ...headers } = answer.headers;
      const status = answer.statusCode ?? 0;
      answer.on('end', () => resolve({ url, status, headers: headers as Page['headers'], body: text, cookies }));
    });
    out.end(body);
  });
}

/** Somebody new, in front of the Caddy in this container. */
export async function visitor(engine: Engine, caddy = 'caddy'): Promise<Visitor> {
  return new Visitor(await engine.docker(['exec', caddy, 'cat', '/data/caddy/pki/authorities/local/root.crt']));
}

export const hostOf = (app: string): string => `https://${app}.${domain}`;
