import { fill, type Placeholder } from '../catalogue/placeholders.ts';
import type { KnownApp } from '../catalogue/schema.ts';
import { nameOf } from '../formats/settings-file.ts';
import type { Setting } from '../model/app-setting.ts';
import { leftOpen, namesGroup, onlySsoOf, written } from './app-settings.ts';
import type { App, AppOidc, Config, LoginStart, OnlySso, RedirectUri, Written } from './config.ts';
import type { AppDraft } from './homeauth-yaml.ts';

/** An app that asks authentik by itself. */
export type Speaker = App & { readonly oidc: AppOidc };

export const isSpeaker = (app: App): app is Speaker => app.oidc !== undefined;
export const speakers = ({ apps }: Pick<Config, 'apps'>): readonly Speaker[] => apps.filter(isSpeaker);

/** Members of it administer apps that have a role for that. */
export const adminGroup = 'authentik Admins';

type Draft = NonNullable<Exclude<AppDraft, string>['oidc']>;

export interface Named {
  readonly name: string;
  readonly host: string;
  readonly group?: string;
}

/** What homeauth.yaml says of an app's OpenID Connect, and below that the catalogue, its placeholders filled in. */
export function oidcOf(draft: Draft, known: KnownApp | undefined, app: Named, authHost: string): AppOidc {
  const block = known?.oidc;
  const values = valuesOf(app, authHost);
  const filled = (value: string): string => fill(value, values, leftOpen(known, values));
  const uris = draft['redirect-uris'] ?? block?.['redirect-uris'] ?? [];
  const afterwards = draft['post-logout'] ?? block?.['post-logout'] ?? [];
  const start = block?.['login-start'];
  const validity = draft['access-token-validity'] ?? block?.['access-token-validity'];
  const logout = block?.['logout-uri'];
  const onlySso = draft['only-sso'] ? onlySsoOf(draft, known, values) : undefined;
  const { env: own, ...all } = written(draft, known, block, values);
  const env = { ...own, ...(onlySso?.env && fill(onlySso.env, values, leftOpen(known, values))) };
  return {
    redirectUris: [
      ...uris.map(
        ({ url, 'matching-mode': mode }): RedirectUri => ({
          url: filled(url),
          mode: mode ?? 'strict',
          type: 'authorization',
        }),
      ),
      ...afterwards.map((url): RedirectUri => ({ url: filled(url), mode: 'strict', type: 'logout' })),
    ],
    scopes: draft.scopes ?? block?.scopes ?? ['openid', 'profile', 'email'],
    client: draft.client ?? block?.client ?? 'confidential',
    grants: draft.grants ?? block?.grants ?? ['authorization_code'],
    pkce: draft.pkce ?? block?.pkce ?? 'unknown',
    subjectMode: draft['subject-mode'] ?? block?.['subject-mode'] ?? 'hashed_user_id',
    accessTokenValidity: validity ?? 'hours=1',
    extraMappings: block?.['extra-mappings'] ?? [],
    ...(logout !== undefined && {
      logout: { uri: filled(logout), method: block?.['logout-method'] ?? 'backchannel' },
    }),
    ...(start && { loginStart: startOf(start, filled) }),
    ...(block && app.group === undefined && namesGroup(block) && { lacksGroup: true as const }),
    ...withoutThose(all, onlySso),
    ...(onlySso && { onlySso }),
    ...(block?.['login-end'] && { loginEnd: fill(block['login-end'], values, leftOpen(known, values)) }),
    ...(block?.administrator && { administrator: block.administrator as NonNullable<AppOidc['administrator']> }),
    ...(Object.keys(env).length > 0 && { env }),
  };
}

/** One value has one master: what switches passwords off goes before what the login wants of the same setting. */
function withoutThose(all: Written, onlySso: OnlySso | undefined): Written {
  const { file, api } = onlySso ?? {};
  const taken = [...(file?.settings ?? []), ...(api && 'settings' in api ? api.settings : [])].map(nameOf);
  const rest = (settings: readonly Setting[]) => settings.filter((one) => !taken.includes(nameOf(one)));
  return {
    ...all,
    ...(all.file?.settings && { file: { ...all.file, settings: rest(all.file.settings) } }),
    ...(all.api && 'settings' in all.api && { api: { ...all.api, settings: rest(all.api.settings) } }),
  };
}

type Block = NonNullable<KnownApp['oidc']>;

const startOf = (
  { method, url, body, 'form-token': token }: NonNullable<Block['login-start']>,
  filled: (value: string) => string,
): LoginStart => ({
  method,
  url: filled(url),
  ...(body && { body: Object.fromEntries(Object.entries(body).map(([name, value]) => [name, filled(value)])) }),
  ...(token && { formToken: { name: token.name, ...(token.from !== undefined && { from: filled(token.from) }) } }),
});

/** The issuer, to the letter: with the slash at its end. */
export const issuerOf = (authHost: string, slug: string): string => `https://${authHost}/application/o/${slug}/`;

/** What the placeholders of the catalogue stand for, but for what is secret. */
export function valuesOf({ name, host, group }: Named, authHost: string): Partial<Record<Placeholder, string>> {
  const issuer = issuerOf(authHost, name);
  return {
    host,
    hostRegex: host.replaceAll('.', '\\.'),
    authHost,
    slug: name,
    issuer,
    wellKnown: `${issuer}.well-known/openid-configuration`,
    ...(group !== undefined && { userGroup: group }),
    adminGroup,
  };
}
