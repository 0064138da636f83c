import { CookieJar } from 'tough-cookie';
import { ownBrowser } from '../../model/person.ts';
import { Secret } from '../../model/secret.ts';
import type { Http, HttpAnswer, HttpRequest } from '../world.ts';

interface Visit {
  readonly url: URL;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A browser's manners over plain requests: its cookies, and a note of each step. Redirects are the caller's. */
export interface Browser {
  visit(visit: Visit): Promise<HttpAnswer>;
  cookie(url: URL, name: string): Promise<string | undefined>;
  /** The Cookie header that a page at `url` would get. */
  cookies(url: URL): Promise<Secret>;
  /** One line a request, without queries: those carry codes. */
  readonly steps: readonly string[];
}

/**
 * The jar is a library's: which cookie a browser takes and gives back (Domain, Path, Secure, public suffixes such as
 * duckdns.org) is exactly what decides whether a login works, and easy to get wrong in one's favour.
 */
export function openBrowser(http: Http, dial: Pick<HttpRequest, 'via' | 'authority'>): Browser {
  const jar = new CookieJar();
  const steps: string[] = [];
  return {
    steps,
    async visit({ url, method = 'GET', headers = {}, body }) {
      const cookie = await jar.getCookieString(url.href);
      const answer = await http.dial({
        ...dial,
        url: url.href,
        method,
        headers: { 'user-agent': ownBrowser, ...headers, ...(cookie !== '' && { cookie }) },
        ...(body !== undefined && { body }),
      });
      for (const line of answer.cookies) await jar.setCookie(line, url.href, { ignoreError: true });
      steps.push(`${method} ${url.origin}${url.pathname} ${answer.status}`);
      return answer;
    },
    async cookie(url, name) {
      return (await jar.getCookies(url.href)).find(({ key }) => key === name)?.value;
    },
    cookies: async (url) => new Secret(await jar.getCookieString(url.href)),
  };
}

export function redirectOf({ status, headers }: HttpAnswer, from: URL): URL | undefined {
  const to = headers['location'];
  return [301, 302, 303, 307, 308].includes(status) && to !== undefined ? new URL(to, from) : undefined;
}
