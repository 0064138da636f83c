import { type Id, type KindName, parseId } from '../model/resource.ts';

const nouns: Readonly<Record<KindName, string>> = {
  dataset: 'dataset',
  directory: 'folder',
  file: 'file',
  secrets: 'secrets',
  network: 'network',
  image: 'image',
  container: 'container',
  role: 'role in the database',
  service: 'authentik',
  token: 'token',
  bootstrap: 'bootstrap token',
  group: 'group',
  user: 'user',
  emergency: 'emergency account',
  provider: 'provider',
  application: 'application',
  binding: 'access',
  outpost: 'outpost',
  settings: 'settings',
  flow: 'flow',
  prompt: 'prompt',
  policy: 'policy',
  reputation: 'policy',
  stage: 'stage',
  'stage-settings': 'stage',
  brand: 'brand for',
  'brand-title': 'title of the brand for',
  'flow-binding': 'stage in flow',
  'policy-binding': 'policy in flow',
  caddy: "Caddy's configuration",
};

/** Kinds of which there is one, so that the key says nothing to a person. */
const single: ReadonlySet<KindName> = new Set(['service', 'bootstrap', 'outpost', 'settings', 'caddy']);

/** A resource in the user's words: `container whoami`, `folder /srv/authentik/certs`. */
export function named(id: Id): string {
  const { kind, key } = parseId(id);
  return single.has(kind) ? nouns[kind] : `${nouns[kind]} ${key}`;
}

/** The last part of a path, or of an image's name with its tag: `certs`, `postgres:16-alpine`. */
export const short = (key: string): string => key.slice(key.lastIndexOf('/', key.length - 2) + 1);
