import type { App, Config } from '../config/config.ts';
import { Failure } from '../model/failure.ts';
import { type Finding, ok, wrong } from '../model/finding.ts';
import type { HttpAnswer, HttpRequest } from '../world/world.ts';
import { type ProbeContext, sendProbe } from './probe.ts';
import { isRedirect, judgeStranger, targetOf } from './stranger.ts';

/** One way to ask for an app that browsers do not take, and that must not lead past its login. */
export interface Way {
  readonly name: string;
  readonly request: Pick<HttpRequest, 'http2'> & { readonly headers: Readonly<Record<string, string>> };
}

/** Headers that Caddy adds for authentik; who has them taken off would be judged as somebody else's visitor. */
const forAuthentik = 'X-Forwarded-Host, X-Forwarded-Proto, X-Forwarded-Uri, X-Forwarded-Method, Cookie';

/**
 * The host in other letters, with a dot or a port behind it, in both versions of HTTP, and a visitor who takes off what
 * Caddy tells authentik. Caddy finds a site whatever the capitals; authentik looks for it to the letter, and where it
 * finds none asks by the rules of the domain that the name ends with.
 */
export function waysTo({ host }: App, { domain }: Pick<Config, 'domain'>): readonly Way[] {
  const rest = host.endsWith(`.${domain}`) ? `.${domain}` : '';
  const label = host.slice(0, host.length - rest.length);
  const mixed = [...label].map((letter, n) => (n % 2 === 0 ? letter : letter.toUpperCase())).join('');
  const [capitals, dot, port] = [`${label.toUpperCase()}${rest}`, `${host}.`, `${host}:8443`];
  const byHost = [capitals, `${mixed}${rest}`, host.toUpperCase(), dot, port];
  return [
    ...byHost.map((Host): Way => ({ name: Host, request: { headers: { Host } } })),
    ...[host, capitals, dot].map(
      (Host): Way => ({ name: `${Host} by HTTP/2`, request: { http2: true, headers: { Host } } }),
    ),
    { name: 'Connection', request: { headers: { Connection: `close, ${forAuthentik}` } } },
  ];
}

/** The names of those ways that lead past the login of an app, or to that of another one. */
export async function pastLogin(
  context: ProbeContext,
  app: App,
  ways: readonly Way[],
  cookie?: string,
): Promise<readonly string[]> {
  const past: string[] = [];
  const ask = ({ headers, ...request }: Way['request']) =>
    sendProbe(context, {
      url: `https://${app.host}/`,
      ...request,
      headers: { ...headers, ...(cookie !== undefined && { Cookie: cookie }) },
    });
  // One after the other: there may be a hundred apps.
  for (const { name, request } of ways) {
    if (isPast(await ask(request), app, context) && !(await isForAnybody())) past.push(name);
  }
  return past;

  /** A site of the user's own that answers for every name says nothing about this app. */
  async function isForAnybody(): Promise<boolean> {
    const Host = `${context.world.random.alphanumeric(12).reveal().toLowerCase()}.${app.host}`;
    return isPast(await ask({ headers: { Host } }), app, context);
  }
}

function isPast(answer: HttpAnswer | Failure, app: App, context: ProbeContext): boolean {
  if (answer instanceof Failure) return false;
  // Without a site Caddy answers with nothing.
  if (answer.status < 300) return answer.body !== '';
  if (!isRedirect(answer)) return false;
  const target = targetOf(answer, `https://${app.host}/`);
  const isLogin = target?.host === context.config.authHost && target.pathname === '/application/o/authorize/';
  return isLogin && judgeStranger(answer, app, context).is === 'wrong';
}

/** Is a stranger asked for the same login, however they write the app's address? */
export async function proveSpelled(context: ProbeContext, app: App): Promise<Finding[]> {
  const common = { id: 'spelled', title: 'other ways to write its address lead to the same login' };
  const ways = waysTo(app, context.config);
  const past = await pastLogin(context, app, ways);
  if (past.length === 0) return [ok({ ...common, answer: `${ways.length} ways tried` })];
  return [
    wrong(common, 'fail', {
      problem: `A request for ${app.name} that is written like this is checked by the rules of another app, or by none: ${past.join(', ')}.`,
      fix: 'homeauth apply, which puts its part of Caddy back',
    }),
  ];
}
