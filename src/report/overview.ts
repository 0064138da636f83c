import { causeOf } from '../model/failure.ts';
import { type Finding, issueOf } from '../model/finding.ts';
import type { Exposed, Figures, Overview } from '../model/overview.ts';
import { type Shown, textOf } from '../model/shown.ts';
import { bytes } from './backups.ts';
import { findingsData } from './findings.ts';
import { grouped } from './grouped.ts';
import { prose } from './layout.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';
import { minute } from './time.ts';

/** A part of the report: sentences, and a table below them. */
export interface Section {
  readonly title: string;
  readonly notes: readonly string[];
  readonly head: readonly string[];
  readonly rows: readonly (readonly Shown[])[];
}

/** `homeauth report` in words. */
export function overviewText(overview: Overview, style: Style): string {
  const parts = sectionsOf(overview).map(({ title, notes, head, rows }) =>
    [
      style.colour.bold(style.text(title)),
      ...notes.map((note) => prose(note, style)),
      ...(rows.length > 0 ? [table(head, rows, style)] : []),
    ].join('\n'),
  );
  return [style.text(headline(overview)), ...parts].join('\n\n');
}

/** The same for a script. */
export const overviewData = ({ findings, ...rest }: Overview) => ({ ...rest, ...findingsData(findings) });

export const headline = ({ host, domain, made }: Overview): string => `${domain} on ${host}, ${minute(made)}`;

const doors: Readonly<Record<Exposed['login'], string>> = {
  'forward-auth': 'the proxy asks authentik before each request',
  header: 'the proxy asks authentik, and the app believes its header',
  oidc: 'the app asks authentik (OpenID Connect)',
  ldap: 'the app asks authentik (LDAP)',
  none: 'none of authentik: whoever reaches this server gets to the app',
};

/** What is told, part by part, in words and on the page alike. */
export function sectionsOf(overview: Overview): readonly Section[] {
  return [problems(overview), exposed(overview), access(overview), proofs(overview), copies(overview)].concat([
    certificates(overview),
    support(overview),
    overTime(overview),
  ]);
}

function problems({ findings }: Overview): Section {
  const bad = findings.flatMap((found) => issueOf(found) ?? []);
  const passed = findings.filter(({ status }) => status === 'ok').length;
  const skipped = findings.filter(({ status }) => status === 'skip').length;
  const left = skipped > 0 ? ` ${skipped} could not be made.` : '';
  return {
    title: bad.length === 0 ? 'No problems' : bad.length === 1 ? '1 problem' : `${bad.length} problems`,
    notes: [`${passed} of ${findings.length} checks passed.${left} More: homeauth doctor`],
    head: ['Problem', 'What to do'],
    rows: bad.map((issue) => [causeOf(issue), issue.fix]),
  };
}

function exposed({ login, apps, way: { proxy, tls, tlsFrom, listen } }: Overview): Section {
  const lan = apps.flatMap(({ name, ldapListen }) =>
    ldapListen ? [`The LDAP server of ${name} listens at ${ldapListen}.`] : [],
  );
  return {
    title: 'What is exposed, and behind which login',
    notes: [
      `Proxy: ${proxy}. Certificates: ${tls}${tlsFrom.length > 0 ? `, TLS ends at ${tlsFrom.join(', ')}` : ''}.`,
      ...(listen ? [`authentik listens at ${listen} for the proxy.`] : []),
      ...lan,
    ],
    head: ['App', 'Address', 'Login', 'Who', 'Without a login', 'Served from'],
    rows: [
      ['Login page', login, 'authentik itself', 'everybody', '-', 'authentik'],
      ...apps.map((app) => [
        app.title,
        app.url,
        doors[app.login],
        who(app),
        app.openPaths.join(', ') || '-',
        app.upstream ?? '-',
      ]),
    ],
  };
}

function who({ login, group }: Exposed): string {
  if (login === 'none') return 'everybody';
  return group === undefined ? 'everybody with an account' : `members of ${group}`;
}

function access({ people, apps }: Overview): Section {
  const head = ['Person', ...apps.map(({ title }) => title)];
  if (!people) return { title: 'Who may open what', notes: ['authentik could not be asked.'], head, rows: [] };
  const mark = (admin: boolean, active: boolean) => `${admin ? ' (administrator)' : ''}${active ? '' : ' (disabled)'}`;
  const rows = people.map((one) => [
    `${one.username}${mark(one.admin, one.active)}`,
    ...apps.map(({ name }) => (one.apps.includes(name) ? 'yes' : 'no')),
  ]);
  return { title: 'Who may open what', notes: [], head, rows };
}

