import type { Speaker } from '../config/oidc.ts';
import { jsonObject } from '../formats/json.ts';
import { Failure, reasonOf } from '../model/failure.ts';
import { type Finding, ok, skip, unseen, wrong } from '../model/finding.ts';
import type { Client } from '../model/sso.ts';
import { returnAddress } from './oidc-client.ts';
import { type ProbeContext, sendProbe } from './probe.ts';

/**
 * Does authentik take the new client secret of an app, and the former no more? It is asked for tokens with a code that
 * nobody was given: it looks at the secret first, and at the code only where that is right. Source: recording 07
 */
export async function proveExchanged(context: ProbeContext, app: Speaker, was: Client | undefined): Promise<Finding[]> {
  const { name: subject } = app;
  const is = context.clients?.[subject];
  const isNew = { id: 'rotate-refused', title: 'authentik takes the new client secret', subject };
  const isFormer = { id: 'rotate-open', title: 'the former client secret is refused', subject };
  const uri = returnAddress(app);
  if (!is || uri === undefined) return [skip(isNew, unseen(`${subject} has no fixed redirect URI to ask with.`))];
  const ask = (client: Client) => answerTo(context, client, uri);
  const now = await ask(is);
  if (now instanceof Failure) return [skip(isNew, reasonOf(now))];
  const taken =
    now === 'invalid_grant'
      ? ok({ ...isNew, answer: now })
      : wrong({ ...isNew, answer: now }, 'fail', {
          problem: `authentik does not take the new client secret of ${subject}.`,
          fix: `homeauth apply   and then:  homeauth rotate app ${subject}`,
        });
  if (!was) return [taken];
  const then = await ask(was);
  if (then instanceof Failure) return [taken, skip(isFormer, reasonOf(then))];
  if (then === 'invalid_client') return [taken, ok({ ...isFormer, answer: then })];
  const problem = `The former client secret of ${subject} still works.`;
  const fix = `homeauth apply   and then:  homeauth rotate app ${subject}`;
  return [taken, wrong({ ...isFormer, answer: then }, 'fail', { problem, fix })];
}

async function answerTo(context: ProbeContext, { id, secret }: Client, uri: string): Promise<string | Failure> {
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code: context.world.random.alphanumeric(32).reveal(),
    redirect_uri: uri,
    client_id: id,
    client_secret: secret.reveal(),
  });
  const answer = await sendProbe(context, {
    url: `https://${context.config.authHost}/application/o/token/`,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: form.toString(),
  });
  if (answer instanceof Failure) return answer;
  const error = jsonObject(answer.body)?.['error'];
  return typeof error === 'string' ? error : String(answer.status);
}
