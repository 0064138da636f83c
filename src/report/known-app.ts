import { stringify } from 'yaml';
import type { KnownApp } from '../catalogue/schema.ts';
import type { Login } from '../model/app-login.ts';
import { below, wrap } from './layout.ts';
import type { Style } from './style.ts';
import { pairs, table } from './table.ts';
import { width } from './text.ts';

/** How people call the ways into an app. */
export const loginWords: Readonly<Record<Login, string>> = {
  'forward-auth': 'forward auth',
  oidc: 'OpenID Connect',
  ldap: 'LDAP',
  header: 'a header',
  none: 'left alone',
};

const sureness: Readonly<Record<KnownApp['confidence'], readonly [word: string, sentence: string]>> = {
  docs: ['documented', 'documentation or source says so'],
  'seen-in-issue': ['reported', 'from bug reports and what others run'],
  guess: ['a guess', 'nobody has confirmed it'],
};

/** `homeauth apps [WORD]` in words: a line an app. */
export function knownApps(apps: readonly KnownApp[], style: Style): string {
  const words = apps.map(({ name, login, confidence }) => [name, loginWords[login.use], sureness[confidence][0]]);
  const taken = [0, 1, 2].map((column) => Math.max(...words.map((row) => width(row[column] ?? '')), 10) + 2);
  const room = Math.max(10, style.room - taken.reduce((sum, one) => sum + one, 0));
  const rows = apps.map(({ title }, at) => [...(words[at] ?? []), style.cut(title, room)]);
  const categories = [...new Set(apps.map(({ category }) => category))].sort();
  return [
    table(['App', 'Logs in by', 'That is', 'Title'], rows, style),
    '',
    ...wrap(style.text(`${apps.length} ${apps.length === 1 ? 'app' : 'apps'}: ${categories.join(', ')}`), style.room),
    style.text('More about one: homeauth apps NAME'),
  ].join('\n');
}

/** `homeauth apps NAME` in words: how it logs in and why, what is written where, and what is known to go wrong. */
export function knownAppDetails(app: KnownApp, style: Style): string {
  const { title, category, image, port, scheme, start, login, confidence } = app;
  const forward = app['forward-auth'];
  const where = `${image ?? 'no container'}, port ${port}${scheme === 'https' ? ' (https)' : ''}`;
  return [
    style.colour.bold(style.text(title)),
    pairs(
      [
        ['name', app.name],
        ['category', category],
        ['comes as', start ? `${where}; homeauth starts it by itself` : where],
        ['logs in by', loginWords[login.use]],
        ['because', login.reason],
        ...login.alternatives.map((one) => ['or', one] as const),
        ['that is', `${sureness[confidence][0]}: ${sureness[confidence][1]}`],
      ],
      style,
    ),
    ...section('Known to go wrong', forward['known-problems']),
    ...section(
      'Paths that other programs use without a login. They are open when you write them into open-paths, not before',
      openPaths(forward['open-paths']),
    ),
    ...section('What is written with OpenID Connect', app.oidc && [...inAuthentik(app.oidc), ...inTheApp(app.oidc)]),
    ...section('What is written with LDAP', app.ldap && inTheApp(app.ldap)),
    ...section('What is written with a header', forward['header-login'] && headerLogin(forward['header-login'])),
    ...section('What forward auth wants of the app', settingsOf(forward)),
    ...section('Good to know', app.notes),
    ...section('In doubt, from memory', app.doubts),
    ...section('Read in', app.sources),
    '',
    style.text(`Next: homeauth add-app ${app.name}`),
  ].join('\n');

  function section(heading: string, lines: readonly string[] | undefined): string[] {
    if (lines === undefined || lines.length === 0) return [];
    const body = lines.flatMap((line) => item(line, style));
    return ['', ...wrap(style.text(`${heading}:`), style.room), ...body];
  }
}

/** What is known to go wrong with an app behind the login; nothing where nothing is. */
export function warnings({ name, title, 'forward-auth': forward }: KnownApp, style: Style): string {
  const open = `Other programs use paths of it without a login; they stay closed unless you open them: homeauth apps ${name}`;
  const known = [...forward['known-problems'], ...(forward['open-paths'].length > 0 ? [open] : [])];
  if (known.length === 0) return '';
  return [...wrap(style.text(`Known of ${title}:`), style.room), ...known.flatMap((one) => item(one, style))].join(
    '\n',
  );
}

/** What forward auth means for an app that should log in another way. */
export function behindForwardAuth(app: KnownApp, style: Style): string {
  const general =
    'Forward auth stands before the whole site: browsers get through it, and phone apps and other programs do not. The app goes on asking for its own login.';
  return [...wrap(style.text(general), style.room), warnings(app, style)].filter(Boolean).join('\n');
}

