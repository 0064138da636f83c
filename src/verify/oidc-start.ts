import type { LoginStart, RedirectUri } from '../config/config.ts';
import type { Speaker } from '../config/oidc.ts';
import { asFailure, Failure } from '../model/failure.ts';
import { type Finding, ok, wrong } from '../model/finding.ts';
import type { Shown } from '../model/shown.ts';
import type { Browser } from '../world/authentik/browser.ts';
import type { HttpAnswer } from '../world/world.ts';
import type { ProbeContext } from './probe.ts';
import { isRedirect, targetOf } from './stranger.ts';

/** Redirects that an app may take to the login. */
const limit = 8;

/**
 * Does the app begin the login as it should: with its own client, and an address to come back to that authentik knows?
 * So a wrong host, port, slash or secret file that was not read is found without an account. Only where the catalogue
 * says where its login begins.
 */
export async function proveStart(context: ProbeContext, app: Speaker): Promise<Finding[]> {
  const client = context.clients?.[app.name];
  if (!client || app.oidc.loginStart === undefined) return [];
  const common = { id: 'oidc-start', title: `${app.name} begins the login with authentik` };
  const settings = `Give ${app.name} its settings, and restart it: homeauth app ${app.name}`;
  const no = (problem: string, why?: Shown) => [wrong(common, 'warn', { problem, ...(why && { why }), fix: settings })];
  const asked = await authorizeRequest(context, app, app.oidc.loginStart, await browserFor(context));
  if (asked instanceof Failure) return no(`${app.name} does not answer where its login begins.`, asked.problem);
  if (!asked)
    return no(`${app.name} does not begin a login with authentik yet.`, `Asked at ${app.oidc.loginStart.url}`);
  const said = (name: string): string => asked.searchParams.get(name) ?? '';
  if (said('client_id') !== client.id)
    return no(`${app.name} calls itself otherwise than authentik does.`, 'Its client ID is another one.');
  const back = said('redirect_uri');
  if (!app.oidc.redirectUris.some((uri) => uri.type === 'authorization' && fits(uri, back))) {
    const problem = `${app.name} asks authentik to send people back to ${back || 'nowhere'}, which is not a redirect URI of its provider.`;
    const known = app.oidc.redirectUris.filter(({ type }) => type === 'authorization').map(({ url }) => url);
    return no(problem, `It knows ${known.join(', ')}. The two are compared to the letter.`);
  }
  if (app.oidc.client === 'public' && said('code_challenge') === '')
    return no(`${app.name} sends no challenge, and has no secret either.`, 'Whoever gets hold of a code could use it.');
  return [ok({ ...common, answer: said('code_challenge') === '' ? back : `${back}, with a challenge` })];
}

function fits({ url, mode }: RedirectUri, given: string): boolean {
  if (mode === 'strict') return url === given;
  try {
    return new RegExp(`^(?:${url})$`).test(given);
  } catch {
    return false;
  }
}

/** A browser that comes in as visitors do. Its cookies take a list of all public suffixes: loaded when it is used. */
export async function browserFor({ world, entrance: { via, authority } }: ProbeContext): Promise<Browser> {
  const { openBrowser } = await import('../world/authentik/browser.ts');
  return openBrowser(world.http, { ...(via && { via }), ...(authority !== undefined && { authority }) });
}

/** Goes where the app sends a browser, as long as that is the app itself; undefined where it is not to authentik. */
export async function authorizeRequest(
  { config: { authHost } }: ProbeContext,
  app: Speaker,
  start: LoginStart,
  browser: Browser,
): Promise<URL | Failure | undefined> {
  const follow = async (visit: Parameters<typeof browser.visit>[0]) => {
    let url = visit.url;
    let answer = await browser.visit(visit);
    for (let n = 0; n < limit; n++) {
      const next = isRedirect(answer) ? targetOf(answer, url.href) : undefined;
      if (next?.host !== app.host) return { answer, next };
      url = next;
      answer = await browser.visit({ url });
    }
    return { answer };
  };
  try {
    const { answer, next = addressIn(answer.body, authHost) } = await follow(await visitOf(start, app, follow));
    return next?.host === authHost && next.pathname === '/application/o/authorize/' ? next : undefined;
  } catch (error) {
    return asFailure(error);
  }
}

/** What the button on the app's own page sends. */
async function visitOf(
  { method, url, body, formToken }: LoginStart,
  { host }: Speaker,
  follow: (visit: { url: URL }) => Promise<{ answer: HttpAnswer }>,
) {
  const at = new URL(url);
  if (method === 'GET') return { url: at };
  if (!formToken)
    return { url: at, method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body ?? {}) };
  const { answer } = await follow({ url: new URL(formToken.from ?? `https://${host}/`) });
  const form = new URLSearchParams({ ...body, [formToken.name]: tokenIn(answer.body, formToken.name) });
  return {
    url: at,
    method,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      referer: `https://${host}/`,
      origin: `https://${host}`,
    },
    body: form.toString(),
  };
}

/** A field of a form, or of JSON: attributes may stand in any order. */
function tokenIn(body: string, name: string): string {
  const field = body.match(/<input\b[^>]*>/gi)?.find((input) => input.includes(`name="${name}"`));
  const json = new RegExp(`"${name}"\\s*:\\s*"([^"]*)"`).exec(body)?.[1];
  return (field && /\bvalue="([^"]*)"/i.exec(field)?.[1]) ?? json ?? '';
}

/** An app that is asked by a script answers with the address, and leaves the way there to the script. */
function addressIn(body: string, authHost: string): URL | undefined {
  const found = /"(https:[^"\s]+)"/g;
  for (const [, text = ''] of body.matchAll(found)) {
    const plain = text.replaceAll('\\/', '/').replaceAll('\\u0026', '&');
    if (URL.canParse(plain) && new URL(plain).host === authHost) return new URL(plain);
  }
  return undefined;
}
