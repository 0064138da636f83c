import type { KnownApp } from '../catalogue/schema.ts';
import type { AppFlags } from '../cli/apps.ts';
import { asksByLdap, believesHeader } from '../config/app-login.ts';
import { writtenIn } from '../config/app-settings.ts';
import type { App } from '../config/config.ts';
import { isSpeaker, issuerOf, valuesOf } from '../config/oidc.ts';
import { claims } from '../config/site.ts';
import { wayBack } from '../desired/app-settings.ts';
import { composeLines } from '../desired/compose-override.ts';
import { ldapSecret } from '../desired/ldap.ts';
import { clientFile } from '../desired/oidc.ts';
import { clientsOf } from '../installation/clients.ts';
import type { Runtime } from '../installation/command-runtime.ts';
import type { Installation } from '../installation/installation.ts';
import { ldapOf } from '../installation/ldap.ts';
import { open } from '../installation/open.ts';
import type { AppLogin } from '../model/app-login.ts';
import { type ExitCode, exitCodes, Failure } from '../model/failure.ts';
import { headerNetwork } from '../model/networks.ts';
import type { Secret } from '../model/secret.ts';
import { appNamed } from '../people/access.ts';
import { appLogin } from '../report/app-login.ts';
import { ldapSettings, ldapTold } from './app/ldap.ts';
import { switchPasswords } from './app/only-sso.ts';
import { enteredIn, toEnter, wayOf } from './app/settings.ts';
import { screenOf } from './screen.ts';

/** `homeauth app NAME`: how people log in to an app, and what is entered there for that. */
export async function app(name: string, flags: AppFlags, runtime: Runtime): Promise<ExitCode> {
  const isLook = flags.onlySso === undefined;
  const installation = await open(flags.config, isLook ? { ...runtime, overUpgrade: true } : runtime);
  const screen = screenOf(runtime, 'app');
  const found = appNamed(installation, name);
  if (!isLook) return switchPasswords(found, flags, installation, runtime);
  const url = `https://${found.host}`;
  if (asksByLdap(found)) return byLdap(found, flags, installation, runtime);
  if (!isSpeaker(found)) {
    if (flags.showSecret) throw noSecret(name);
    const header = believesHeader(found)
      ? await headerOf(found, installation, runtime.catalogue.find(name))
      : undefined;
    const told: AppLogin = { app: name, url, login: found.login ?? 'forward-auth', ...(header && { header }) };
    return screen.result(appLogin(told, screen.paper), { ...told });
  }
  const client = (await clientsOf(installation))[name];
  const secretFile = clientFile(installation.layout, found);
  if (flags.showSecret) return showSecret(client?.secret, name, secretFile, runtime);
  const issuer = issuerOf(installation.config.authHost, name);
  const values = {
    ...valuesOf(found, installation.config.authHost),
    clientId: client?.id ?? '',
    clientSecret: hidden,
  };
  const settings = toEnter(found, runtime.catalogue.find(name), values);
  const told: AppLogin = {
    app: name,
    url,
    login: 'oidc',
    oidc: {
      issuer,
      discovery: `${issuer}.well-known/openid-configuration`,
      ...(client && { clientId: client.id }),
      secretFile,
      redirectUris: found.oidc.redirectUris.filter(({ type }) => type === 'authorization').map((one) => one.url),
      scopes: found.oidc.scopes,
      ...(settings && { settings }),
      ...composeOf(installation, found),
      ...(found.oidc.onlySso && {
        onlySso: {
          wayBack: wayBack(found, installation.layout),
          ...(found.oidc.onlySso.stillOpen && { stillOpen: found.oidc.onlySso.stillOpen }),
        },
      }),
    },
  };
  return screen.result(appLogin(told, screen.paper), { ...told });
}

function composeOf({ config, layout }: Installation, app: App): Pick<NonNullable<AppLogin['oidc']>, 'compose'> {
  const lines = composeLines(config, layout, app);
  const override = writtenIn(app)?.override;
  const beside = override && { override: override.file, ...(override.up && { up: override.up }) };
  return lines ? { compose: { ...lines, ...beside } } : {};
}

function showSecret(secret: Secret | undefined, name: string, path: string, { terminal }: Runtime): ExitCode {
  if (!terminal.interactive || terminal.json) throw noTerminal(path);
  if (!secret) throw notMade(name);
  terminal.say(secret.reveal());
  return exitCodes.fine;
}

async function byLdap(app: App, flags: AppFlags, installation: Installation, runtime: Runtime): Promise<ExitCode> {
  const { layout, config } = installation;
  const secretFile = ldapSecret(layout, app);
  if (flags.showSecret) {
    const secret = (await ldapOf(installation))[app.name]?.bindPassword;
    return showSecret(secret, app.name, secretFile, runtime);
  }
  const known = runtime.catalogue.find(app.name);
  const settings = ldapSettings(app, config, known);
  const screen = screenOf(runtime, 'app');
  const told: AppLogin = {
    ...{ app: app.name, url: `https://${app.host}`, login: 'ldap' },
    ldap: {
      ...ldapTold(app, config),
      secretFile,
      ...(known?.ldap?.plugin && { plugin: known.ldap.plugin }),
      ...(settings && { settings }),
      ...composeOf(installation, app),
    },
  };
  return screen.result(appLogin(told, screen.paper), { ...told });
}

/** What stands where the secret goes: it is told only where it was asked for. */
const hidden = '(the client secret)';

/** What an app believes of Caddy, and what is entered in it for that. */
async function headerOf(
  app: App,
  { config, world }: Installation,
  known: KnownApp | undefined,
): Promise<AppLogin['header']> {
  const block = known?.['forward-auth']['header-login'];
  const own = Object.keys(app.site?.identityHeaders ?? {});
  const name = own.length > 0 ? own.join(', ') : (block?.['user-header'] ?? claims.username);
  const way = block && wayOf(block);
  if (!block || !way) return { name };
  const { name: network } = headerNetwork(app.name);
  const [proxyCidr = `the range of the network ${network}`] = (await world.docker.network(network))?.subnets ?? [];
  const values = { ...valuesOf(app, config.authHost), proxyCidr, proxySecret: '' };
  const settings = enteredIn(way, block, values, known);
  // A secret between the two is for where others reach the app.
  return { name, settings: { ...settings, entries: settings.entries.filter(([, value]) => value !== '') } };
}

const noSecret = (name: string): Failure =>
  new Failure({
    code: 'app-without-client',
    problem: `${name} has no client secret: it asks authentik nothing by itself.`,
    fix: `For an app that speaks OpenID Connect or LDAP, write login: oidc or ldap into its entry in homeauth.yaml, then: homeauth apply`,
  });

const notMade = (name: string): Failure =>
  new Failure({
    code: 'client-not-made',
    problem: `${name} has no secret yet.`,
    why: 'It is made when homeauth.yaml is carried out.',
    fix: 'homeauth apply',
  });

const noTerminal = (path: string): Failure =>
  new Failure({
    code: 'secret-not-shown',
    problem: 'A secret is shown on a terminal alone.',
    why: 'Here it would end up in a file, a log or the memory of another program.',
    fix: `Run it at a terminal, or read the file as root: ${path}`,
  });
