import { z } from 'zod';
import type { Collection, Row } from './schema.ts';

const text = z.string();
const number = z.number();
const flag = z.boolean();
const list = z.array(z.unknown());
const map = z.looseObject({});
/** Where it may be null or left out. */
const maybe = (type: z.ZodType) => type.nullish();
const rowsOf = (fields: Readonly<Record<string, z.ZodType>>) => z.array(z.looseObject(fields));

const named = { pk: text, name: text };

/** What homeauth reads of the rows of a collection; what it leaves alone may be as it likes. */
export const rows = {
  'core/users': {
    pk: number,
    username: text,
    name: text,
    email: maybe(text),
    type: maybe(text),
    is_active: maybe(flag),
    is_superuser: maybe(flag),
    groups: maybe(list),
    groups_obj: maybe(rowsOf({ name: text })),
    attributes: maybe(map),
    last_login: maybe(text),
  },
  'core/groups': { ...named, is_superuser: maybe(flag), parents: maybe(list) },
  'core/authenticated_sessions': {
    uuid: text,
    user: number,
    last_ip: text,
    last_user_agent: maybe(text),
    last_used: text,
    user_agent: z.looseObject({ user_agent: z.looseObject({ family: text }), os: z.looseObject({ family: text }) }),
  },
  'core/tokens': { identifier: text, user: maybe(number) },
  'core/applications': {
    ...named,
    slug: text,
    provider: maybe(number),
    provider_obj: maybe(map),
    meta_launch_url: maybe(text),
    meta_description: maybe(text),
    group: maybe(text),
    meta_hide: maybe(flag),
  },
  'admin/file': { name: text },
  'core/brands': { brand_uuid: text, domain: text, default: maybe(flag) },
  'providers/proxy': {
    pk: number,
    name: text,
    external_host: text,
    mode: maybe(text),
    cookie_domain: maybe(text),
    authorization_flow: maybe(text),
    invalidation_flow: maybe(text),
    property_mappings: maybe(list),
  },
  'providers/oauth2': {
    pk: number,
    name: text,
    client_id: maybe(text),
    client_secret: maybe(text),
    client_type: maybe(text),
    grant_types: maybe(list),
    redirect_uris: rowsOf({ matching_mode: text, url: text, redirect_uri_type: maybe(text) }),
    property_mappings: maybe(list),
    signing_key: maybe(text),
    encryption_key: maybe(text),
    sub_mode: maybe(text),
    issuer_mode: maybe(text),
  },
  'providers/ldap': {
    pk: number,
    name: text,
    base_dn: maybe(text),
    bind_mode: maybe(text),
    search_mode: maybe(text),
    mfa_support: maybe(flag),
    authorization_flow: text,
    invalidation_flow: text,
  },
  'crypto/certificatekeypairs': {
    ...named,
    private_key_available: flag,
    key_type: maybe(text),
    cert_expiry: maybe(text),
  },
  'policies/bindings': {
    pk: text,
    target: text,
    group: maybe(text),
    policy: maybe(text),
    user: maybe(number),
    order: number,
    enabled: maybe(flag),
    negate: maybe(flag),
    failure_result: maybe(flag),
  },
  'policies/reputation/scores': { pk: text, identifier: text, score: maybe(number) },
  'outposts/instances': {
    ...named,
    managed: maybe(text),
    providers: list,
    config: map,
    token_identifier: maybe(text),
  },
  'flows/instances': { pk: text, slug: text },
  'flows/bindings': { pk: text, target: text, order: number, stage_obj: z.looseObject({ name: text }) },
  'propertymappings/provider/scope': { pk: text, managed: maybe(text) },
  'stages/invitation/invitations': { ...named, expires: maybe(text), fixed_data: maybe(map) },
} satisfies { readonly [C in Collection]?: { readonly [F in keyof Row<C>]?: z.ZodType } };

/** Pages that are no collection, by their path. */
const pages: readonly { readonly at: RegExp; readonly shape: z.ZodType }[] = [
  { at: /^admin\/settings$/, shape: z.looseObject({ base_url: maybe(text) }) },
  {
    at: /^authenticators\/admin\/all$/,
    shape: rowsOf({ name: text, meta_model_name: text, last_used: maybe(text) }),
  },
  { at: /^tasks\/workers$/, shape: rowsOf({}) },
  { at: /\/check_access$/, shape: z.looseObject({ passing: flag }) },
  { at: /^core\/users\/\d+\/recovery$/, shape: z.looseObject({ link: z.url() }) },
  { at: /^core\/tokens\/[^/]+\/view_key$/, shape: z.looseObject({ key: text }) },
  {
    at: /^rbac\/permissions\/assigned_by_roles$/,
    shape: z.looseObject({ results: rowsOf({ role_pk: text, object_permissions: list }) }),
  },
  { at: /^core\/tokens\/[^/]+$/, shape: z.looseObject(rows['core/tokens']) },
  { at: /^core\/users\/\d+$/, shape: z.looseObject(rows['core/users']) },
  { at: /^outposts\/instances\/[\da-f-]{36}$/, shape: z.looseObject(rows['outposts/instances']) },
];

const lists = new Map(Object.entries(rows).map(([collection, fields]) => [collection, rowsOf(fields)]));
/** A stage, a policy, a prompt: whatever is told by its name. */
const others = rowsOf(named);

/** What is not as it should be in rows of a collection: the first such field, or a row that is none. */
export const misfit = (collection: Collection, found: readonly unknown[]): string | undefined =>
  misfitOf(lists.get(collection) ?? others, found, 'its list');

/** The same for any other page. */
export function misfitPage(path: string, found: unknown): string | undefined {
  const page = pages.find(({ at }) => at.test(path));
  return page && misfitOf(page.shape, found, 'its answer');
}

function misfitOf(shape: z.ZodType, found: unknown, whole: string): string | undefined {
  const [issue] = shape.safeParse(found).error?.issues ?? [];
  if (!issue) return undefined;
  const named = issue.path.filter((step) => typeof step === 'string').at(-1);
  const name = named === undefined ? whole : `"${named}"`;
  return typeof issue.path.at(-1) === 'number' ? `a row of ${name}` : name;
}
