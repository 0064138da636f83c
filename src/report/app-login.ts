import type { AppLogin, AppSettings, ComposeLines } from '../model/app-login.ts';
import { paragraph } from './layout.ts';
import type { Style } from './style.ts';

/** `homeauth app NAME`: a page of what to enter. */
export function appLogin({ app, url, login, oidc, header, ldap }: AppLogin, style: Style): string {
  if (ldap) return byLdap(app, url, ldap, style);
  if (header) return byHeader(app, url, header, style);
  if (!oidc) {
    const says =
      login === 'none'
        ? `Caddy serves ${app} (${url}) to everybody, and authentik has no part in it: its own login counts, if it has one.`
        : `authentik stands before ${app} (${url}): nobody gets there who is not logged in, and nothing is entered in it.`;
    return paragraph(style.text(says), style.room).join('\n');
  }
  const { issuer, discovery, clientId, secretFile, redirectUris, scopes, settings, compose, onlySso } = oidc;
  const facts: readonly (readonly [string, string])[] = [
    ['Issuer', issuer],
    ['Discovery', discovery],
    ['Client ID', clientId ?? 'not made yet: homeauth apply'],
    ['Client secret', `homeauth app ${app} --show-secret`],
    ['', `kept in ${secretFile}`],
    ...redirectUris.map((uri, n) => [n === 0 ? 'Redirect URI' : '', uri] as const),
    ['Scopes', scopes.join(' ')],
  ];
  return [
    ...paragraph(
      style.text(`${app} (${url}) asks for the login by itself, and authentik answers it by OpenID Connect.`),
      style.room,
    ),
    '',
    ...table(facts, style),
    ...(settings ? ['', ...entered(app, settings, style)] : ['', ...unknown(app, style)]),
    ...(compose ? ['', ...composed(app, compose, style)] : []),
    ...(onlySso ? ['', ...passwordsOff(app, onlySso, style)] : []),
  ].join('\n');
}

/** That an app's own passwords are off, and the ways back: with homeauth, and without. */
export function passwordsOff(
  app: string,
  { wayBack, stillOpen }: NonNullable<NonNullable<AppLogin['oidc']>['onlySso']>,
  style: Style,
): string[] {
  const said = (text: string) => paragraph(style.text(text), style.room);
  return [
    ...said(`homeauth keeps the passwords that ${app} has of its own switched off: people get in by authentik alone.`),
    ...(stillOpen === undefined ? [] : said(`What stays: ${stillOpen}`)),
    '',
    ...said(`Switch them on again: homeauth app ${app} --no-only-sso`),
    ...said(`Without homeauth: ${wayBack}`),
  ];
}

function byLdap(app: string, url: string, ldap: NonNullable<AppLogin['ldap']>, style: Style): string {
  const said = (text: string) => paragraph(style.text(text), style.room);
  const { host, port, lan, network, bindDn, secretFile, userFilter, plugin, settings, compose } = ldap;
  const facts: readonly (readonly [string, string])[] = [
    ['Server', `${host}, port ${port}, without TLS inside of Docker`],
    ...(lan === undefined
      ? []
      : [['From your network', `ldaps://${lan}, with a certificate that it made itself`] as const]),
    ['Base DN', ldap.baseDn],
    ['Bind DN', bindDn],
    ['Bind password', `homeauth app ${app} --show-secret`],
    ['', `kept in ${secretFile}`],
    ['User filter', userFilter],
    ['User name', 'cn'],
  ];
  return [
    ...said(
      `${app} (${url}) asks for name and password by itself, and authentik checks them by LDAP. There is no second factor at this app.`,
    ),
    '',
    ...table(facts, style),
    '',
    ...said(
      `The container of ${app} has to be on the network ${network}. In its compose file: "${network}" below its networks, and at the end`,
    ),
    style.text(`    networks: { ${network}: { external: true } }`),
    ...(plugin === undefined ? [] : ['', ...said(`First install in ${app}: ${plugin}`)]),
    ...(settings ? ['', ...entered(app, settings, style)] : []),
    ...(compose ? ['', ...composed(app, compose, style)] : []),
  ].join('\n');
}

function byHeader(app: string, url: string, { name, settings }: NonNullable<AppLogin['header']>, style: Style): string {
  const said = (text: string) => paragraph(style.text(text), style.room);
  return [
    ...said(
      `Nobody gets to ${app} (${url}) who is not logged in to authentik, and ${app} believes what Caddy tells it of them: ${name}.`,
    ),
    '',
    ...(settings
      ? entered(app, settings, style)
      : said(`Enter that name where ${app} has its settings for a reverse proxy's login, and restart it.`)),
  ].join('\n');
}

const table = (rows: readonly (readonly [string, string])[], style: Style): string[] => {
  const wide = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => style.text(`  ${name.padEnd(wide)}  ${value}`));
};

const unknown = (app: string, style: Style): string[] =>
  paragraph(
    style.text(`Enter these where ${app} has its settings for OpenID Connect (or OAuth2, or SSO), and restart it.`),
    style.room,
  );

function composed(app: string, { envFile, volume, override, up }: ComposeLines, style: Style): string[] {
  const said = (text: string) => paragraph(style.text(text), style.room);
  const why = volume === undefined ? '' : " The second has Caddy's own authority in it, which the app has to trust.";
  if (override !== undefined)
    return said(
      up
        ? `${override} has the lines for its compose file, and homeauth makes the container anew (docker compose up -d) whenever they or the variables change.`
        : `${override} has the lines for its compose file. They count once the container is made anew, in that folder: docker compose up -d`,
    );
  return [
    ...said(`This goes below ${app} in its own compose file:`),
    '',
    style.text('    env_file:'),
    style.text(`      - ${envFile}`),
    ...(volume === undefined ? [] : [style.text('    volumes:'), style.text(`      - ${volume}`)]),
    '',
    ...said(`Only root can read the first file.${why} Then make the container anew: docker compose up -d`),
  ];
}

function entered(app: string, { way, place, entries, notes }: AppSettings, style: Style): string[] {
  const said = (text: string) => paragraph(style.text(text), style.room);
  const rest = notes.flatMap((note) => said(`Note: ${note}`));
  if (entries.length === 0 && way !== 'ui') {
    const ours =
      way === 'env'
        ? 'takes its settings as variables, and homeauth has written them'
        : 'has its settings from homeauth';
    return [...said(`${app} ${ours}.`), ...rest];
  }
  switch (way) {
    case 'env':
      return [
        ...said(`Variables for the container of ${app}, in its compose file:`),
        ...table(entries, style),
        ...rest,
      ];
    case 'ui':
      return [
        ...said(place === undefined ? `Enter in ${app}:` : `Enter in ${app}, under ${place}:`),
        ...table(entries, style),
        ...rest,
      ];
    case 'file':
      return [...said(`Write into ${place}, beside what is there:`), ...table(entries, style), ...rest];
    case 'api':
      return [
        ...said(`In the settings of ${app}; its HTTP API takes them, too (${place}):`),
        ...table(entries, style),
        ...rest,
      ];
    case 'exec':
      return [
        ...said(`Run in the container of ${app}:`),
        ...entries.map(([, line]) => style.text(`  ${line}`)),
        ...rest,
      ];
  }
}
