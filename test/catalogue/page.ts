import { placeholders } from '../../src/catalogue/placeholders.ts';
import type { KnownApp } from '../../src/catalogue/schema.ts';
import { loginWords } from '../../src/report/known-app.ts';
import { catalogue } from '../fakes/catalogue.ts';

const confidence = { docs: '', 'seen-in-issue': ' (reported)', guess: ' (a guess)' } as const;

/** The part of docs/apps.md that is made from the catalogue: the apps by category, then the placeholders. */
export function appsPage(): string {
  const apps = catalogue.all();
  const categories = [...new Set(apps.map(({ category }) => category))].sort();
  return [
    `${apps.length} apps. homeauth sets up Caddy and authentik for all of these ways; what has to be entered in an app, homeauth app NAME shows.`,
    '',
    ...categories.flatMap((category) => [
      `## ${titled(category)}`,
      '',
      ...table(
        ['app', 'logs in by', 'why', 'known to go wrong'],
        apps.filter((app) => app.category === category).map(row),
      ),
      '',
    ]),
    '## Placeholders of a file',
    '',
    ...table(
      ['in the file', 'becomes'],
      Object.entries(placeholders).map(([name, meaning]) => [`\`{${name}}\``, meaning]),
    ),
  ].join('\n');
}

function row(app: KnownApp): string[] {
  const { name, title, login } = app;
  return [
    `${title} \`${name}\``,
    `${loginWords[login.use]}${confidence[app.confidence]}`,
    login.reason,
    app['forward-auth']['known-problems'].join(' '),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

const titled = (slug: string): string =>
  slug.length === 2 ? slug.toUpperCase() : (slug[0] ?? '').toUpperCase() + slug.slice(1).replaceAll('-', ' ');
