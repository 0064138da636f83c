import { z } from 'zod';
import { command, filled, settings, texts, ways } from './settings.ts';

const redirectUri = z
  .strictObject({
    url: filled.meta({ examples: ['https://{host}/oauth2/oidc/callback'] }),
    'matching-mode': z.enum(['strict', 'regex']).default('strict'),
  })
  .meta({ description: 'An address that authentik may send people back to; the first one is https.' });

const secondClient = z
  .strictObject({
    for: z.string().meta({ description: 'Which program it is: desktop, android, ios.' }),
    'client-id': z.string().meta({ description: 'Its client id, or where that comes from.' }),
    'redirect-uris': z.array(redirectUri).default([]),
  })
  .meta({ description: 'A further provider, for a program whose client id its makers fixed.' });

/** Where the app's own passwords are switched off. What it is set in is where the other settings are. */
export const onlySsoWays = ['env', 'file', 'api', 'exec'] as const;

const onlySso = z
  .strictObject({
    env: texts.optional().meta({ description: "Variables of the app's container." }),
    file: z.record(z.string(), z.json()).optional().meta({ description: 'Keys in the file of settings.' }),
    api: z.record(z.string(), z.json()).optional().meta({ description: 'Keys of what the HTTP API is sent.' }),
    exec: z.array(command).min(1).optional().meta({ description: "Commands in the app's container." }),
    'still-open': z.string().min(1).optional().meta({ description: 'Where passwords go on working all the same.' }),
    'way-back': z.string().min(1).optional().meta({
      description:
        'How its owner switches passwords on again without homeauth, as a sentence. Left out where that follows from the way; with `api` it is needed.',
    }),
  })
  .refine((block) => onlySsoWays.filter((way) => block[way] !== undefined).length === 1, {
    message: `has exactly one of ${onlySsoWays.join(', ')}`,
  })
  .refine((block) => block.api === undefined || block['way-back'] !== undefined, {
    message: 'api needs way-back',
    path: ['way-back'],
  })
  .meta({ description: "How the app's own passwords are switched off (`homeauth app NAME --only-sso`)." });

const administrator = z
  .strictObject({
    path: z.string().regex(/^\//).meta({ description: 'What the app gives to its administrators alone (200).' }),
    has: z
      .record(z.string(), z.union([z.string(), z.boolean(), z.number()]))
      .optional()
      .meta({ description: 'Values in its JSON, where it answers others, too.', examples: [{ isAdmin: true }] }),
  })
  .meta({
    description: 'How it is seen, with the session of somebody who has logged in, that they administer the app.',
  });

/** Scope mappings beside authentik's own that an app can ask for. */
const extraMappings = [
  'email-verified',
  'immich-role',
  'abs-groups',
  'kavita-roles',
  'mattermost-username',
  'mattermost-id',
  'roles',
  'minio-policy',
] as const;

/** How an app speaks OpenID Connect. The signature is RS256 and the issuer the provider's own, for every app. */
export const oidc = z
  .strictObject({
    'redirect-uris': z.array(redirectUri).min(1),
    'post-logout': z
      .array(filled)
      .default([])
      .meta({ description: 'Where people land after logging out. Only for apps that send the id_token_hint.' }),
    'logout-uri': filled.optional().meta({ description: "Where authentik tells the app of its people's logouts." }),
    'logout-method': z.enum(['frontchannel', 'backchannel']).optional(),
    scopes: z.array(z.string().min(1)).min(1).meta({ description: 'What the app asks for.' }),
    client: z.enum(['confidential', 'public']).default('confidential'),
    grants: z
      .array(z.enum(['authorization_code', 'refresh_token', 'implicit']))
      .min(1)
      .default(['authorization_code']),
    pkce: z
      .enum(['sends', 'none', 'unknown'])
      .default('unknown')
      .meta({ description: 'Whether the app sends a challenge. A public client has to.' }),
    'subject-mode': z
      .enum(['hashed_user_id', 'user_id', 'user_uuid', 'user_username', 'user_email', 'user_upn'])
      .default('hashed_user_id')
      .meta({ description: 'What the app knows an account by. Another one later makes second accounts.' }),
    'access-token-validity': z
      .string()
      .regex(/^(hours|minutes)=\d+$/)
      .optional()
      .meta({ description: "How long an access token lives, in authentik's words.", examples: ['hours=1'] }),
    'groups-claim': z.string().optional().meta({ description: 'Where the app looks for groups.' }),
    'extra-mappings': z.array(z.enum(extraMappings)).default([]),
    'login-start': z
      .strictObject({
        method: z.enum(['GET', 'POST']).default('GET'),
        url: filled,
        body: z.record(z.string(), z.string()).optional().meta({
          description: 'What is sent, as JSON; the answer then holds the address to go to.',
        }),
        'form-token': z
          .strictObject({ name: z.string(), from: filled.optional() })
          .optional()
          .meta({ description: 'A field against forged forms that has to come along, and where it is read.' }),
        sure: z.boolean().default(true).meta({ description: '`false`: from memory.' }),
      })
      .optional()
      .meta({ description: 'Where a browser begins the login.' }),
    'login-end': z
      .strictObject({
        url: filled,
        body: texts.meta({
          description:
            'What is sent by POST, as JSON; `{callback}` is the address that authentik sends the browser to.',
        }),
      })
      .optional()
      .meta({ description: "What the app's own script sends at the end of a login, where it takes one." }),
    administrator: administrator.optional(),
    'configured-by': z.enum(ways),
    ...settings,
    'admin-mapping': z.string().optional().meta({ description: 'What makes somebody an administrator of the app.' }),
    'auto-register': z.string().optional().meta({ description: 'Whether a first login makes an account there.' }),
    'only-sso': onlySso.optional(),
    'disable-local-login': z.string().optional().meta({
      description:
        "What is known of switching the app's own passwords off, where homeauth cannot do it: by hand, or why not.",
    }),
    'second-clients': z.array(secondClient).default([]),
  })
  .refine((block) => block[block['configured-by']] !== undefined, {
    message: 'configured-by names a key that is not there',
    path: ['configured-by'],
  })
  .refine((block) => block['only-sso'] === undefined || block['disable-local-login'] === undefined, {
    message: 'only-sso says what disable-local-login says',
    path: ['disable-local-login'],
  })
  .meta({ description: 'How the app speaks OpenID Connect, also where that is not how it should log in.' });
