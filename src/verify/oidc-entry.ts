import type { Speaker } from '../config/oidc.ts';
import { jsonObject } from '../formats/json.ts';
import { asFailure, Failure } from '../model/failure.ts';
import { type Finding, ok, skip, unseen, wrong } from '../model/finding.ts';
import type { Browser } from '../world/authentik/browser.ts';
import type { HttpAnswer } from '../world/world.ts';
import { failed } from './check.ts';
import { authorizeRequest, browserFor } from './oidc-start.ts';
import type { ProbeContext } from './probe.ts';
import { stayed, type Visitor } from './visit.ts';

/** Where an app that refuses somebody shows its own login once more; one that is a script has its pages behind a #. */
const isLogin = ({ pathname, searchParams, hash }: URL): boolean =>
  /\/(?:log-?in|sign-?in|auth\/error)\b/i.test(pathname + hash) ||
  searchParams.has('error') ||
  /[#?&]error=/.test(hash);

/**
 * Does somebody get all the way into an app that asks authentik by itself: from its login button through authentik and
 * back? The app exchanges the code and makes an account, so this is only done when it is asked for.
 */
export async function proveEntry(context: ProbeContext, app: Speaker, who: Visitor): Promise<Finding[]> {
  const { username } = who;
  const common = { id: 'oidc-entry', title: `${username} gets into ${app.name}`, subject: app.name };
  const home = `https://${app.host}/`;
  if (!app.oidc.loginStart)
    return [skip(common, unseen(`homeauth does not know where its login begins. Log in by hand: ${home}`))];
  const browser = await browserFor(context);
  const from = await authorizeRequest(context, app, app.oidc.loginStart, browser);
  if (!(from instanceof URL)) {
    const problem = `${app.name} does not begin a login with authentik.`;
    const fix = `Give ${app.name} its settings, and restart it: homeauth app ${app.name}`;
    return [wrong(common, 'fail', { problem, ...(from && { why: from.problem }), fix })];
  }
  const { logInWith } = await import('../world/authentik/login.ts');
  const { authHost } = context.config;
  const entered = await logInWith(browser, { ...who, authHost, open: home, from }).catch(asFailure);
  if (entered instanceof Failure && entered.code === 'second-factor-asked')
    return [skip(common, unseen(`The login of ${username} wants a code, which is asked for at a terminal alone.`))];
  if (entered instanceof Failure) return [failed(common, entered)];
  const callback = new URL(entered.finalUrl);
  const ended = await endLogin(browser, app, callback);
  const at = ended ? new URL(app.oidc.loginEnd?.url ?? home) : callback;
  const { status, body } = ended ?? entered;
  const isIn = status < 400 && (ended !== undefined || !isLogin(at));
  const rights = isIn ? await proveAdministrator(context, browser, app, username) : [];
  const left = (await entered.leave()) ? [] : [stayed(username)];
  const title = /<title[^>]*>([^<]*)/i.exec(body)?.[1]?.trim().slice(0, 60);
  const answer = [`${status} ${at.pathname}`, ...(title ? [`"${title}"`] : [])].join(' ');
  if (isIn) return [ok({ ...common, answer }), ...rights, ...left];
  const problem =
    status < 400
      ? `${app.name} sends ${username} back to its own login, although authentik let them in.`
      : `${app.name} answers ${status} to ${username}, although authentik let them in.`;
  const why = `It showed: ${answer}`;
  const fix = `See what ${app.name} logged. Its settings: homeauth app ${app.name}`;
  return [wrong(common, 'fail', { problem, why, fix }), ...left];
}

/** What the app's own script sends when the browser is back, where it takes one. */
async function endLogin(browser: Browser, { oidc }: Speaker, callback: URL): Promise<HttpAnswer | undefined> {
  const { loginEnd } = oidc;
  if (!loginEnd) return undefined;
  const body = Object.fromEntries(
    Object.entries(loginEnd.body).map(([name, value]) => [name, value.replaceAll('{callback}', () => callback.href)]),
  );
  return browser.visit({
    url: new URL(loginEnd.url),
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: callback.origin },
    body: JSON.stringify(body),
  });
}

/** Whether they administer the app, by what it gives to administrators alone; nothing where that is not known. */
async function proveAdministrator(
  context: ProbeContext,
  browser: Browser,
  app: Speaker,
  username: string,
): Promise<Finding[]> {
  const { administrator } = app.oidc;
  if (!administrator) return [];
  const { path, has } = administrator;
  const about = {
    id: 'oidc-administrator',
    title: `${username} is an administrator of ${app.name}`,
    subject: app.name,
  };
  const url = new URL(path, `https://${app.host}/`);
  const isGiven = ({ status, body }: HttpAnswer): boolean => {
    const said = jsonObject(body);
    return status === 200 && Object.entries(has ?? {}).every(([name, value]) => said?.[name] === value);
  };
  const given = await browser.visit({ url });
  const { status } = given;
  const answer = `${status} ${path}`;
  // Who asks for something else than a cookie says nothing of whom the cookie is.
  if (status === 401 || status >= 500) return [skip(about, unseen(`${app.name} does not say it: ${answer}.`))];
  if (isGiven(given)) {
    const stranger = await browserFor(context);
    // What everybody is given says nothing of anybody.
    if (isGiven(await stranger.visit({ url })))
      return [skip(about, unseen(`${app.name} does not say it: ${answer}, also without a login.`))];
    return [ok({ ...about, answer })];
  }
  const problem = `${username} gets into ${app.name}, and is no administrator there.`;
  const fix = `Make ${username} an administrator in ${app.name}. How it takes that from authentik: homeauth apps ${app.name}`;
  return [wrong({ ...about, answer }, 'warn', { problem, fix })];
}
