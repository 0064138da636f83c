import type { App } from '../config/config.ts';
import { Failure } from '../model/failure.ts';
import type { Finding } from '../model/finding.ts';
import { cutOff } from '../proxy/upstream.ts';
import type { HttpAnswer } from '../world/world.ts';
import { fromOutside } from './answers.ts';
import { findingOf, type ProbeContext, sendProbe, until, type Verdict } from './probe.ts';

/** How long the outpost may take to hear of a change, in ms: 4 to 15 s were seen with a healthy worker. */
export const outpostPatience = 20_000;

/**
 * Is somebody who is not logged in asked for a login, by authentik, for this very app?
 * @param patience how long to wait for the outpost, in ms; 0 where nothing was changed
 */
export async function proveStranger(context: ProbeContext, app: App, patience = outpostPatience): Promise<Finding[]> {
  const verdict = await until(context, patience, async () =>
    judgeStranger(await sendProbe(context, { url: `https://${app.host}/` }), app, context),
  );
  return [findingOf('stranger', 'a stranger is asked for a login', verdict)];
}

/** What an app's answer to a stranger means. */
export function judgeStranger(
  answer: HttpAnswer | Failure,
  app: App,
  { config, entrance }: Pick<ProbeContext, 'config' | 'entrance'>,
): Verdict {
  const { authHost } = config;
  if (!(answer instanceof Failure) && isRedirect(answer)) {
    const target = targetOf(answer, `https://${app.host}/`);
    if (!target) return unreadable(answer, app);
    if (target.origin === `https://${authHost}` && target.pathname === '/application/o/authorize/') {
      return judgeLogin(target, app, authHost);
    }
    return elsewhere(target, app, authHost, answer.status);
  }
  if (!(answer instanceof Failure) && answer.status < 300) return open(answer, app);
  return fromOutside(answer, app.host, entrance.log);
}

export const isRedirect = ({ status, headers }: HttpAnswer): boolean =>
  status >= 300 && status < 400 && headers['location'] !== undefined;

export function targetOf({ headers }: HttpAnswer, base: string): URL | undefined {
  const location = headers['location'] ?? '';
  return URL.canParse(location, base) ? new URL(location, base) : undefined;
}

/** The login page it is; for this app? */
function judgeLogin(target: URL, app: App, authHost: string): Verdict {
  const back = target.searchParams.get('redirect_uri') ?? '';
  const host = URL.canParse(back) ? new URL(back).host : '';
  const expected = app.mode === 'domain' ? authHost : app.host;
  const answer = `302 → ${authHost}`;
  if (target.searchParams.get('client_id') && host === expected) return { is: 'right', answer };
  return {
    is: 'wrong',
    answer,
    issue: {
      problem: `authentik takes ${app.host} for another app: the login would lead back to ${host || 'nowhere'}.`,
      fix: 'homeauth apply',
    },
    // Until the outpost hears of a provider of its own, the one for the whole domain answers.
    later: true,
  };
}

function elsewhere(target: URL, app: App, authHost: string, status: number): Verdict {
  const answer = `${status} → ${target.origin}`;
  if (['localhost', '0.0.0.0', '127.0.0.1'].includes(target.hostname)) {
    return {
      is: 'wrong',
      answer,
      issue: {
        problem: `A stranger is sent to ${target.origin}, which is their own machine.`,
        why: 'authentik_host of the embedded outpost is empty.',
        fix: 'homeauth apply',
      },
      later: true,
    };
  }
  if (target.host === authHost) {
    return {
      is: 'wrong',
      answer: `${answer}${target.pathname}`,
      issue: {
        ...(target.protocol === 'http:'
          ? {
              problem: "authentik takes Caddy's requests for plain http.",
              why: 'Caddy is not among its trusted proxies.',
            }
          : { problem: `authentik sends a stranger to ${target.pathname} and not to a login for this app.` }),
        fix: 'homeauth apply, and if it stays so: docker restart authentik',
      },
      later: true,
    };
  }
  return {
    is: 'wrong',
    answer,
    issue: {
      problem: `${app.name} answers a stranger by itself and sends them to ${target.host}${target.pathname}.`,
      why: 'It can be reached without a login.',
      fix: `Look for a site of your own for ${app.host} in your Caddyfile; take it out, then: homeauth apply`,
    },
    later: true,
  };
}

function open(answer: HttpAnswer, app: App): Verdict {
  if (answer.body === '' && /caddy/i.test(answer.headers['server'] ?? '')) {
    return {
      is: 'wrong',
      answer: `${answer.status}, empty`,
      issue: { problem: `Caddy has no site for ${app.host}.`, fix: 'homeauth apply' },
    };
  }
  return {
    is: 'wrong',
    answer: String(answer.status),
    issue: {
      problem: `${app.name} answers without a login.`,
      why: `Either another site of your Caddyfile serves ${app.host}, or its provider in authentik lets everybody through (Unauthenticated Paths).`,
      fix: `Correct that. Until then, cut it off: ${cutOff(app)}`,
    },
  };
}

const unreadable = (answer: HttpAnswer, app: App): Verdict => ({
  is: 'wrong',
  answer: String(answer.status),
  issue: {
    problem: `${app.host} sends a stranger to an address that cannot be read.`,
    fix: 'docker logs --tail 50 authentik',
  },
});
