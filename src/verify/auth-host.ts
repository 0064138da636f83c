import { parseJson } from '../formats/json.ts';
import { Failure, reasonOf } from '../model/failure.ts';
import { type About, type Finding, ok, skip, unseen, wrong } from '../model/finding.ts';
import type { Secret } from '../model/secret.ts';
import type { HttpAnswer } from '../world/world.ts';
import { fromOutside } from './answers.ts';
import { findingOf, type ProbeContext, sendProbe, until, type Verdict } from './probe.ts';
import { endless, leadsTo } from './public-name.ts';
import { isRedirect, targetOf } from './stranger.ts';

/** Redirects on the way to the login page: two were seen. */
const hops = 5;

/** Does a stranger at authentik's own host see the login page, and not the first-run setup? */
export async function proveAuthHost(context: ProbeContext, patience = 10_000): Promise<Finding[]> {
  const verdict = await until(context, patience, () => visit(context));
  return [findingOf('auth-host', `a stranger at ${context.config.authHost} sees the login page`, verdict)];
}

async function visit(context: ProbeContext): Promise<Verdict> {
  const { authHost } = context.config;
  let url = new URL(`https://${authHost}/`);
  for (let n = 0; n < hops; n++) {
    const answer = await sendProbe(context, { url: url.href, headers: { Accept: 'text/html' } });
    if (answer instanceof Failure || !isRedirect(answer)) return arrived(answer, url, context);
    const target = targetOf(answer, url.href);
    if (target && leadsTo(answer, url.href))
      return { is: 'wrong', answer: `${answer.status} → itself`, issue: endless(authHost) };
    if (!target || target.host !== authHost || target.protocol !== 'https:') {
      return {
        is: 'wrong',
        answer: `${answer.status} → ${target?.origin ?? '?'}`,
        issue: { problem: `${authHost} sends a stranger to ${target?.origin ?? 'nowhere'}.`, fix: 'homeauth apply' },
      };
    }
    url = target;
  }
  return {
    is: 'wrong',
    answer: 'redirects',
    issue: { problem: `${authHost} redirects in a loop.`, fix: 'docker logs --tail 50 authentik' },
  };
}

function arrived(answer: HttpAnswer | Failure, { pathname }: URL, { config, entrance }: ProbeContext): Verdict {
  if (!(answer instanceof Failure) && answer.status === 200) {
    if (pathname === '/setup' || pathname.includes('/initial-setup')) {
      return {
        is: 'wrong',
        answer: pathname,
        issue: {
          problem: 'The first-run setup of authentik is open.',
          why: 'Whoever opens it first becomes its administrator.',
          fix: 'docker stop authentik, then: homeauth apply',
        },
      };
    }
    if (pathname.startsWith('/if/flow/')) return { is: 'right', answer: `200 ${pathname}` };
  }
  return fromOutside(answer, config.authHost, entrance.log);
}

/** Does authentik, asked through Caddy, know that it was asked over https? Without it every login goes in circles. */
export async function proveSecure(context: ProbeContext, token: Secret, about: About): Promise<Finding[]> {
  const url = `https://${context.config.authHost}/api/v3/admin/system/`;
  const answer = await sendProbe(context, {
    url,
    headers: { Accept: 'application/json', Authorization: `Bearer ${token.reveal()}` },
  });
  if (answer instanceof Failure) return [skip(about, reasonOf(answer))];
  const seen = answer.status === 200 ? systemIn(answer.body) : undefined;
  if (!seen) return [skip(about, unseen(`${context.config.authHost} answers ${answer.status}`))];
  if (!seen.http_is_secure) {
    const problem = "authentik takes Caddy's requests for plain http.";
    const why = "Caddy's network is not in AUTHENTIK_LISTEN__TRUSTED_PROXY_CIDRS.";
    return [wrong(about, 'fail', { problem, why, fix: 'homeauth apply' })];
  }
  if (seen.http_host !== undefined && seen.http_host !== context.config.authHost) {
    const problem = `authentik takes ${seen.http_host} for its own host name, and uses it in its links.`;
    const why = 'The proxy in front of it does not pass the name on.';
    return [
      wrong(about, 'fail', { problem, why, fix: 'Set the proxy in front to pass the header Host on unchanged.' }),
    ];
  }
  return [ok(about)];
}

interface SystemInfo {
  readonly http_is_secure?: boolean;
  readonly http_host?: string;
}

/** Undefined where it is not what authentik answers: Caddy sends an empty 200 for a host without a site. */
const systemIn = (body: string) => parseJson(body) as SystemInfo | undefined;
