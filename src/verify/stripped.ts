import type { App } from '../config/config.ts';
import { Failure } from '../model/failure.ts';
import { type Finding, ok, wrong } from '../model/finding.ts';
import type { Secret } from '../model/secret.ts';
import { type ProbeContext, sendProbe } from './probe.ts';

/** A proxy drops what the header Connection names, as meant for itself alone. */
const stripping = 'close, X-Authentik-Username, X-Authentik-Groups, X-Authentik-Meta-App';

/**
 * Can somebody who is logged in take off who they are, and be a guest to the app? Seen where the app shows the headers
 * that it gets.
 */
export async function proveStripped(context: ProbeContext, app: App, session: Secret): Promise<Finding[]> {
  const isKnown = async (more: Readonly<Record<string, string>>) => {
    const headers = { ...more, Cookie: session.reveal() };
    const answer = await sendProbe(context, { url: `https://${app.host}/`, headers });
    return !(answer instanceof Failure) && answer.status < 300 && /^X-Authentik-Username: ./im.test(answer.body);
  };
  if (!(await isKnown({}))) return [];
  const common = { id: 'stripped', title: 'who is logged in cannot pass for a guest' };
  if (await isKnown({ Connection: stripping })) return [ok(common)];
  return [
    wrong({ ...common, answer: 'Connection' }, 'fail', {
      problem: `With the header Connection somebody who is logged in keeps from ${app.name} who they are, and is a guest there.`,
      fix: 'homeauth apply, which puts its part of Caddy back',
    }),
  ];
}
