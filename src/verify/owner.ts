import type { App } from '../config/config.ts';
import { Failure, type Issue } from '../model/failure.ts';
import { type About, type Finding, ok, wrong } from '../model/finding.ts';
import { proxyNetwork } from '../model/networks.ts';
import { type Behind, behind } from '../proxy/upstream.ts';
import type { LoginResult } from '../world/authentik/login.ts';
import { failed } from './check.ts';
import { type ProbeContext, sendProbe } from './probe.ts';
import { type Visitor, visiting } from './visit.ts';

/** Who the proof goes in as. */
export interface Owner extends Visitor {
  /** Names of the groups they are in. */
  readonly groups: readonly string[];
}

/** Did the owner get in with their password, and who does the app take them for? */
export async function judgeOwner(
  context: ProbeContext,
  app: App,
  owner: Owner,
  entered: LoginResult | Failure,
): Promise<Finding[]> {
  const { username, groups } = owner;
  const common = { id: 'owner', title: `${username} gets in` };
  if (entered instanceof Failure && entered.code === 'access-denied' && app.group && !groups.includes(app.group)) {
    return [wrong(common, 'warn', outside(username, app.group))];
  }
  if (entered instanceof Failure) return [toldBy(common, entered, username)];
  if (entered.status === 502 && app.upstream !== undefined) {
    const problem = `${username} may open it, but Caddy cannot reach ${app.name} at ${app.upstream}.`;
    return [
      wrong({ ...common, answer: '502' }, 'fail', { problem, ...unreached(await behind(app.upstream, context.world)) }),
    ];
  }
  const seen = await identity(context, app, entered);
  if (seen?.name === username) return [ok({ ...common, answer: seen.words })];
  const problem = seen
    ? `${username} logged in, and ${seen.words}.`
    : `${username} logged in, and ${app.name} is not told who that is.`;
  const fix = 'homeauth apply, and if it stays so: docker logs --tail 50 authentik';
  return [wrong(common, 'fail', { problem, fix })];
}

/** Why Caddy does not reach an app, and what there is to do: a network is joined by containers alone. */
function unreached(found: Behind): Pick<Issue, 'why' | 'fix'> {
  if (found.is === 'container') {
    const { name } = found.owner;
    return {
      why: 'It does not run, listens on another port, or is not on the network that it shares with Caddy.',
      fix: `docker ps --filter name=${name}, and if it runs: docker network connect ${proxyNetwork} ${name}`,
    };
  }
  return {
    why: 'It does not run, listens on another port, or a firewall is in between.',
    fix: 'Check that it runs there, and that no firewall blocks this server and its containers.',
  };
}

/** Can the owner log in at authentik itself? */
export function proveLogin(context: ProbeContext, { username, password }: Visitor): Promise<Finding[]> {
  const common = { id: 'login', title: `${username} can log in` };
  return visiting(context, `https://${context.config.authHost}/`, { username, password }, async (entered) => {
    if (entered instanceof Failure) return [toldBy(common, entered, username)];
    return [ok({ ...common, answer: `${entered.status} ${new URL(entered.finalUrl).pathname}` })];
  });
}

/** The rule of the app holds for its owner, too: nothing is wrong, and they will want to know. */
const outside = (username: string, group: string): Pick<Issue, 'problem' | 'fix'> => ({
  problem: `${username} is not in the group ${group} and is therefore refused.`,
  fix: `homeauth user groups ${username} --add ${/^[\w.-]+$/.test(group) ? group : `"${group}"`}`,
});

/**
 * A login that stops at the second factor has taken the password: as it should be, and as far as a password goes.
 * Everything else that stops a login is not.
 */
function toldBy(about: About, failure: Failure, username: string): Finding {
  if (failure.code !== 'second-factor-asked') return failed(about, failure);
  const title = `the password of ${username} is right`;
  return ok({ ...about, title, answer: 'the login goes on to the second factor' });
}

/** Whom the app is told of: by its own page where it shows its headers, else by the outpost that tells it. */
async function identity(
  context: ProbeContext,
  app: App,
  { body, cookies }: LoginResult,
): Promise<{ readonly name: string; readonly words: string } | undefined> {
  const shown = /^X-Authentik-Username: (.+?)\r?$/im.exec(body)?.[1];
  if (shown !== undefined) return { name: shown, words: `the app sees "${shown}"` };
  const url = `https://${app.host}/outpost.goauthentik.io/auth/caddy`;
  const answer = await sendProbe(context, { url, headers: { Cookie: cookies.reveal() } });
  const told = answer instanceof Failure ? undefined : answer.headers['x-authentik-username'];
  return told === undefined ? undefined : { name: told, words: `the app is told "${told}"` };
}
