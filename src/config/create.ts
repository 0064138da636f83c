import { Document, isScalar, type YAMLMap } from 'yaml';
import { type ConfigDraft, fileSchema } from './homeauth-yaml.ts';
import { parseConfig } from './parse.ts';
import type { Answers, Hints, QuestionId } from './questions.ts';
import { tlsEndsIn } from './tls-end.ts';

/** Where the schema for editors lies, seen from homeauth.yaml. */
const schemaPath = '.homeauth/homeauth.schema.json';

const comments: Readonly<Record<string, string>> = {
  domain: ' Your apps are names below this one.',
  'base-dir': ' Everything is kept in the directory "authentik" below it.',
  admin: ' The first account, in authentik Admins. Its password is not kept here.',
  authentik:
    ' Its release, and whether a page asks before an app learns who somebody is: consent explicit or implicit.',
  policies: ' Who has to have a second factor: off, admins or everyone.',
  apps: ' homeauth add-app and remove-app edit this list; comments stay.',
};

/**
 * The text of a new homeauth.yaml: the essential keys, what differs from a default, and a few comments.
 * @throws Failure `config-invalid` where the draft would not be accepted.
 */
export function createConfig(draft: ConfigDraft, path = 'homeauth.yaml'): string {
  const document = new Document(ordered(draft));
  const root = document.contents as YAMLMap;
  root.items.forEach(({ key }, index) => {
    const comment = isScalar(key) ? comments[String(key.value)] : undefined;
    if (comment === undefined || !isScalar(key)) return;
    key.commentBefore = comment;
    key.spaceBefore = index > 0;
  });
  const header = [
    `# yaml-language-server: $schema=${schemaPath}`,
    '# What homeauth should make of this server. After a change: homeauth apply',
  ];
  const text = `${header.join('\n')}\n\n${document.toString({ lineWidth: 0 })}`;
  parseConfig(text, path);
  return text;
}

/** The draft in the schema's order, without what is the default anyway; `apps` stays to be seen. */
function ordered(draft: ConfigDraft): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(fileSchema.shape)) {
    const value = draft[key as keyof ConfigDraft] ?? (key === 'apps' ? [] : undefined);
    const fallback = schema.safeParse(undefined);
    if (value === undefined || (key !== 'apps' && fallback.success && fallback.data === value)) continue;
    out[key] = value;
  }
  return out;
}

/** The file that answers stand for. Answers that were left out fall to the schema, which may refuse. */
export function draftFrom(answers: Answers, hints: Pick<Hints, 'lanAddress'> = {}): ConfigDraft {
  const text = (id: QuestionId): string | undefined => (answers[id] === undefined ? undefined : String(answers[id]));
  const required = text('second-factor');
  const draft = {
    domain: text('domain'),
    'base-dir': text('base-dir'),
    'auth-host': text('auth-host'),
    'lan-address': hints.lanAddress,
    admin: defined({ username: text('admin'), name: text('name'), email: text('email') }),
    authentik: defined({
      version: text('authentik-version'),
      consent: text('consent') === 'explicit' ? undefined : text('consent'),
      'allow-unsupported': answers['allow-unsupported'] === true ? true : undefined,
    }),
    proxy: text('proxy'),
    listen: text('listen'),
    'proxy-address': text('proxy-address'),
    'caddy-container': text('caddy-container'),
    tls: text('tls'),
    'tls-from': text('tls-from') === undefined ? undefined : tlsEndsIn(String(answers['tls-from'])),
    policies: required === undefined || required === 'off' ? undefined : { 'second-factor': required },
  };
  return defined(draft) as ConfigDraft;
}

function defined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
