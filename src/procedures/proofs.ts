import pMap from 'p-map';
import type { App } from '../config/schema.ts';
import type { Finding } from '../model/finding.ts';
import type { Secret } from '../model/secret.ts';
import { findCaddy } from './find-caddy.ts';
import type { Installation } from './installation.ts';
import { endLeftVisits } from './people/sessions.ts';
import type { Owner } from './proof/owner.ts';
import { findEntrance, isEntrance, type Scene } from './proof/scene.ts';
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
  const { world, config } = installation;
  const ours = new Set((await installation.ledger.read()).map(({ id }) => id));
  const entrance = await findEntrance(world, await findCaddy(world, config, ours));
  if (!isEntrance(entrance)) return [entrance];
  const scene: Scene = { world, config, entrance };
  if (password) await endLeftVisits(installation);
  const owner = password && { owner: await ownerWith(installation, password) };
  const thoroughness = { ...owner, ...(!fresh && { patience: 0 }) };
  const home = appsOnly ? [] : await proveHome(scene, thoroughness);
  const each = await pMap(apps, (app) => aboutApp(scene, app, thoroughness, apps.length > 1), { concurrency: 8 });
  return [...home, ...each.flat()];
}

async function aboutApp(scene: Scene, app: App, how: Thoroughness, named: boolean): Promise<Finding[]> {
  const findings = await proveApp(scene, app, how);
  return findings.map((found) => ({
    ...found,
    subject: app.name,
    title: named ? `${app.name}: ${found.title}` : found.title,
  }));
}

async function ownerWith({ world, config }: Installation, password: Secret): Promise<Owner> {
  const { username } = config.admin;
  const account = (await world.authentik.list('core/users')).find((user) => user.username === username);
  return { username, password, groups: (account?.groups_obj ?? []).map(({ name }) => name) };
}