const results: Readonly<Record<Finding['status'], string>> = {
  ok: 'passed',
  fail: 'failed',
  warn: 'warning',
  skip: 'not made',
};

/** Those that asked the login page as a visitor would. */
const asked = ['auth-host', 'certificate', 'https-seen'];

function proofs({ findings }: Overview): Section {
  const login = findings.filter(({ id, subject }) => subject === undefined && asked.includes(id));
  const ofApps = grouped(
    findings.filter(({ subject }) => subject !== undefined),
    ({ subject = '' }) => subject,
  );
  const rows = [['login page', login] as const, ...ofApps].map(([name, all]) => {
    const others = all.filter(({ status }) => status !== 'ok');
    const left = others.map(({ title, status }) => `${textOf(title)}: ${results[status]}`);
    return [name, `${all.length - others.length} of ${all.length}`, left.length > 0 ? left : '-'];
  });
  return { title: 'Proofs of just now', notes: [], head: ['App', 'Passed', 'Not passed'], rows };
}

function copies({ copies: { place, count, newest, drill } }: Overview): Section {
  return {
    title: 'Copies and drill',
    notes: [],
    head: ['What', 'State'],
    rows: [
      ['Copies', `${count} in ${place}`],
      [
        'Newest',
        newest
          ? `${minute(newest.made)}, ${bytes(newest.size)}, ${newest.encrypted ? 'encrypted' : 'not encrypted'}`
          : 'none',
      ],
      [
        'Last drill',
        drill
          ? `${minute(drill.made)}, of ${drill.copy}: ${drill.failed ? `failed (${drill.failed})` : 'passed'}`
          : 'none',
      ],
    ],
  };
}

function certificates({ certificates: all }: Overview): Section {
  const rows = all
    .toSorted((a, b) => a.until - b.until)
    .map(({ host, until }) => [host, minute(new Date(until).toISOString())]);
  const notes = rows.length === 0 ? ['No certificate was seen.'] : [];
  return { title: 'Certificates', notes, head: ['Host', 'Ends'], rows };
}

/** What says how long releases get fixes. */
const supported = [
  'release-unsafe',
  'postgres-unsupported',
  'caddy-version',
  'outpost-outdated',
  'history-differs',
  'signing-certificate',
];

function support({ findings, release }: Overview): Section {
  const rows = findings
    .filter(({ id }) => supported.includes(id))
    .map((found) => [textOf(issueOf(found)?.problem ?? found.title), results[found.status]]);
  return { title: 'Releases and support', notes: [`authentik ${release}`], head: ['What', 'Result'], rows };
}

/** Days that are listed; the page draws all. */
const recent = 14;

function overTime({ figures }: Overview): Section {
  const size = (count: number | undefined) => (count === undefined ? '-' : bytes(count));
  return {
    title: 'Over time',
    notes: figures.length < 2 ? ['The timer of doctor keeps these figures every day: homeauth schedule'] : [],
    head: ['When', 'Connections', 'Database', 'Copies', 'Free on the disk'],
    rows: figures
      .slice(-recent)
      .toReversed()
      .map(({ at, connections, allowed, database, copies: kept, free }) => [
        minute(at),
        connections === undefined ? '-' : `${connections} of ${allowed ?? '?'}`,
        ...[database, kept, free].map(size),
      ]),
  };
}

/** A line over time. */
export interface Line {
  readonly label: string;
  /** From 0,0 to 300,60: points of SVG. */
  readonly points: string;
}

/** What can be drawn: of each figure that was taken twice or more. */
export function linesOver({ figures }: Overview): readonly Line[] {
  const drawn = (label: string, of: (one: Figures) => number | undefined, say: (value: number) => string): Line[] => {
    const values = figures.flatMap((one) => of(one) ?? []);
    const [most, last] = [Math.max(...values), values.at(-1)];
    if (values.length < 2 || last === undefined) return [];
    const x = (n: number) => ((n * 300) / (values.length - 1)).toFixed(1);
    const y = (value: number) => (58 - (most > 0 ? (value / most) * 56 : 0)).toFixed(1);
    const points = values.map((value, n) => `${x(n)},${y(value)}`).join(' ');
    return [{ label: `${label}: ${say(last)} now, ${say(most)} at most`, points }];
  };
  return [
    ...drawn('Connections to the database', ({ connections }) => connections, String),
    ...drawn('Size of the database', ({ database }) => database, bytes),
    ...drawn('Size of all copies', ({ copies: kept }) => kept, bytes),
    ...drawn('Free on the disk', ({ free }) => free, bytes),
  ];
}
