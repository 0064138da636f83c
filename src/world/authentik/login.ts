import { asNothing } from '../../model/failure.ts';
import type { Secret } from '../../model/secret.ts';
import type { Http, HttpAnswer, HttpRequest } from '../world.ts';
import { type Browser, openBrowser, redirectOf } from './browser.ts';
import { type Credentials, driveFlow } from './flow.ts';
import * as trouble from './login-trouble.ts';

export interface LoginRequest extends Credentials, Pick<HttpRequest, 'via' | 'authority'> {
  readonly http: Http;
  /** authentik's public host, with its port where that is not 443. */
  readonly authHost: string;
  /** The page that is wanted, as one would type it. */
  readonly open: string;
  /** Where a browser is already on its way there. */
  readonly from?: URL;
}

export interface LoginResult {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly finalUrl: string;
  /** The Cookie header that goes with further requests to the app. */
  readonly cookies: Secret;
  readonly steps: readonly string[];
}

/** Somebody who is in, and has to leave again. */
export interface Visit {
  /** Opens another page. @throws Failure as `logIn` does */
  goOn(open: string): Promise<LoginResult>;
  /** Opens a page of authentik's, and gives where it leads outside of that; undefined: to a page of authentik's own. */
  leadsTo(open: string): Promise<URL | undefined>;
  /** The Cookie header that a page would get. */
  cookiesAt(url: string): Promise<Secret>;
  /** Ends this very session, and what was opened with it. False: authentik did not confirm it. */
  leave(): Promise<boolean>;
}

/** Requests that a login may take; a plain one takes six. */
const limit = 30;
/** How often one page may be come by: the app is, as a stranger and after the login. */
const visits = 3;

/**
 * Opens a page as a stranger and logs in on the way, as a browser would: through forward auth, authentik's login and
 * consent, and back. Only the app's host and authentik's are spoken to. A login that fails leaves by itself; who gets
 * in calls `leave`.
 * @throws Failure wrong-password, login-refused, second-factor-asked, access-denied, flow-error, redirect-loop,
 * landed-in-library, outside-host, or whatever `http` throws where nothing answers
 */
export function logIn(request: LoginRequest): Promise<LoginResult & Visit> {
  const { http, via, authority } = request;
  return logInWith(openBrowser(http, { ...(via && { via }), ...(authority !== undefined && { authority }) }), request);
}

/** The same in a browser that goes on being used. */
export async function logInWith(browser: Browser, request: Wish): Promise<LoginResult & Visit> {
  const leave = () => logOut(browser, new URL(`https://${request.authHost}/`));
  const result = await walk(browser, request).catch(async (error: unknown) => {
    // Whom an app does not let in is logged in all the same.
    await leave();
    throw error;
  });
  return {
    ...result,
    leave,
    goOn: (open) => walk(browser, { ...request, open, from: new URL(open) }),
    leadsTo: (open) => onwards(browser, request, new URL(open)),
    cookiesAt: (url) => browser.cookies(new URL(url)),
  };
}

type Wish = Omit<LoginRequest, 'http' | 'via' | 'authority'>;

async function walk(browser: Browser, request: Wish): Promise<LoginResult> {
  const { authHost, open, from } = request;
  const wanted = new URL(open);
  const seen = new Map<string, number>();
  let url = from ?? wanted;
  for (let n = 0; n < limit; n++) {
    const known = url.host === wanted.host || url.host === authHost;
    if (!known || (url.protocol !== wanted.protocol && url.protocol !== 'https:'))
      throw trouble.outsideHost(url.origin);
    const page = `${url.origin}${url.pathname}`;
    const times = (seen.get(page) ?? 0) + 1;
    seen.set(page, times);
    if (times > visits) throw trouble.redirectLoop(page, browser.steps);

    const answer = await browser.visit({ url });
    const next = redirectOf(answer, url) ?? (await onward(url, answer, request, browser));
    if (!next) {
      const { status, headers, body } = answer;
      return {
        status,
        headers,
        body,
        finalUrl: url.href,
        cookies: await browser.cookies(url),
        steps: browser.steps,
      };
    }
    url = next;
  }
  throw trouble.redirectLoop(url.origin, browser.steps);
}

/** Where a page that is no redirect leads: a login to be done, or nowhere, since it is the one that was wanted. */
async function onward(url: URL, { status }: HttpAnswer, request: Wish, browser: Browser): Promise<URL | undefined> {
  const { authHost, open, username } = request;
  if (url.host === authHost && url.pathname.startsWith('/if/flow/')) return driveFlow(browser, url, request);
  const part = ['/outpost.goauthentik.io/', '/application/o/authorize/'].find((path) => url.pathname.startsWith(path));
  if (part && status >= 400) throw trouble.flowError(part, `authentik gave HTTP ${status}`);
  if (url.host !== authHost || new URL(open).host === authHost) return undefined;
  // Who may not enter gets a page, not an error, where everybody else is sent on.
  if (part) throw trouble.accessDenied(username, 'Permission denied');
  if (status >= 400) throw trouble.flowError(url.pathname, `authentik gave HTTP ${status}`);
  throw trouble.landedInLibrary(open);
}

/** Follows authentik, its flows included, until it sends the browser elsewhere. */
async function onwards(browser: Browser, request: Wish, open: URL): Promise<URL | undefined> {
  let url = open;
  for (let n = 0; n < limit; n++) {
    const answer = await browser.visit({ url });
    const isFlow = url.pathname.startsWith('/if/flow/');
    const next = redirectOf(answer, url) ?? (isFlow ? await driveFlow(browser, url, request) : undefined);
    if (next?.host !== request.authHost) return next;
    url = next;
  }
  throw trouble.redirectLoop(url.origin, browser.steps);
}

/** An answer may be lost. */
const attempts = 3;

/**
 * Ends the session whose cookie this browser holds, and no other; authentik tells the outposts, so that their sessions
 * end, too. Source: recording 04
 * @returns whether authentik has taken the cookie back
 */
async function logOut(browser: Browser, home: URL): Promise<boolean> {
  const at = new URL('/api/v3/flows/executor/default-invalidation-flow/?query=', home);
  const isIn = async () => (await browser.cookie(home, 'authentik_session')) !== undefined;
  for (let n = 0; n < attempts && (await isIn()); n++) {
    await browser.visit({ url: at, headers: { accept: 'application/json' } }).catch(asNothing);
  }
  return !(await isIn());
}
