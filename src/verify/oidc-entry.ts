import type { Speaker } from '../config/oidc.ts';
import { Failure } from '../model/failure.ts';
import { type Finding, ok, skip, unseen, wrong } from '../model/finding.ts';
import { failed } from './check.ts';
import { authorizeRequest, browserFor } from './oidc-start.ts';
import type { ProbeContext } from './probe.ts';
import { stayed, type Visitor } from './visit.ts';

/** Where an app that refuses somebody shows its own login once more. */
const isLogin = ({ pathname, searchParams }: URL): boolean =>
  /\/(?:log-?in|sign-?in|auth\/error)\b/i.test(pathname) || searchParams.has('error');

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
  const entered = await logInWith(browser, { ...who, authHost, open: home, from }).catch((error: unknown) => {
    if (error instanceof Failure) return error;
    throw error;
  });
  if (entered instanceof Failure && entered.code === 'second-factor-asked')
    return [skip(common, unseen(`The login of ${username} wants a code, which is asked for at a terminal alone.`))];
  if (entered instanceof Failure) return [failed(common, entered)];
  const left = (await entered.leave()) ? [] : [stayed(username)];
  const at = new URL(entered.finalUrl);
  const title = /<title[^>]*>([^<]*)/i.exec(entered.body)?.[1]?.trim().slice(0, 60);
  const answer = [`${entered.status} ${at.pathname}`, ...(title ? [`"${title}"`] : [])].join(' ');
  if (entered.status < 400 && !isLogin(at)) return [ok({ ...common, answer }), ...left];
  const problem =
    entered.status < 400
      ? `${app.name} sends ${username} back to its own login, although authentik let them in.`
      : `${app.name} answers ${entered.status} to ${username}, although authentik let them in.`;
  const why = `It showed: ${answer}`;
  const fix = `See what ${app.name} logged. Its settings: homeauth app ${app.name}`;
  return [wrong(common, 'fail', { problem, why, fix }), ...left];
}
