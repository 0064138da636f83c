import type { RedirectUri } from '../config/config.ts';
import type { Speaker } from '../config/oidc.ts';
import { Failure } from '../model/failure.ts';
import { type Finding, ok, wrong } from '../model/finding.ts';
import type { Shown } from '../model/shown.ts';
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
  const asked = await authorizeRequest(context, app, app.oidc.loginStart);
  if (asked instanceof Failure) return no(`${app.name} does not answer where its login begins.`, asked.problem);
  if (!asked) return no(`${app.name} does not begin a login with authentik yet.`, `Asked at ${app.oidc.loginStart}`);
  const said = (name: string): string => asked.searchParams.get(name) ?? '';
  if (said('client_id') !== client.id)
    return no(`${app.name} calls itself otherwise than authentik does.`, 'Its client ID is another one.');
  const back = said('redirect_uri');
  if (!app.oidc.redirectUris.some((uri) => uri.type === 'authorization' && fits(uri, back))) {
    const problem = `${app.name} wants people sent back to ${back || 'nowhere'}, and authentik does not know that address.`;
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

/** Goes where the app sends a browser, as long as that is the app itself; undefined where it is not to authentik. */
async function authorizeRequest(
  { world, config, entrance: { via, authority } }: ProbeContext,
  app: Speaker,
  start: string,
): Promise<URL | Failure | undefined> {
  // A browser's cookies take a list of all public suffixes.
  const { openBrowser } = await import('../world/authentik/browser.ts');
  const browser = openBrowser(world.http, { ...(via && { via }), ...(authority !== undefined && { authority }) });
  let url = new URL(start);
  try {
    for (let n = 0; n < limit && url.host === app.host; n++) {
      const answer = await browser.visit({ url });
      const next = isRedirect(answer) ? targetOf(answer, url.href) : undefined;
      if (!next) return undefined;
      if (next.host === config.authHost && next.pathname === '/application/o/authorize/') return next;
      url = next;
    }
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  return undefined;
}
