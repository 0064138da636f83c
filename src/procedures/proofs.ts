import pMap from 'p-map';
import type { App } from '../config/schema.ts';
import { type Finding, skip, unseen } from '../model/finding.ts';
import type { Secret } from '../model/secret.ts';
import { findProxy, proxyOf } from '../proxy/choose.ts';
import { isEntrance } from '../proxy/proxy.ts';
import type { Installation } from './installation.ts';
import { withOutsider } from './people/outsider.ts';
import { endLeftVisits } from './people/sessions.ts';
import { outsiders, proveOutsider } from './proof/outsider.ts';
import type { Owner } from './proof/owner.ts';
import type { Scene } from './proof/scene.ts';
import { proveApp, proveHome, type Thoroughness } from './proof.ts';

export interface Wanted {
  readonly apps: readonly App[];
  readonly password?: Secret;
  /** Something was changed a moment ago. */
  readonly fresh?: boolean;
  /** Leaves out authentik's own host: an app's proof goes through it anyway. */
  readonly appsOnly?: boolean;
}

/** Ask the login page and every app, through Caddy, as a stranger; with a password also as the owner. */
export async function proofs(
  installation: Installation,
  { apps, password, fresh, appsOnly }: Wanted,
): Promise<Finding[]> {
  const scene = await sceneOf(installation);
  if ('status' in scene) return [scene];
  if (password) await endLeftVisits(installation);
  const owner = password && { owner: await ownerWith(installation, password) };
  const thoroughness = { ...owner, ...(!fresh && { patience: 0 }) };
  const home = appsOnly ? [] : await proveHome(scene, thoroughness);
  const each = await pMap(apps, (app) => aboutApp(scene, app, thoroughness), { concurrency: 8 });
  return [...home, ...each.flat()];
}

/** Ask every app that is kept for a group as somebody who is in none: with an account that is made for that. */
export async function outsiderProofs(installation: Installation): Promise<Finding[]> {
  const apps = installation.config.apps.filter(({ group, mode }) => group !== undefined && mode === 'app');
  if (apps.length === 0) return [skip({ id: 'outsider', title: outsiders }, unseen('No app has a group.'))];
  const scene = await sceneOf(installation);
  // Told by the other proofs.
  if ('status' in scene) return [];
  const { signal } = installation.surroundings;
  return withOutsider(installation, (who) => proveOutsider(scene, apps, who, signal));
}

/** Where it is proven, or why that cannot be. */
async function sceneOf({ world, config, ledger }: Installation): Promise<Scene | Finding> {
  const ours = new Set((await ledger.read()).map(({ id }) => id));
  const entrance = await proxyOf(await findProxy(world, config, ours)).entrance(world);
  return isEntrance(entrance) ? { world, config, entrance } : entrance;
}

async function aboutApp(scene: Scene, app: App, how: Thoroughness): Promise<Finding[]> {
  const findings = await proveApp(scene, app, how);
  return findings.map((found) => ({ ...found, subject: app.name }));
}

async function ownerWith({ world, config }: Installation, password: Secret): Promise<Owner> {
  const { username } = config.admin;
  const account = (await world.authentik.list('core/users')).find((user) => user.username === username);
  return { username, password, groups: (account?.groups_obj ?? []).map(({ name }) => name) };
}
