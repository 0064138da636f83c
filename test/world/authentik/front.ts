import { request } from 'node:http';
import type { Http, HttpAnswer, HttpRequest } from '../../../src/world/world.ts';

type Header = Readonly<Record<string, string>>;
export type Override = (request: HttpRequest, url: URL) => Partial<HttpAnswer> | undefined;

/** What Caddy does with the hardened snippet, without TLS: forward auth for apps, a plain proxy for authentik's host. */
export function front(
  port: number,
  authHost: string,
  override: Override = () => undefined,
): Http & { asked: HttpRequest[] } {
  const asked: HttpRequest[] = [];
  return {
    asked,
    async dial(wanted) {
      asked.push(wanted);
      const url = new URL(wanted.url);
      const given = override(wanted, url);
      if (given) return { status: 200, headers: {}, cookies: [], body: '', ...given };
      const path = `${url.pathname}${url.search}`;
      const forwarded = {
        host: url.host,
        'x-forwarded-host': url.host,
        'x-forwarded-proto': url.protocol.replace(':', ''),
        'x-forwarded-uri': path,
      };
      if (url.host === authHost || url.pathname.startsWith('/outpost.goauthentik.io/')) {
        return send(port, path, { ...wanted, headers: { ...wanted.headers, ...forwarded } });
      }
      const { cookie = '' } = wanted.headers ?? {};
      const verdict = await send(port, '/outpost.goauthentik.io/auth/caddy', {
        url: wanted.url,
        headers: { ...forwarded, cookie },
      });
      if (verdict.status !== 200) return verdict;
      const body = `the app sees ${verdict.headers['x-authentik-username'] ?? 'nobody'}`;
      return { ...verdict, cookies: [], body };
    },
  };
}

function send(port: number, path: string, { method = 'GET', headers = {}, body }: HttpRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const going = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const { 'set-cookie': cookies = [], ...rest } = response.headers;
        resolve({
          status: response.statusCode ?? 0,
          headers: rest as Header,
          cookies,
          body: Buffer.concat(parts).toString(),
        });
      });
    });
    going.on('error', reject);
    going.end(body);
  });
}
