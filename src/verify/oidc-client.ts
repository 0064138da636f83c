import { createHash } from 'node:crypto';
import { issuerOf, type Speaker } from '../config/oidc.ts';
import { jsonObject } from '../formats/json.ts';
import { asFailure, Failure, insteadOf, reasonOf } from '../model/failure.ts';
import { type About, type Finding, ok, skip, unseen, wrong } from '../model/finding.ts';
import type { Client } from '../model/sso.ts';
import type { LoginResult, Visit } from '../world/authentik/login.ts';
import { readIdToken } from './id-token.ts';
import { type ProbeContext, sendProbe } from './probe.ts';
import { type Visitor, visiting } from './visit.ts';

/** One authorization request, with all that answers it. */
interface Asked {
  readonly url: string;
  readonly returnTo: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

type Entered = LoginResult & Visit;

const fix = 'homeauth apply, and if it stays so: docker logs --tail 50 authentik';

/**
 * Does the login of each app come to its end, up to the door of the app? homeauth takes its place: it logs in with an
 * account that is made for that, stops where the browser would go back to the app, and exchanges the code itself. The
 * app is never called, and gets no account of it.
 */
export const proveClients = (
  context: ProbeContext,
  apps: readonly Speaker[],
  who: Visitor,
  signal: AbortSignal,
): Promise<Finding[]> =>
  walk(context, apps, who, signal, (app, entered, client) => proveClient(context, app, entered, client, who));

/** Does somebody outside of its group stay outside of an app that asks authentik by itself? */
export const proveRefused = (
  context: ProbeContext,
  apps: readonly Speaker[],
  who: Visitor,
  signal: AbortSignal,
): Promise<Finding[]> =>
  walk(context, apps, who, signal, async (app, entered, client) => {
    const about = { id: 'oidc-refused', title: `somebody outside of ${app.group} is refused`, subject: app.name };
    const asked = askedFor(context, app, client);
    if (!asked) return skip(about, onlyPatterns);
    // Some releases say no in the middle of the flow.
    const leads = await entered.leadsTo(asked.url).catch(insteadOf('access-denied', undefined));
    if (!leads) return ok({ ...about, answer: 'authentik says no, and the app hears nothing' });
    const problem = `Everybody with an account can open ${app.name}, which is only for "${app.group}".`;
    return wrong({ ...about, answer: leads.host }, 'fail', { problem, fix: 'homeauth apply' });
  });

const onlyPatterns = unseen('It may come back to patterns alone, so there is no address to try.');

/** One login for all of the apps. */
function walk(
  context: ProbeContext,
  apps: readonly Speaker[],
  who: Visitor,
  signal: AbortSignal,
  prove: (app: Speaker, entered: Entered, client: Client) => Promise<Finding>,
): Promise<Finding[]> {
  return visiting(context, `https://${context.config.authHost}/`, who, async (entered) => {
    const findings: Finding[] = [];
    for (const app of apps) {
      if (signal.aborted) break;
      const about = { id: 'oidc-client', title: clientTitle(app), subject: app.name };
      const client = context.clients?.[app.name];
      if (entered instanceof Failure) findings.push(skip(about, notIn(entered)));
      else if (!client) findings.push(skip(about, unseen('It has no client yet: homeauth apply makes it.')));
      else findings.push(await prove(app, entered, client).catch((error: unknown) => broken(about, error)));
    }
    return findings;
  });
}

const clientTitle = ({ name }: Speaker): string => `the login of ${name} comes to its end at the app's door`;

const notIn = (failure: Failure) =>
  failure.code === 'second-factor-asked'
    ? unseen('Everybody needs a second factor, and an account that is made for a proof has none.')
    : reasonOf(failure);

function broken(about: About, error: unknown): Finding {
  const failure = asFailure(error);
  return wrong(about, 'fail', { problem: failure.problem, fix, because: reasonOf(failure) });
}

/** An address to come back to that is no pattern: a website's before that of a phone. */
export function returnAddress({ oidc }: Speaker): string | undefined {
  const addresses = oidc.redirectUris.filter(({ mode, type }) => mode === 'strict' && type === 'authorization');
  return (addresses.find(({ url }) => url.startsWith('https://')) ?? addresses[0])?.url;
}

function askedFor({ world, config }: ProbeContext, app: Speaker, { id }: Client): Asked | undefined {
  const { oidc } = app;
  const returnTo = returnAddress(app);
  if (returnTo === undefined) return undefined;
  const random = () => world.random.alphanumeric(64).reveal();
  const [state, nonce, verifier] = [random(), random(), random()] as [string, string, string];
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: id,
    redirect_uri: returnTo,
    scope: [...new Set(['openid', ...oidc.scopes])].join(' '),
    state,
    nonce,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  return { url: `https://${config.authHost}/application/o/authorize/?${query}`, returnTo, state, nonce, verifier };
}

async function proveClient(
  context: ProbeContext,
  app: Speaker,
  entered: Entered,
  client: Client,
  { username }: Visitor,
): Promise<Finding> {
  const about = { id: 'oidc-client', title: clientTitle(app), subject: app.name };
  const no = (problem: string, why?: string) => wrong(about, 'fail', { problem, ...(why && { why }), fix });
  if (!app.oidc.grants.includes('authorization_code')) return skip(about, unseen('It takes no code.'));
  const asked = askedFor(context, app, client);
  if (!asked) return skip(about, onlyPatterns);
  const back = await entered.leadsTo(asked.url);
  if (!back) return no(`authentik does not send people back to ${app.name}.`, 'It shows a page of its own.');
  if (!back.href.startsWith(asked.returnTo))
    return no(`authentik sends people to ${back.host}, and not to ${app.name}.`);
  const [code, error] = ['code', 'error'].map((name) => back.searchParams.get(name));
  if (!code || back.searchParams.get('state') !== asked.state)
    return no(`authentik sends people back to ${app.name} without a code.`, error ? `It says: ${error}` : undefined);
  const first = await exchange(context, app, client, asked, code);
  if (typeof first === 'string') return no(`authentik gives ${app.name} nothing for the code of a login.`, first);
  const issuer = issuerOf(context.config.authHost, app.name);
  const keys = await sendProbe(context, { url: `${issuer}jwks/` });
  if (keys instanceof Failure) return no(`${issuer}jwks/ does not answer.`);
  const expected = { issuer, audience: client.id, nonce: asked.nonce };
  const claims = readIdToken(String(first['id_token']), jsonObject(keys.body), expected, Date.now());
  if (typeof claims === 'string') return no(`${app.name} would not believe the token that it gets: ${claims}.`);
  const isTold = !app.oidc.scopes.includes('profile') || claims['preferred_username'] === username;
  if (!isTold)
    return no(`${app.name} is not told who it is that logs in.`, 'A scope mapping is missing, or was changed.');
  const second = await exchange(context, app, client, asked, code);
  if (typeof second !== 'string')
    return no('A code of a login works twice.', 'Whoever gets hold of one could come in.');
  return ok({ ...about, answer: 'code exchanged, RS256, PKCE; a second time it is refused' });
}

/** What the code is worth, or why it is worth nothing. */
async function exchange(
  context: ProbeContext,
  { oidc }: Speaker,
  { id, secret }: Client,
  { returnTo, verifier }: Asked,
  code: string,
): Promise<Readonly<Record<string, unknown>> | string> {
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: returnTo,
    client_id: id,
    code_verifier: verifier,
    ...(oidc.client === 'confidential' && { client_secret: secret.reveal() }),
  });
  const answer = await sendProbe(context, {
    url: `https://${context.config.authHost}/application/o/token/`,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: form.toString(),
  });
  if (answer instanceof Failure) return [answer.problem].flat().join(' ');
  const said = jsonObject(answer.body);
  if (answer.status === 200 && said && 'id_token' in said) return said;
  return `It answers ${answer.status}${said && typeof said['error'] === 'string' ? `, ${said['error']}` : ''}.`;
}
