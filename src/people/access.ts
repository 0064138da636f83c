import pMap from 'p-map';
import { isLeftAlone } from '../config/app-login.ts';
import type { App } from '../config/config.ts';
import { nearest } from '../config/nearest.ts';
import { isSpeaker } from '../config/oidc.ts';
import { oidcProvider } from '../desired/oidc.ts';
import type { Installation } from '../installation/installation.ts';
import type { Access } from '../model/access.ts';
import { Failure } from '../model/failure.ts';
import { domainApplication } from '../model/sso.ts';
import { evaluate } from './access-policy.ts';
import type { Account } from './accounts.ts';

/** @throws Failure app-unknown */
export function appNamed({ config, source }: Pick<Installation, 'config' | 'source'>, name: string): App {
  const app = config.apps.find((one) => one.name === name);
  if (app) return app;
  const names = config.apps.map((one) => one.name);
  const near = nearest(name, names);
  throw new Failure({
    code: 'app-unknown',
    problem: `${source} has no app "${name}".`,
    why: names.length === 0 ? 'It has none.' : `It has: ${names.join(', ')}.`,
    fix: near ? `Did you mean: ${near}` : 'See all apps: homeauth status',
  });
}

/**
 * What authentik would tell an app of somebody, without a login of theirs: by the scopes that the app is given.
 * @throws Failure app-without-claims, client-not-made
 */
export async function claimsFor(
  { world: { authentik } }: Pick<Installation, 'world'>,
  { pk }: Account,
  app: App,
): Promise<Readonly<Record<string, unknown>>> {
  if (!isSpeaker(app)) throw noClaims(app.name);
  const provider = (await authentik.list('providers/oauth2')).find(({ name }) => name === oidcProvider(app));
  if (!provider) throw notMade(app.name);
  const path = `providers/oauth2/${provider.pk}/preview_user`;
  const { preview } = await authentik.get<{ readonly preview: Record<string, unknown> }>(path, { for_user: pk });
  return preview;
}

const noClaims = (name: string): Failure =>
  new Failure({
    code: 'app-without-claims',
    problem: `${name} is told of people by no claims: it does not speak OpenID Connect with authentik.`,
    fix: `Leave --claims out: homeauth explain USER ${name}`,
  });

const notMade = (name: string): Failure =>
  new Failure({
    code: 'client-not-made',
    problem: `authentik has no provider for ${name} yet.`,
    why: 'It is made when homeauth.yaml is carried out.',
    fix: 'homeauth apply',
  });

/** The same for every app. */
export const accessToAll = (
  installation: Pick<Installation, 'world' | 'config'>,
  account: Account,
): Promise<readonly Access[]> =>
  pMap(installation.config.apps, (app) => accessTo(installation, account, app), { concurrency: 8 });

/** Whether somebody may open an app, by our own reading and by authentik's, side by side. */
export async function accessTo({ world }: Pick<Installation, 'world'>, account: Account, app: App): Promise<Access> {
  const { authentik } = world;
  if (isLeftAlone(app)) {
    const because = [
      `authentik has no part in ${app.name} (login: none): everybody who reaches this server gets to it.`,
    ];
    return { user: account.username, app: app.name, openPaths: [], opens: true, because, agree: true };
  }
  const who = { user: account.username, app: app.name, openPaths: app.openPaths ?? [] };
  const slug = app.mode === 'domain' ? domainApplication : app.name;
  const [applications, bindings, groups] = await Promise.all([
    authentik.list('core/applications'),
    authentik.list('policies/bindings'),
    authentik.list('core/groups'),
  ]);
  const application = applications.find((one) => one.slug === slug);
  if (!application) {
    const because = [`authentik has no application "${slug}" yet: homeauth apply makes it.`];
    return { ...who, opens: false, because, agree: true };
  }
  const ruling = evaluate({ app, account, application, bindings, groups });
  const { passing } = await authentik.get<{ readonly passing: boolean }>(`core/applications/${slug}/check_access`, {
    for_user: account.pk,
  });
  // authentik's check looks at the rules alone: it lets a disabled account pass, which then cannot log in.
  const isActive = account.is_active ?? true;
  const disabled = `The account of ${account.username} is disabled: nobody can log in with it.`;
  return {
    ...who,
    opens: isActive && passing,
    because: [
      ...(isActive ? [] : [disabled]),
      ...ruling.because,
      ...(app.oidc?.onlySso ? [passwordsOff(app.title)] : []),
    ],
    ...(ruling.passes !== undefined && { reading: ruling.passes }),
    authentik: passing,
    agree: ruling.passes === undefined || ruling.passes === passing,
  };
}

const passwordsOff = (title: string): string =>
  `The passwords that ${title} has of its own are switched off (only-sso): people get in by authentik alone.`;
