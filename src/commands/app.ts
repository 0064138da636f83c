import { fill } from '../catalogue/placeholders.ts';
import type { KnownApp } from '../catalogue/schema.ts';
import type { AppFlags } from '../cli/apps.ts';
import { isSpeaker, issuerOf, type Speaker, valuesOf } from '../config/oidc.ts';
import { authoritiesFile, clientFile, needsTrust, takesVariables, variablesFile } from '../desired/oidc.ts';
import { clientsOf } from '../installation/clients.ts';
import type { Installation } from '../installation/installation.ts';
import { open } from '../installation/open.ts';
import type { Runtime } from '../installation/runtime.ts';
import type { AppLogin, AppSettings } from '../model/app-login.ts';
import { type ExitCode, exitCodes, Failure } from '../model/failure.ts';
import type { Client } from '../model/sso.ts';
import { trustedFile } from '../model/trusted-file.ts';
import { appNamed } from '../people/access.ts';
import { appLogin } from '../report/app-login.ts';
import { screenOf } from './screen.ts';

/** `homeauth app NAME`: how people log in to an app, and what is entered there for that. */
export async function app(name: string, flags: AppFlags, runtime: Runtime): Promise<ExitCode> {
  const installation = await open(flags.config, runtime);
  const screen = screenOf(runtime, 'app');
  const found = appNamed(installation, name);
  const url = `https://${found.host}`;
  if (!isSpeaker(found)) {
    if (flags.showSecret) throw noSecret(name);
    const told: AppLogin = { app: name, url, login: 'forward-auth' };
    screen.result(appLogin(told, screen.paper), { ...told }, true);
    return exitCodes.fine;
  }
  const client = (await clientsOf(installation))[name];
  const secretFile = clientFile(installation.layout, found);
  if (flags.showSecret) {
    if (!runtime.terminal.interactive || runtime.terminal.json) throw noTerminal(secretFile);
    if (!client) throw notMade(name);
    runtime.terminal.say(client.secret.reveal());
    return exitCodes.fine;
  }
  const issuer = issuerOf(installation.config.authHost, name);
  const settings = settingsOf(runtime.catalogue.find(name), found, client, installation);
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
    },
  };
  screen.result(appLogin(told, screen.paper), { ...told }, true);
  return exitCodes.fine;
}

function composeOf({ config, layout }: Installation, app: Speaker): Pick<NonNullable<AppLogin['oidc']>, 'compose'> {
  if (!takesVariables(config, app)) return {};
  const volume = needsTrust(config) && { volume: `${authoritiesFile(layout)}:${trustedFile}:ro` };
  return { compose: { envFile: variablesFile(layout, app), ...volume } };
}

/** What stands where the secret goes: it is told only where it was asked for. */
const hidden = '(the client secret)';

function settingsOf(
  known: KnownApp | undefined,
  speaker: Speaker,
  client: Client | undefined,
  { config }: Installation,
): AppSettings | undefined {
  const block = known?.oidc;
  if (!block) return undefined;
  const way = block['configured-by'];
  const notes = block['settings-notes'];
  if (way === 'env') return { way, entries: [], notes };
  const literal = [...(known.literal ?? []), 'appApiKey', 'randomSecret', 'providerId', 'strategyId'];
  const values = { ...valuesOf(speaker, config.authHost), clientId: client?.id ?? '', clientSecret: hidden };
  switch (way) {
    case 'ui':
      return {
        way,
        ...(block.ui?.page !== undefined && { place: block.ui.page }),
        entries: entriesIn(fill(block.ui?.fields ?? {}, values, literal)),
        notes,
      };
    case 'file':
      return {
        way,
        ...(block.file && { place: block.file.place }),
        entries: entriesIn(fill(block.file?.content ?? {}, values, literal)),
        notes,
      };
    case 'api':
      return {
        way,
        ...(block.api && { place: `${block.api.method} ${block.api.path}` }),
        entries: entriesIn(fill(block.api?.body ?? {}, values, literal)),
        notes,
      };
    case 'exec':
      return {
        way,
        entries: fill(block.exec?.commands ?? [], values, literal).map((line) => ['', line] as const),
        notes,
      };
  }
}

/** Each value with the way to it, levels parted by dots. */
function entriesIn(data: unknown, above = ''): (readonly [string, string])[] {
  if (typeof data !== 'object' || data === null) return [[above, String(data)]];
  if (Array.isArray(data))
    return [[above, data.map((one) => (typeof one === 'object' ? JSON.stringify(one) : one)).join(', ')]];
  return Object.entries(data).flatMap(([key, value]) => entriesIn(value, above === '' ? key : `${above}.${key}`));
}

const noSecret = (name: string): Failure =>
  new Failure({
    code: 'app-without-client',
    problem: `${name} has no client secret: authentik stands before it, and it asks authentik nothing.`,
    fix: `For an app that speaks OpenID Connect, write login: oidc into its entry in homeauth.yaml, then: homeauth apply`,
  });

const notMade = (name: string): Failure =>
  new Failure({
    code: 'client-not-made',
    problem: `${name} has no client secret yet.`,
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
