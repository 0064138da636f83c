import pMap from 'p-map';
import { asksByLdap } from '../config/app-login.ts';
import type { App } from '../config/config.ts';
import { isSpeaker, type Speaker } from '../config/oidc.ts';
import { clientsOf } from '../installation/clients.ts';
import { databaseTrouble } from '../installation/database.ts';
import type { Installation } from '../installation/installation.ts';
import { ldapOf } from '../installation/ldap.ts';
import { Failure } from '../model/failure.ts';
import { type Finding, wrong } from '../model/finding.ts';
import type { Secret } from '../model/secret.ts';
import type { Client } from '../model/sso.ts';
import { withMember, withOutsider } from '../people/outsider.ts';
import { endLeftVisits } from '../people/sessions.ts';
import { proxyOf } from '../proxy/choose.ts';
import { isEntrance, type ProxyFacts } from '../proxy/proxy.ts';
import { proveExchanged } from '../verify/client-secret.ts';
import { proveKeptOut, proveMember, proveSearch } from '../verify/ldap.ts';
import { proveClients, proveRefused } from '../verify/oidc-client.ts';
import { proveEntry } from '../verify/oidc-entry.ts';
import type { Owner } from '../verify/owner.ts';
import type { ProbeContext } from '../verify/probe.ts';
import type { Visitor } from '../verify/visit.ts';
import { checksBy } from './checks.ts';
import { proxyFor } from './run-checks.ts';

export interface Wanted {
  readonly apps: readonly App[];
  readonly password?: Secret;
  /** Something was changed a moment ago. */
  readonly fresh?: boolean;
  /** Leaves out authentik's own host: an app's proof goes through it anyway. */
  readonly appsOnly?: boolean;
}

/** Ask the login page and every app, through Caddy, as a stranger; with a password also as the owner. */
export async function verifyAll(
  installation: Installation,
  { apps, password, fresh, appsOnly }: Wanted,
): Promise<Finding[]> {
  const door = await doorOf(installation);
  if ('status' in door) return [door];
  if (password) await endLeftVisits(installation);
  const owner = password && { owner: await ownerWith(installation, password) };
  const ground = { installation, ...door, how: { ...owner, ...(!fresh && { patience: 0 }) } };
  const findings: Finding[] = [];
  for (const check of checksBy('verify')) {
    if (check.needs === 'entrance' && !appsOnly) findings.push(...(await check.run(ground, check)));
    if (check.needs !== 'app') continue;
    const ask = async (app: App) =>
      (await check.run({ ...ground, app }, check)).map((found) => ({ ...found, subject: app.name }));
    findings.push(...(await pMap(apps, ask, { concurrency: 8 })).flat());
  }
  return withCause(findings, installation);
}

/** What authentik answers at every address while its database does not serve it. */
const atALoss = ['400', '500'];

/** Where the database is behind what authentik answers, that is told once, in place of each of its answers. */
async function withCause(found: readonly Finding[], { world }: Installation): Promise<Finding[]> {
  const isLost = ({ status, answer = '' }: Finding) => status === 'fail' && atALoss.includes(answer);
  const trouble = found.some(isLost) && (await databaseTrouble(world.docker));
  if (!trouble) return [...found];
  const { code, problem, why, fix } = trouble;
  const about = { id: code, title: 'the database has connections left' };
  return [wrong(about, 'fail', { problem, fix, ...(why && { why }) }), ...found.filter((one) => !isLost(one))];
}

/** Ask every app that is kept for a group as somebody who is in none: with an account that is made for that. */
export async function verifyAsOutsider(installation: Installation): Promise<Finding[]> {
  const door = await doorOf(installation);
  // Told by the other proofs.
  if ('status' in door) return [];
  const ground = { installation, ...door, how: {} };
  const asked = checksBy('verify --as-outsider').map((check) =>
    check.needs === 'entrance' ? check.run(ground, check) : [],
  );
  return (await Promise.all(asked)).flat();
}

/** Walk the login of each app that asks authentik by itself: with accounts that are made for that, and not by the app. */
export async function verifyClients(installation: Installation, apps: readonly App[]): Promise<Finding[]> {
  const speaking = apps.filter(isSpeaker);
  const asking = apps.filter(asksByLdap);
  if (speaking.length + asking.length === 0) return [];
  const door = await doorOf(installation);
  // Told by the other proofs.
  if ('status' in door) return [];
  const { signal } = installation.runtime;
  const { scene } = door;
  const all = [...speaking, ...asking];
  const groups = [...new Set(all.flatMap(({ group }) => group ?? []))];
  const hasGroup = ({ group }: App) => group !== undefined;
  const known = await ldapOf(installation);
  const each = async (some: readonly App[], prove: (app: App) => Promise<Finding>) => {
    const found: Finding[] = [];
    // One after the other: each walks a flow of authentik's.
    for (const app of some) if (!signal.aborted) found.push(await prove(app));
    return found;
  };
  return [
    ...(await each(asking, (app) => proveSearch(scene, app, known))),
    ...(await withMember(installation, groups, async (who) => [
      ...(speaking.length > 0 ? await proveClients(scene, speaking, who, signal) : []),
      ...(await each(asking, (app) => proveMember(scene, app, who))),
    ])),
    ...(all.some(hasGroup)
      ? await withOutsider(installation, async (who) => [
          ...(speaking.some(hasGroup) ? await proveRefused(scene, speaking.filter(hasGroup), who, signal) : []),
          ...(await each(asking.filter(hasGroup), (app) => proveKeptOut(scene, app, who))),
        ])
      : []),
  ];
}

/** All the way into an app that asks authentik by itself, as the owner: the app makes its account of it. */
export async function verifyAsOwner(installation: Installation, app: Speaker, who: Visitor): Promise<Finding[]> {
  const door = await doorOf(installation);
  // Told by the other proofs.
  return 'status' in door ? [] : proveEntry(door.scene, app, who);
}

/** Whether authentik takes the client secrets of these apps, and the former ones no more. */
export async function verifyExchanged(
  installation: Installation,
  apps: readonly Speaker[],
  before: Readonly<Record<string, Client>>,
): Promise<Finding[]> {
  const door = await doorOf(installation);
  if ('status' in door) return [door];
  return (await pMap(apps, (app) => proveExchanged(door.scene, app, before[app.name]), { concurrency: 8 })).flat();
}

/** Where it is proven, or why that cannot be. */
async function doorOf(installation: Installation): Promise<{ proxy: ProxyFacts; scene: ProbeContext } | Finding> {
  const { world, config } = installation;
  const proxy = await proxyFor(installation);
  if (proxy instanceof Failure) throw proxy;
  const entrance = await proxyOf(proxy).entrance(world);
  if (!isEntrance(entrance)) return entrance;
  return { proxy, scene: { world, config, entrance, clients: await clientsOf(installation) } };
}

async function ownerWith({ world, config }: Installation, password: Secret): Promise<Owner> {
  const { username } = config.admin;
  const account = (await world.authentik.list('core/users')).find((user) => user.username === username);
  return { username, password, groups: (account?.groups_obj ?? []).map(({ name }) => name) };
}
