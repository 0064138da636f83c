import { asksByLdap, believesHeader, isGuarded } from '../config/app-login.ts';
import type { App } from '../config/config.ts';
import { isSpeaker } from '../config/oidc.ts';
import { Failure } from '../model/failure.ts';
import { type Finding, issueOf, ok, wrong } from '../model/finding.ts';
import { isSilence } from '../model/reason.ts';
import { notAlone, seenBy } from '../proxy/header-login.ts';
import { proveAuthHost } from './auth-host.ts';
import { proveBypass } from './bypass.ts';
import { proveCertificate } from './certificate.ts';
import { proveDiscovery } from './discovery.ts';
import { proveForgery, proveStripped } from './forgery.ts';
import { proveFromInside } from './from-inside.ts';
import { proveLdapReach } from './ldap.ts';
import { proveName } from './name.ts';
import { proveStart } from './oidc-start.ts';
import { proveOpenPaths } from './open-paths.ts';
import { proveOverHttp } from './over-http.ts';
import { proveOwnLogin } from './own-login.ts';
import { judgeOwner, type Owner, proveLogin } from './owner.ts';
import { proveSpelled } from './past-the-login.ts';
import type { ProbeContext } from './probe.ts';
import { provePublicName } from './public-name.ts';
import { outpostPatience, proveStranger } from './stranger.ts';
import { visiting } from './visit.ts';

export interface Thoroughness {
  /** With it the owner's way in is walked, too. */
  readonly owner?: Owner;
  /** How long to wait for what was just changed, in ms; 0 where nothing was. */
  readonly patience?: number;
}

/** What is asked after every change at authentik's own host. */
export async function verifyHome(context: ProbeContext, { owner, patience }: Thoroughness = {}): Promise<Finding[]> {
  const { authHost } = context.config;
  const front = await proveAuthHost(context, patience);
  const name = () => proveName(context, authHost);
  // Whatever else were asked there would come to the same.
  if (front.some(isSilent)) {
    return [...front, ...(await name())];
  }
  return [
    ...front,
    ...(owner ? await proveLogin(context, owner) : []),
    ...(await proveCertificate(context, authHost)),
    ...(await provePublicName(context, authHost)),
    ...(context.entrance.via?.afterTls ? await proveOverHttp(context, authHost) : []),
    ...(await name()),
  ];
}

/** Nobody answered at all. */
export function isSilent(found: Finding): boolean {
  const because = issueOf(found)?.because;
  return because !== undefined && isSilence(because);
}

/** What is asked of an app that Caddy does not ask authentik about. */
async function verifyUnguarded(context: ProbeContext, app: App, patience?: number): Promise<Finding[]> {
  const around = ['bypass-port', 'bypass-http'];
  return [
    ...(await proveOwnLogin(context, app, patience)),
    ...(isSpeaker(app)
      ? [
          ...(await proveDiscovery(context, app)),
          ...(await proveFromInside(context, app)),
          ...(await proveStart(context, app)),
        ]
      : []),
    ...(asksByLdap(app) ? await proveLdapReach(context, app) : []),
    ...(await proveForgery(context, app)),
    // Whoever comes by another way meets the app's own login, too.
    ...(await proveBypass(context, app)).filter(({ id }) => !around.includes(id)),
    ...(await provePublicName(context, app.host)),
    ...(await proveName(context, app.host)),
  ];
}

/** What is asked after every change of an app: as a stranger, as a forger, as its owner, and from the side. */
export async function verifyApp(
  context: ProbeContext,
  app: App,
  { owner, patience }: Thoroughness = {},
): Promise<Finding[]> {
  if (!isGuarded(app)) return verifyUnguarded(context, app, patience);
  const stranger = await proveStranger(context, app, patience ?? outpostPatience);
  const asks = stranger.every(({ status }) => status === 'ok');
  return [
    ...stranger,
    ...(owner && asks ? await asOwner(context, app, owner) : await proveForgery(context, app)),
    ...(asks ? await proveOpenPaths(context, app) : []),
    ...(asks ? await proveSpelled(context, app) : []),
    ...(await proveAlone(context, app)),
    ...(await proveBypass(context, app)),
    ...(await provePublicName(context, app.host)),
    ...(await proveName(context, app.host)),
  ];
}

const asOwner = (context: ProbeContext, app: App, owner: Owner): Promise<Finding[]> =>
  visiting(context, `https://${app.host}/`, owner, async (entered) => {
    const session = entered instanceof Failure ? undefined : entered.cookies;
    return [
      ...(await proveForgery(context, app, session)),
      ...(session ? await proveStripped(context, app, session) : []),
      ...(await judgeOwner(context, app, owner, entered)),
    ];
  });

/** Can anybody beside Caddy send an app the header that it believes? */
async function proveAlone({ world, entrance }: ProbeContext, app: App): Promise<Finding[]> {
  const { container, unasked } = entrance;
  if (!believesHeader(app) || container === undefined) return [];
  const issue = notAlone(
    app,
    await seenBy(world.docker, [app]),
    { container, own: false, ...(unasked && { unasked }) },
    { is: 'now', served: [] },
  );
  const title = `nobody but Caddy can tell ${app.name} who somebody is`;
  return [issue ? wrong({ id: issue.code, title }, 'fail', issue) : ok({ id: 'header-shared', title })];
}
