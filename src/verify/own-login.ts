import { isLeftAlone } from '../config/app-login.ts';
import { writtenIn } from '../config/app-settings.ts';
import type { App } from '../config/config.ts';
import { Failure } from '../model/failure.ts';
import type { Finding } from '../model/finding.ts';
import type { HttpAnswer } from '../world/world.ts';
import { fromOutside } from './answers.ts';
import { findingOf, type ProbeContext, sendProbe, until, type Verdict } from './probe.ts';
import { isRedirect, targetOf } from './stranger.ts';

/** How long an app may take to answer again whose container was restarted for its settings, in ms. */
const restartPatience = 30_000;

/**
 * Does a stranger get to an app that Caddy does not ask authentik about, and to nothing of authentik's on the way?
 * @param patience how long to wait for one that was restarted, in ms; 0 where nothing was changed
 */
export async function proveOwnLogin(context: ProbeContext, app: App, patience = restartPatience): Promise<Finding[]> {
  const verdict = await until(context, writtenIn(app)?.file ? patience : 0, async () =>
    judge(await sendProbe(context, { url: `https://${app.host}/` }), app, context),
  );
  const says = isLeftAlone(app) ? 'no login of authentik is before it' : 'it asks for the login, not Caddy';
  return [findingOf('own-login', `a stranger sees the page of ${app.name} itself: ${says}`, verdict)];
}

function judge(answer: HttpAnswer | Failure, app: App, { config, entrance }: ProbeContext): Verdict {
  if (answer instanceof Failure) return fromOutside(answer, app.host, entrance.log);
  const { status } = answer;
  if ([502, 503, 504].includes(status)) {
    const problem = `Caddy cannot reach ${app.name}${app.upstream === undefined ? '' : ` at ${app.upstream}`}.`;
    const why = 'It does not run, or listens elsewhere.';
    return { is: 'wrong', answer: String(status), issue: { problem, why, fix: 'homeauth doctor' }, later: true };
  }
  const target = isRedirect(answer) ? targetOf(answer, `https://${app.host}/`) : undefined;
  const back = target?.searchParams.get('redirect_uri') ?? '';
  if (target?.host === config.authHost && back.includes('/outpost.goauthentik.io/')) {
    const issue = { problem: `Caddy still asks authentik about every visitor of ${app.name}.`, fix: 'homeauth apply' };
    return { is: 'wrong', answer: `${status} → ${config.authHost}`, issue };
  }
  return { is: 'right', answer: target ? `${status} → ${target.host}` : String(status) };
}
