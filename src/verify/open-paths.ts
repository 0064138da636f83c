import type { App } from '../config/config.ts';
import { Failure, type Issue } from '../model/failure.ts';
import { type Finding, ok, wrong } from '../model/finding.ts';
import type { HttpAnswer } from '../world/world.ts';
import { type ProbeContext, sendProbe } from './probe.ts';
import { judgeStranger } from './stranger.ts';

/** Do the paths that homeauth.yaml opens stand open, for nobody in particular, and nothing beside them? */
export async function proveOpenPaths(context: ProbeContext, app: App): Promise<Finding[]> {
  const { openPaths = [] } = app;
  if (openPaths.length === 0) return [];
  const [place, forged] = [1, 2].map(() => context.world.random.alphanumeric(12).reveal()) as [string, string];
  const common = { id: 'open-paths', title: `nothing but ${openPaths.join(', ')} is open without a login` };
  const ask = async (path: string) => {
    const headers = { 'X-Authentik-Username': forged, 'Remote-User': forged };
    const answer = await sendProbe(context, { url: `https://${app.host}${path}`, headers });
    return { path, answer, isShut: judgeStranger(answer, app, context).is === 'right' };
  };
  const told = (
    status: 'fail' | 'warn',
    asked: readonly { readonly path: string }[],
    say: (paths: string) => Pick<Issue, 'problem' | 'why'>,
    fix = 'homeauth apply',
  ) => {
    const answer = asked.map(({ path }) => path).join(', ');
    return [wrong({ ...common, answer }, status, { ...say(answer), fix })];
  };
  const beside = await Promise.all(openPaths.flatMap((path) => disguises(path, place)).map(ask));
  const through = beside.filter(({ answer, isShut }) => !isShut && isAnswered(answer));
  const isCleaned = context.config.proxy === 'manual' && through.every(({ path }) => path.includes('//'));
  if (through.length > 0 && !isCleaned)
    return told('fail', through, (p) => ({
      problem: `${app.name} answers without a login at ${p}.`,
      why: 'homeauth.yaml does not open that.',
    }));
  const inside = await Promise.all(openPaths.map((path) => ask(path.replace(/\*$/, place))));
  const forgeable = inside.filter(({ answer }) => !(answer instanceof Failure) && answer.body.includes(forged));
  if (forgeable.length > 0)
    return told('fail', forgeable, (p) => ({
      problem: `A forged header reaches ${app.name} at ${p}.`,
      why: 'Whoever sends it is taken for any user they name.',
    }));
  const shut = inside.filter(({ isShut }) => isShut).map(({ path }) => ({ path: path.replace(place, '*') }));
  if (shut.length > 0)
    return told('warn', shut, (p) => ({
      problem: `${app.name} asks for a login at ${p}.`,
      why: 'homeauth.yaml opens that.',
    }));
  // What such a proxy asks the app is seen by nobody here.
  if (through.length > 0)
    return told(
      'warn',
      through,
      (p) => ({
        problem: `${app.name} answers without a login at ${p}.`,
        why: 'Traefik takes doubled slashes out before it asks the app, so with Traefik that opens nothing more.',
      }),
      'With another proxy: load the text for it again, from homeauth proxy text',
    );
  return [ok({ ...common, answer: `${beside.length} disguises tried` })];
}

/** By the app, as far as can be told: Caddy and authentik refuse with these two, or are not there at all. */
const isAnswered = (answer: HttpAnswer | Failure): boolean =>
  !(answer instanceof Failure) && answer.status < 500 && ![400, 403].includes(answer.status);

/** What is not open, and what some app may take for something that is, or for something else behind it. */
function disguises(path: string, nonce: string): readonly string[] {
  const base = path.replace(/\/\*$/, '');
  const loud = base.toUpperCase();
  const parts = ['..%2f', '..;/', '%252e%252e/', '..%5c', '.%00/', '/'].map((trick) => `${base}/${trick}${nonce}`);
  return [...parts, `/${base}/${nonce}`, ...(loud === base ? [] : [`${loud}/${nonce}`])];
}