/** A sentence with a dot before it; what has lines of its own stays as it is laid out. */
function item(text: string, style: Style): string[] {
  if (text.includes('\n')) return below(style.quote(text).trimEnd().split('\n'), 4);
  const [first = '', ...more] = wrap(style.text(text), style.room - 4);
  return [`  ${style.text('·')} ${first}`, ...below(more, 4)];
}

/** A line a reason. */
function openPaths(paths: KnownApp['forward-auth']['open-paths']): string[] {
  const reasons = [...new Set(paths.map(({ reason }) => reason))];
  const of = (reason: string) => paths.filter((one) => one.reason === reason).map(({ path }) => path);
  return reasons.map((reason) => `${of(reason).join(', ')}: ${reason}`);
}

type Oidc = NonNullable<KnownApp['oidc']>;
type Header = NonNullable<KnownApp['forward-auth']['header-login']>;
type Settings = Pick<Oidc, 'env' | 'file' | 'api' | 'exec' | 'ui' | 'settings-notes'>;
type Account = Pick<Oidc, 'admin-mapping' | 'auto-register' | 'disable-local-login'> & Partial<Pick<Oidc, 'only-sso'>>;

function inAuthentik(oidc: Oidc): string[] {
  const uris = oidc['redirect-uris'].map(({ url, 'matching-mode': mode }) =>
    mode === 'regex' ? `${url} (regex)` : url,
  );
  const extra = oidc['extra-mappings'];
  const mappings = extra.length > 0 ? `; scope mappings of homeauth's own: ${extra.join(', ')}` : '';
  return [
    `authentik: a ${oidc.client} client with the redirect URIs ${uris.join(', ')}`,
    `authentik: the scopes ${oidc.scopes.join(', ')}${mappings}`,
    ...oidc['second-clients'].map((client) => `authentik: a further client for ${client.for}: ${client['client-id']}`),
  ];
}

function inTheApp(block: Settings & Account): string[] {
  return [
    ...settingsOf(block),
    ...(block['auto-register'] ? [`Accounts at the first login: ${block['auto-register']}`] : []),
    ...(block['admin-mapping'] ? [`Administrators: ${block['admin-mapping']}`] : []),
    ...(block['only-sso'] ? passwords(block['only-sso']) : []),
    ...(block['disable-local-login'] ? [`Passwords of its own switched off: ${block['disable-local-login']}`] : []),
  ];
}

/** What `homeauth app NAME --only-sso` sets. */
function passwords({ env, file, api, exec, 'still-open': open }: NonNullable<Oidc['only-sso']>): string[] {
  const set = env ? typed(env, '=') : exec ? exec.map((one) => one.set).join('\n') : stringify(file ?? api);
  return [
    'Passwords of its own switched off (homeauth app NAME --only-sso)',
    `${set.trimEnd()}\n`,
    ...(open === undefined ? [] : [`What stays then: ${open}`]),
  ];
}

function headerLogin(header: Header): string[] {
  return [
    `The app believes ${header['user-header'] ?? header['email-header']}. It checks: ${header['trusted-from']}`,
    ...settingsOf(header),
  ];
}

/** What is written in the app, a heading and its lines as they are typed there. */
function settingsOf({ env, file, api, exec, ui, 'settings-notes': notes }: Settings): string[] {
  const block = (heading: string, lines: string) => [heading, `${lines.trimEnd()}\n`];
  return [
    ...(env ? block("The app's environment", typed(env, '=')) : []),
    ...(file ? block(`The app's file ${file.place} (${file.format})`, stringify(file.content)) : []),
    ...(api
      ? block(`The app's API, ${api.method} ${api.path}${api.key ? `, with ${api.key.is}` : ''}`, stringify(api.body))
      : []),
    ...(exec
      ? block(
          `In the app's container${exec.user ? ` as ${exec.user}` : ''}`,
          [typed(exec.variables, '='), ...exec.commands.map((one) => (typeof one === 'string' ? one : one.set))]
            .filter((line) => line !== '')
            .join('\n'),
        )
      : []),
    ...(ui ? page(ui, block) : []),
    ...notes,
  ];
}

function page({ page, fields }: NonNullable<Settings['ui']>, block: (heading: string, lines: string) => string[]) {
  const where = `By hand in the app${page ? `: ${page}` : ''}`;
  return Object.keys(fields).length === 0 ? [where] : block(where, typed(fields, ': '));
}

const typed = (values: Readonly<Record<string, string>>, between: string): string =>
  Object.entries(values)
    .map(([name, value]) => name + between + value)
    .join('\n');
