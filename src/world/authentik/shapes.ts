import type { Collection, Row } from './schema.ts';

export type Sort = 'text' | 'address' | 'number' | 'flag' | 'list' | 'map';
/** Of a value: its sort, with a `?` where it may be null or left out; of a map, by its fields; of the rows of a list. */
export type Shape =
  | Sort
  | `${Sort}?`
  | { readonly [field: string]: Shape }
  | readonly [Shape]
  | { readonly maybe: readonly [Shape] };

type RowShape<C extends Collection> = { readonly [F in keyof Row<C>]?: Shape };

const named = { pk: 'text', name: 'text' } as const;

/** What homeauth reads of the rows of a collection; what it leaves alone may be as it likes. */
export const rows: { readonly [C in Collection]?: RowShape<C> } & { readonly others: Shape } = {
  // A stage, a policy, a prompt: whatever is told by its name.
  others: named,
  'core/users': {
    pk: 'number',
    username: 'text',
    name: 'text',
    email: 'text?',
    type: 'text?',
    is_active: 'flag?',
    is_superuser: 'flag?',
    groups: 'list?',
    groups_obj: { maybe: [{ name: 'text' }] },
    attributes: 'map?',
    last_login: 'text?',
  },
  'core/groups': { ...named, is_superuser: 'flag?', parents: 'list?' },
  'core/authenticated_sessions': {
    uuid: 'text',
    user: 'number',
    last_ip: 'text',
    last_user_agent: 'text?',
    last_used: 'text',
    user_agent: { user_agent: { family: 'text' }, os: { family: 'text' } },
  },
  'core/tokens': { identifier: 'text', user: 'number?' },
  'core/applications': {
    ...named,
    slug: 'text',
    provider: 'number?',
    provider_obj: 'map?',
    meta_launch_url: 'text?',
    meta_hide: 'flag?',
  },
  'core/brands': { brand_uuid: 'text', domain: 'text', default: 'flag?' },
  'providers/proxy': {
    pk: 'number',
    name: 'text',
    external_host: 'text',
    mode: 'text?',
    cookie_domain: 'text?',
    authorization_flow: 'text?',
    invalidation_flow: 'text?',
    property_mappings: 'list?',
  },
  'policies/bindings': {
    pk: 'text',
    target: 'text',
    group: 'text?',
    policy: 'text?',
    user: 'number?',
    order: 'number',
    enabled: 'flag?',
    negate: 'flag?',
    failure_result: 'flag?',
  },
  'policies/reputation/scores': { pk: 'text', identifier: 'text', score: 'number?' },
  'outposts/instances': { ...named, managed: 'text?', providers: 'list', config: 'map' },
  'flows/instances': { pk: 'text', slug: 'text' },
  'flows/bindings': { pk: 'text', target: 'text', order: 'number', stage_obj: { name: 'text' } },
  'propertymappings/provider/scope': { pk: 'text', managed: 'text?' },
  'stages/invitation/invitations': { ...named, expires: 'text?', fixed_data: 'map?' },
};

/** Pages that are no collection, by their path. */
export const pages: readonly { readonly at: RegExp; readonly shape: Shape }[] = [
  { at: /^admin\/settings$/, shape: { base_url: 'text?' } },
  { at: /^authenticators\/admin\/all$/, shape: [{ name: 'text', meta_model_name: 'text', last_used: 'text?' }] },
  { at: /^tasks\/workers$/, shape: ['map'] },
  { at: /\/check_access$/, shape: { passing: 'flag' } },
  { at: /^core\/users\/\d+\/recovery$/, shape: { link: 'address' } },
  { at: /^core\/tokens\/[^/]+$/, shape: rows['core/tokens'] as Shape },
  { at: /^core\/users\/\d+$/, shape: rows['core/users'] as Shape },
  { at: /^outposts\/instances\/[^/]+$/, shape: rows['outposts/instances'] as Shape },
];
