import { isGuarded } from '../config/app-login.ts';
import type { App } from '../config/config.ts';
import { asFailure, asNothing, Failure, reasonOf } from '../model/failure.ts';
import { type About, type Finding, ok, skip, unseen, wrong } from '../model/finding.ts';
import type { Reason } from '../model/reason.ts';
import { cutOff } from '../proxy/upstream.ts';
import type { LoginResult, Visit } from '../world/authentik/login.ts';
import { pastLogin, type Way, waysTo } from './past-the-login.ts';
import type { ProbeContext } from './probe.ts';
import { type Visitor, visiting } from './visit.ts';

/**
 * Does the group of an app keep out somebody who has an account, and is logged in already: with authentik, with the apps
 * of the whole domain, and with an app of its own that lets in everybody? One login for all of the apps.
 */
export function proveOutsider(
  context: ProbeContext,
  apps: readonly App[],
  who: Visitor,
  signal: AbortSignal,
  about: About,
): Promise<Finding[]> {
  const { authHost } = context.config;
  // The domain's own provider answers there, whatever apps there are.
  const start = `https://${authHost}/outpost.goauthentik.io/start?rd=${encodeURIComponent(`https://${authHost}/`)}`;
  return visiting(context, start, who, async (entered) => {
    if (entered instanceof Failure) return [skip(about, notIn(entered))];
    const findings: Finding[] = [];
    const other = await sessionOfAnother(context, entered);
    for (const app of apps) {
      if (!signal.aborted) findings.push(await aboutApp(context, app, entered, { ...about, subject: app.name }, other));
    }
    return findings;
  });
}

const notIn = (failure: Failure): Reason =>
  failure.code === 'second-factor-asked'
    ? unseen('Everybody needs a second factor, and an account that is made for a proof has none.')
    : reasonOf(failure);

interface Another {
  readonly name: string;
  readonly cookie: string;
}

/** What the outpost gave this account for an app that lets in everybody; undefined where there is none. */
async function sessionOfAnother({ config }: ProbeContext, entered: Visit): Promise<Another | undefined> {
  const open = config.apps.find((app) => app.mode === 'app' && app.group === undefined && isGuarded(app));
  if (!open) return undefined;
  try {
    return { name: open.name, cookie: (await entered.goOn(`https://${open.host}/`)).cookies.reveal() };
  } catch (error) {
    // That it does not let them in is told by its own proofs.
    return asNothing(error);
  }
}

async function aboutApp(
  context: ProbeContext,
  app: App,
  entered: LoginResult & Visit,
  about: About,
  other: Another | undefined,
): Promise<Finding> {
  const url = `https://${app.host}/`;
  const plain: Way = { name: app.host, request: { headers: {} } };
  const ways = [plain, ...waysTo(app, context.config)];
  const past = await pastLogin(context, app, ways, (await entered.cookiesAt(url)).reveal());
  const session: Way = { ...plain, name: `the session of ${other?.name}` };
  const replayed = other ? await pastLogin(context, app, [session], other.cookie) : [];
  const through = await byLogin();
  const all = [...past, ...replayed, ...(through ? ['a login'] : [])];
  if (all.length === 0) return ok({ ...about, answer: `${ways.length + (other ? 2 : 1)} ways tried` });
  return wrong(about, 'fail', {
    problem: `Everybody with an account can open ${app.name}, which is only for "${app.group}": by ${all.join(', ')}.`,
    fix: `homeauth apply, and until then: ${cutOff(app)}`,
  });

  /** As a browser would: authentik asks for no password any more, and decides by the group. */
  async function byLogin(): Promise<boolean> {
    try {
      const { status, body } = await entered.goOn(url);
      return status < 300 && body !== '';
    } catch (error) {
      asFailure(error);
      return false;
    }
  }
}
