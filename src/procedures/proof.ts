import type { App } from '../config/schema.ts';
import { Failure } from '../model/failure.ts';
import { type Finding, issueOf } from '../model/finding.ts';
import { isSilence } from '../model/reason.ts';
import { proveAuthHost } from './proof/auth-host.ts';
import { proveBypass } from './proof/bypass.ts';
import { proveCertificate } from './proof/certificate.ts';
import { proveForgery } from './proof/forgery.ts';
import { proveName } from './proof/name.ts';
import { proveOpenPaths } from './proof/open-paths.ts';
import { judgeOwner, type Owner, proveLogin } from './proof/owner.ts';
import type { Scene } from './proof/scene.ts';
import { proveSpelled } from './proof/spelled.ts';
import { outpostPatience, proveStranger } from './proof/stranger.ts';
import { proveStripped } from './proof/stripped.ts';
import { visiting } from './proof/visit.ts';

export interface Thoroughness {
  /** With it the owner's way in is walked, too. */
  readonly owner?: Owner;
  /** How long to wait for what was just changed, in ms; 0 where nothing was. */
  readonly patience?: number;
}

/** What is asked after every change at authentik's own host. */
export async function proveHome(scene: Scene, { owner, patience }: Thoroughness = {}): Promise<Finding[]> {
  const { authHost } = scene.config;
  const front = await proveAuthHost(scene, patience);
  const name = () => proveName(scene, authHost);
  // Whatever else were asked there would come to the same.
  if (front.some(isSilent)) {
    return [...front, ...(await name())];
  }
  return [
    ...front,
    ...(owner ? await proveLogin(scene, owner) : []),
    ...(await proveCertificate(scene, authHost)),
    ...(await name()),
  ];
}

/** Nobody answered at all. */
export function isSilent(found: Finding): boolean {
  const because = issueOf(found)?.because;
  return because !== undefined && isSilence(because);
}

/** What is asked after every change of an app: as a stranger, as a forger, as its owner, and from the side. */
export async function proveApp(scene: Scene, app: App, { owner, patience }: Thoroughness = {}): Promise<Finding[]> {
  const stranger = await proveStranger(scene, app, patience ?? outpostPatience);
  const isGuarded = stranger.every(({ status }) => status === 'ok');
  return [
    ...stranger,
    ...(owner && isGuarded ? await asOwner(scene, app, owner) : await proveForgery(scene, app)),
    ...(isGuarded ? await proveOpenPaths(scene, app) : []),
    ...(isGuarded ? await proveSpelled(scene, app) : []),
    ...(await proveBypass(scene, app)),
    ...(await proveName(scene, app.host)),
  ];
}

const asOwner = (scene: Scene, app: App, owner: Owner): Promise<Finding[]> =>
  visiting(scene, `https://${app.host}/`, owner, async (entered) => {
    const session = entered instanceof Failure ? undefined : entered.cookies;
    return [
      ...(await proveForgery(scene, app, session)),
      ...(session ? await proveStripped(scene, app, session) : []),
      ...(await judgeOwner(scene, app, owner, entered)),
    ];
  });
