import type { Http } from '../world.ts';
import { openBrowser } from './browser.ts';
import type { Address } from './connection.ts';
import { type Credentials, driveFlow } from './flow.ts';
import { logInWith, type Visit } from './login.ts';

export interface SessionRequest extends Credentials {
  readonly http: Http;
  /** authentik's own server, as Caddy reaches it: no name, certificate or proxy has to work yet. */
  readonly server: Address;
  /** authentik's public host. */
  readonly authHost: string;
}

/** Somebody who is logged in. */
export interface Session extends Pick<Visit, 'leave'> {
  /** Carries out a flow in their name, to its end. */
  carryOut(slug: string): Promise<void>;
}

/**
 * Logs somebody in at authentik itself, and keeps the session: what a person sets up for themselves cannot be done in
 * their place by an administrator. Who opens it ends it with `leave`. Source: recording 05.
 * @throws Failure as `logIn` does
 */
export async function openSession({ http, server, authHost, ...who }: SessionRequest): Promise<Session> {
  const home = new URL(`https://${authHost}/`);
  const browser = openBrowser(asProxy(http, server), {});
  const { leave } = await logInWith(browser, { ...who, authHost, open: home.href });
  return {
    leave,
    async carryOut(slug) {
      await driveFlow(browser, new URL(`/if/flow/${slug}/`, home), who);
    },
  };
}

/** Requests as a proxy hands them on: plain HTTP, and a word on what the visitor typed. */
function asProxy(http: Http, via: Address): Http {
  return {
    dial({ url, headers, ...request }) {
      const { host } = new URL(url);
      const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': host };
      return http.dial({
        ...request,
        url: url.replace(/^https:/, 'http:'),
        headers: { ...headers, ...forwarded },
        via,
      });
    },
  };
}
